/// What is to be changed at one name, in an order in which it can break off anywhere.
///
/// The mark comes first and goes last, so a record of ours is never without one.
public struct NameChange: Sendable, Hashable {
    /// What becomes of the name.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// It was free.
        case create
        /// It is ours, and not as it should be.
        case update
        /// It is ours, and nobody wants it any more.
        case remove
    }

    /// The name.
    public let name: DomainName
    /// What it is for: a tenant's id.
    public let subject: String
    /// What becomes of it.
    public let kind: Kind
    /// The changes, in order.
    public let steps: [RecordChange]

    static func create(
        _ records: [DesiredRecord], at name: DomainName, registry: String, markTTL: Int
    ) -> NameChange? {
        guard let subject = records.first?.subject,
            let mark = Self.mark(registry, subject, at: name, ttl: markTTL)
        else { return nil }
        return NameChange(
            name: name, subject: subject, kind: .create,
            steps: [.create(mark)] + records.map(\.set).sorted { $0.key < $1.key }.map(RecordChange.create))
    }

    /// - Returns: nil if the name is as it should be.
    static func adjust(
        _ records: [DesiredRecord], at name: DomainName, from found: [RecordSet], owned: FoundNames.Owned
    ) -> NameChange? {
        let ours = found.filter { $0.type != .txt }
        guard let subject = records.first?.subject else {
            return NameChange(
                name: name, subject: owned.mark.subject, kind: .remove,
                steps: ours.map(RecordChange.remove) + [.remove(owned.record)])
        }
        let steps = self.handOver(owned, to: subject, at: name) + self.steps(from: ours, to: records.map(\.set))
        guard !steps.isEmpty else { return nil }
        return NameChange(name: name, subject: subject, kind: .update, steps: steps)
    }

    /// The name was another tenant's, and is still ours.
    private static func handOver(
        _ owned: FoundNames.Owned, to subject: String, at name: DomainName
    ) -> [RecordChange] {
        guard owned.mark.subject != subject,
            let mark = self.mark(owned.mark.registry, subject, at: name, ttl: owned.record.ttl)
        else { return [] }
        return [.replace(owned.record, with: mark)]
    }

    private static func steps(from present: [RecordSet], to wanted: [RecordSet]) -> [RecordChange] {
        let types = Set(wanted.map(\.type))
        // Before anything is made: a name that stands for another has no other records.
        var steps = present.filter { !types.contains($0.type) }.map(RecordChange.remove)
        for record in wanted.sorted(by: { $0.key < $1.key }) {
            if let old = present.first(where: { $0.type == record.type }) {
                if old != record { steps.append(.replace(old, with: record)) }
            } else {
                steps.append(.create(record))
            }
        }
        return steps
    }

    private static func mark(_ registry: String, _ subject: String, at name: DomainName, ttl: Int) -> RecordSet? {
        guard let place = OwnershipMark.name(for: name),
            let text = OwnershipMark(registry: registry, subject: subject)?.text
        else { return nil }
        // The text is one that a mark was just read from, or made of, so this does not fail.
        return try? RecordSet(place, .txt, ttl: ttl, values: [text])
    }
}

/// One change of one record set.
///
/// Each says what it expects to find, so that what somebody else did meanwhile is noticed by a provider that can, and
/// repeating it is no error: what is as it should be stays.
public enum RecordChange: Sendable, Hashable {
    /// There is none; make it.
    case create(RecordSet)
    /// There is this one; put another in its place.
    case replace(RecordSet, with: RecordSet)
    /// There is this one; remove it.
    case remove(RecordSet)

    /// What it is about.
    public var key: RecordKey {
        switch self {
        case .create(let set), .replace(_, let set), .remove(let set): set.key
        }
    }

    /// What is there afterwards; nil if nothing is.
    public var outcome: RecordSet? {
        switch self {
        case .create(let set), .replace(_, let set): set
        case .remove: nil
        }
    }
}
