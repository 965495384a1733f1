import DNS

/// What a zone holds: record sets, and the records that they are made of.
struct CloudflareListing {
    /// A record, and its value in canonical form.
    struct Entry {
        let record: CloudflareRecord
        let value: String
        fileprivate let ttl: Int
        fileprivate let isAsConfigured: Bool
    }

    /// What a plan has to know.
    private(set) var zone: ZoneListing
    /// The records of each set that can be said.
    private(set) var entries: [RecordKey: [Entry]] = [:]

    init(_ records: [CloudflareRecord], of zone: DomainName, form: CloudflareForm) {
        self.zone = ZoneListing(zone)
        for record in records {
            guard let name = DomainName(record.name) else { continue }
            guard let type = RecordType(rawValue: record.type) else {
                self.zone.add([.other(kind: record.type, at: name)])
                continue
            }
            if let entry = Self.entry(record, name, type, form) {
                self.entries[RecordKey(name, type), default: []].append(entry)
            } else if let place = Placeholder.set(name, type) {
                // Before the sets below, so that one such record makes the whole set somebody else's.
                self.zone.add([.set(place)])
            }
        }
        for (key, entries) in self.entries.sorted(by: { $0.key < $1.key }) {
            let values = entries.map(\.value)
            // Only more than one CNAME at a name fails, and the API refuses that.
            let set = try? RecordSet(key.name, key.type, ttl: Self.ttl(of: entries), values: values)
            if let set = set ?? Placeholder.set(key.name, key.type) { self.zone.add([.set(set)]) }
        }
    }

    /// One second more than the longest unless all records are as ours would be: so a plan sees that they are not.
    private static func ttl(of entries: [Entry]) -> Int {
        let longest = entries.map(\.ttl).max() ?? 0
        let isEven = entries.allSatisfy { $0.ttl == longest && $0.isAsConfigured }
        return isEven ? longest : max(longest, CloudflareForm.chosenTTL) + 1
    }

    private static func entry(
        _ record: CloudflareRecord, _ name: DomainName, _ type: RecordType, _ form: CloudflareForm
    ) -> Entry? {
        let ttl = form.ttl(of: record)
        guard let text = Self.value(record.content ?? "", type) else { return nil }
        // What is no value of its kind is not ours.
        guard let set = try? RecordSet(name, type, ttl: ttl, values: [text]) else { return nil }
        let isAsConfigured = form.isAsConfigured(record, type)
        return Entry(record: record, value: set.values[0], ttl: ttl, isAsConfigured: isAsConfigured)
    }

    /// A text with or without its quotes; nil for one of several strings.
    private static func value(_ content: String, _ type: RecordType) -> String? {
        guard type == .txt, content.hasPrefix("\""), content.hasSuffix("\"") else { return content }
        return QuotedText(presentation: content)?.text
    }
}
