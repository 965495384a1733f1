/// What is to be changed in a zone so that it holds what is wanted, and nothing of ours besides.
///
/// A value computed from two lists; whoever carries it out begins anew with the next one, so nothing that went wrong in
/// between has to be remembered.
public struct ZonePlan: Sendable, Hashable {
    /// The changes, name by name, in the order of the names.
    public private(set) var changes: [NameChange] = []
    /// Wanted names that somebody else has; they are left alone.
    public private(set) var conflicts: [NameConflict] = []
    /// The names of ours that the zone has, by their marks.
    public let owned: Set<DomainName>
    /// How many names of ours the zone has.
    public var ownedNames: Int { self.owned.count }

    /// A plan.
    ///
    /// - Parameters:
    ///   - desired: what is wanted.
    ///   - actual: what the zone holds, at least at all names that are wanted or ours.
    ///   - registry: whose marks are ours.
    ///   - markTTL: for how many seconds resolvers may remember our marks.
    public init(desired: [DesiredRecord], actual: [RecordSet], registry: String, markTTL: Int = 300) {
        let found = FoundNames(actual, registry: registry)
        let wanted = Dictionary(grouping: desired, by: \.set.name)
        self.owned = Set(found.owned.keys)
        for name in Set(wanted.keys).union(found.owned.keys).sorted() {
            let records = wanted[name, default: []]
            switch found.holder(of: name, wanting: records) {
            case .nobody:
                self.add(.create(records, at: name, registry: registry, markTTL: markTTL))
            case .us(let owned):
                self.add(.adjust(records, at: name, from: found.sets(at: name), owned: owned))
            case .somebodyElse(let reason):
                let subject = records.first?.subject ?? ""
                self.conflicts.append(
                    NameConflict(name: name, subject: subject, reason: reason, found: found.sets(at: name)))
            }
        }
    }

    private mutating func add(_ change: NameChange?) {
        if let change { self.changes.append(change) }
    }

    /// Whether the zone is as it should be, conflicts aside.
    public var isEmpty: Bool { self.changes.isEmpty }

    /// How many names would be removed.
    public var removals: Int { self.changes.count { $0.kind == .remove } }

    /// The same without removals.
    public var withoutRemovals: ZonePlan {
        var copy = self
        copy.changes.removeAll { $0.kind == .remove }
        return copy
    }

    /// Why the removals of a plan should not be carried out: it would remove more than this share of our names.
    ///
    /// A list of tenants that was read wrongly looks just like tenants that are all gone.
    ///
    /// - Parameters:
    ///   - share: from 0 to 1.
    ///   - floor: so many removals are always allowed.
    public func refusal(removingMoreThan share: Double, butAtLeast floor: Int = 5) -> PlanRefusal? {
        guard self.removals > floor, Double(self.removals) > share * Double(self.ownedNames) else { return nil }
        return PlanRefusal(removals: self.removals, ownedNames: self.ownedNames, share: share)
    }
}

/// Why a plan is not carried out.
public struct PlanRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// How many names it would remove.
    public let removals: Int
    /// How many names of ours there are.
    public let ownedNames: Int
    /// The share that is allowed.
    public let share: Double

    /// What happened and what to do.
    public var description: String {
        "the plan removes \(self.removals) of \(self.ownedNames) names, more than the allowed share of "
            + "\(Int(self.share * 100)) %; nothing was removed. If so many tenants are really gone, or their names were "
            + "changed on purpose, raise dns.removalLimit for as long as it takes"
    }
}

/// A record that is wanted.
public struct DesiredRecord: Sendable, Hashable {
    /// The record.
    public var set: RecordSet
    /// What it is for: a tenant's id.
    public var subject: String

    /// A wanted record.
    public init(_ set: RecordSet, for subject: String) {
        self.set = set
        self.subject = subject
    }
}

/// A wanted name that is not ours.
public struct NameConflict: Sendable, Hashable, CustomStringConvertible {
    /// Why it is not ours.
    public enum Reason: String, Sendable, Hashable, Codable {
        /// There are records and no mark.
        case unmarked
        /// Another installation has marked it.
        case otherRegistry
        /// There is something else where the mark would be.
        case markTaken
        /// The name is too long to be marked.
        case unmarkable
    }

    /// The name.
    public let name: DomainName
    /// What it is wanted for.
    public let subject: String
    /// Why it is not ours.
    public let reason: Reason
    /// What is there.
    public let found: [RecordSet]

    /// What happened and what to do.
    public var description: String {
        switch self.reason {
        case .unmarked:
            "\(self.name) has records that Bulkhead did not make; they are left alone. Remove them, or choose another name"
        case .otherRegistry:
            "\(self.name) belongs to another installation of Bulkhead, by its mark; it is left alone"
        case .markTaken:
            "\(OwnershipMark.name(for: self.name) ?? self.name) has records that are no mark of Bulkhead's, so "
                + "\(self.name) cannot be marked; remove them, or choose another name"
        case .unmarkable: "\(self.name) is too long for the mark that goes with it; choose a shorter name"
        }
    }
}
