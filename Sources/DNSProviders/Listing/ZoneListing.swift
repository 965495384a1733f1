import DNS

/// What a zone holds at names that ours could be, as far as a plan has to know it.
///
/// A name with records of other kinds than ``RecordType`` has, such as MX, CAA or LUA, is somebody's, though an address
/// beside some of them would be right in the DNS: unless there are addresses or an alias to tell whose it is, a
/// ``Placeholder`` stands for them. A name with NS or DNAME records, and all names below it, are not the zone's any more
/// (RFC 1034, section 4.2.1; RFC 6672, section 2.4): nothing is made there. What every zone has at its top is nobody's.
struct ZoneListing: Sendable {
    /// Something that a provider lists.
    enum Item: Sendable {
        /// A record set, or the placeholder of one.
        case set(RecordSet)
        /// Records of a kind that we do not keep.
        case other(kind: String, at: DomainName)

        var name: DomainName {
            switch self {
            case .set(let set): set.name
            case .other(_, let name): name
            }
        }

        var set: RecordSet? { if case .set(let set) = self { set } else { nil } }
    }

    /// The start of the zone, its name servers, and what signs it (RFC 4034; RFC 7344; RFC 8976).
    private static let kindsOfEveryZone: Set<String> = [
        "SOA", "NS", "DNSKEY", "CDS", "CDNSKEY", "NSEC3PARAM", "ZONEMD",
    ]
    /// Beside whatever they sign.
    private static let kindsOfSignatures: Set<String> = ["RRSIG", "NSEC", "NSEC3"]
    private static let kindsThatLeadAway: Set<String> = ["NS", "DNAME"]

    private let zone: DomainName
    /// The sets that were listed, each key once.
    private(set) var sets: [RecordKey: RecordSet] = [:]
    private var order: [RecordKey] = []
    private var others: Set<DomainName> = []
    private var delegations: Set<DomainName> = []

    init(_ zone: DomainName, _ items: [Item] = []) {
        self.zone = zone
        self.add(items)
    }

    /// The names, and those between them and the zone's, any of which may be a delegation.
    static func withParents(_ names: Set<DomainName>, in zone: DomainName) -> Set<DomainName> {
        var all = names
        for name in names {
            var next = name.parent
            while let parent = next, parent != zone, parent.isWithin(zone) {
                all.insert(parent)
                next = parent.parent
            }
        }
        return all
    }

    /// Of several sets of one key, which are all placeholders, the first stands for all.
    mutating func add(_ items: [Item]) {
        for item in items {
            switch item {
            case .set(let set):
                if self.sets.updateValue(self.sets[set.key] ?? set, forKey: set.key) == nil {
                    self.order.append(set.key)
                }
            case .other(let kind, let name): self.add(kind, at: name)
            }
        }
    }

    private mutating func add(_ kind: String, at name: DomainName) {
        guard !Self.kindsOfSignatures.contains(kind), name != self.zone || !Self.kindsOfEveryZone.contains(kind) else {
            return
        }
        if Self.kindsThatLeadAway.contains(kind) { self.delegations.insert(name) } else { self.others.insert(name) }
    }

    // MARK: For plans

    /// The record sets in the order in which they were listed, and placeholders for what is no record set.
    ///
    /// - Parameter names: those that matter; nil is all that were listed.
    func recordSets(at names: Set<DomainName>? = nil) -> [RecordSet] {
        let listed = self.order.compactMap { self.sets[$0] }.filter { names?.contains($0.name) ?? true }
        // Those that are asked for lie below a delegation whether or not anything is listed there.
        let closed = (names ?? self.delegations).filter { self.delegation(over: $0) != nil }
        let taken = self.others.union(closed).filter { names?.contains($0) ?? true }.sorted()
        return listed
            + taken.filter { !self.hasOwner($0) }.compactMap {
                // Beside an alias there is no room for a mark either.
                Placeholder.set($0, closed.contains($0) ? .cname : .a)
            }
    }

    /// Whether there is something that a plan sees, and knows whose it is by the mark.
    private func hasOwner(_ name: DomainName) -> Bool {
        // A text beside a name is nobody's business.
        RecordType.allCases.contains { $0 != .txt && self.sets[RecordKey(name, $0)] != nil }
    }

    // MARK: For changes

    /// Whether a change is to be made: it may be, and is not done yet.
    ///
    /// - Parameters:
    ///   - sets: what the zone holds when its turn comes; nil is what was listed.
    ///   - conflict: makes an error of the reason why it must not be made.
    func needs(
        _ change: RecordChange, in sets: [RecordKey: RecordSet]? = nil, conflict: (String) -> DNSProviderError
    ) throws -> Bool {
        if let obstacle = self.obstacle(to: change) { throw conflict(obstacle) }
        switch change.standing(in: sets ?? self.sets) {
        case .needed: return true
        case .done: return false
        case .conflict: throw conflict("\(change.key) is not as it was; it is left alone")
        }
    }

    /// Why a change is not to be made whatever it expects; nil if it may be.
    func obstacle(to change: RecordChange) -> String? {
        let name = change.key.name
        if change.mentionsPlaceholder || self.sets[change.key].map(Placeholder.isOne) ?? false {
            return "\(change.key) is an alias, disabled, has a routing policy or holds what Bulkhead does not write; "
                + "it is left alone"
        }
        // What is ours can always be removed.
        guard change.outcome != nil else { return nil }
        if let delegation = self.delegation(over: name) {
            return "\(delegation) is delegated to other name servers, so \(change.key) would not be seen; "
                + "it is not made"
        }
        guard case .create = change, change.key.type != .txt else { return nil }
        if self.recordSets(at: [name]).contains(where: { $0.type != .txt && Placeholder.isOne($0) }) {
            return "\(name) has records that Bulkhead does not keep; it is left alone"
        }
        return nil
    }

    /// The nearest to the zone's top: from there on others answer.
    private func delegation(over name: DomainName) -> DomainName? {
        var (found, next): (DomainName?, DomainName?) = (nil, name)
        while let current = next, current != self.zone {
            if self.delegations.contains(current) { found = current }
            next = current.parent
        }
        return found
    }
}

extension RecordChange {
    fileprivate var mentionsPlaceholder: Bool {
        switch self {
        case .create(let set), .remove(let set): Placeholder.isOne(set)
        case .replace(let old, let new): Placeholder.isOne(old) || Placeholder.isOne(new)
        }
    }
}
