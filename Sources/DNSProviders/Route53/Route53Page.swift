import DNS

/// One page of a list of record sets.
struct Route53Page: Sendable {
    /// Where a page begins.
    struct Start: Sendable, Hashable {
        /// As Route 53 wrote it, so that it is understood.
        var name: String
        var type: String?
        var identifier: String?

        var query: [(name: String, value: String)] {
            [("name", self.name)] + (self.type.map { [("type", $0)] } ?? [])
                + (self.identifier.map { [("identifier", $0)] } ?? [])
        }
    }

    /// The sets of kinds that are kept, at names that ours could be.
    let items: [Item]
    let isTruncated: Bool
    /// Where the next one begins.
    let next: Start?

    /// nil if the document is something else.
    init?(_ document: XMLTree) {
        guard let sets = document["ResourceRecordSets"], let truncated = document["IsTruncated"]?.text else {
            return nil
        }
        var items: [Item] = []
        for element in sets.all("ResourceRecordSet") {
            guard let name = element["Name"]?.text, let type = element["Type"]?.text else { return nil }
            guard let name = Route53Text.name(name), let type = RecordType(rawValue: type) else { continue }
            guard let set = Self.recordSet(element, name, type) else { return nil }
            items.append(Item(name: name, set: set))
        }
        self.items = items
        self.isTruncated = truncated == "true"
        self.next = document["NextRecordName"].map { next in
            Start(
                name: next.text, type: document["NextRecordType"]?.text,
                identifier: document["NextRecordIdentifier"]?.text)
        }
    }

    /// A record set at a name.
    struct Item: Sendable {
        let name: DomainName
        let set: RecordSet
    }

    private static func recordSet(_ element: XMLTree, _ name: DomainName, _ type: RecordType) -> RecordSet? {
        // These have further parts that a change would have to name, and that are somebody else's decision.
        guard element["AliasTarget"] == nil, element["SetIdentifier"] == nil,
            element["TrafficPolicyInstanceId"] == nil, element["HealthCheckId"] == nil,
            let ttl = element["TTL"].flatMap({ Int($0.text) }),
            let records = element["ResourceRecords"]?.all("ResourceRecord")
        else { return Route53Placeholder.set(name, type) }
        let values = records.compactMap { $0["Value"].flatMap { self.value($0.text, type) } }
        guard values.count == records.count else { return Route53Placeholder.set(name, type) }
        // One value that cannot be said makes the whole set somebody else's.
        return (try? RecordSet(name, type, ttl: ttl, values: values)) ?? Route53Placeholder.set(name, type)
    }

    private static func value(_ text: String, _ type: RecordType) -> String? {
        guard type == .txt else { return text }
        // Several strings are not what one string of the same letters is.
        guard let strings = Route53Text.strings(text), strings.count == 1 else { return nil }
        return String(validating: strings[0], as: UTF8.self)
    }
}

/// Record sets of several pages, each key once.
struct Route53RecordSets: Sendable {
    private(set) var sets: [RecordSet] = []
    private var keys: Set<RecordKey> = []

    /// Sets of one key with several identifiers are all placeholders, so the first stands for all.
    mutating func add(_ items: [Route53Page.Item]) {
        for item in items where self.keys.insert(item.set.key).inserted { self.sets.append(item.set) }
    }
}

/// What stands in a list for a record set that belongs to somebody else, whatever mark is beside it: an alias, one of a
/// routing policy, or one with values that a ``RecordSet`` cannot say.
///
/// A plan finds the name taken. Its values are none that a tenant could be sent to, and no change that has one of them is
/// made.
enum Route53Placeholder {
    /// Of addresses, the unspecified one (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.2); of names, one that can
    /// never exist (RFC 6761, section 6.4).
    private static let values: [RecordType: String] = [
        .a: "0.0.0.0", .aaaa: "::", .cname: "taken.invalid", .txt: "not made by Bulkhead",
    ]

    /// - Returns: nil for a kind without a value here; there is none.
    static func set(_ name: DomainName, _ type: RecordType) -> RecordSet? {
        // The values above are right for their kinds.
        try? RecordSet(name, type, ttl: 0, values: [self.values[type, default: ""]])
    }

    static func isOne(_ set: RecordSet) -> Bool {
        set.ttl == 0 && set.values == [self.values[set.type, default: ""]]
    }
}
