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

    /// What is listed at names that ours could be.
    let items: [ZoneListing.Item]
    let isTruncated: Bool
    /// Where the next one begins.
    let next: Start?

    /// nil if the document is something else.
    init?(_ document: XMLTree) {
        guard let sets = document["ResourceRecordSets"], let truncated = document["IsTruncated"]?.text else {
            return nil
        }
        var items: [ZoneListing.Item] = []
        for element in sets.all("ResourceRecordSet") {
            guard let name = element["Name"]?.text, let type = element["Type"]?.text else { return nil }
            guard let name = Route53Text.name(name) else { continue }
            guard let kept = RecordType(rawValue: type) else {
                items.append(.other(kind: type, at: name))
                continue
            }
            guard let set = Self.recordSet(element, name, kept) else { return nil }
            items.append(.set(set))
        }
        self.items = items
        self.isTruncated = truncated == "true"
        self.next = document["NextRecordName"].map { next in
            Start(
                name: next.text, type: document["NextRecordType"]?.text,
                identifier: document["NextRecordIdentifier"]?.text)
        }
    }

    private static func recordSet(_ element: XMLTree, _ name: DomainName, _ type: RecordType) -> RecordSet? {
        // These have further parts that a change would have to name, and that are somebody else's decision.
        guard element["AliasTarget"] == nil, element["SetIdentifier"] == nil,
            element["TrafficPolicyInstanceId"] == nil, element["HealthCheckId"] == nil,
            let ttl = element["TTL"].flatMap({ Int($0.text) }),
            let records = element["ResourceRecords"]?.all("ResourceRecord")
        else { return Placeholder.set(name, type) }
        let values = records.compactMap { $0["Value"].flatMap { self.value($0.text, type) } }
        guard values.count == records.count else { return Placeholder.set(name, type) }
        // One value that cannot be said makes the whole set somebody else's.
        return (try? RecordSet(name, type, ttl: ttl, values: values)) ?? Placeholder.set(name, type)
    }

    private static func value(_ text: String, _ type: RecordType) -> String? {
        guard type == .txt else { return text }
        // Several strings are not what one string of the same letters is.
        guard let strings = Route53Text.strings(text), strings.count == 1 else { return nil }
        return String(validating: strings[0], as: UTF8.self)
    }
}
