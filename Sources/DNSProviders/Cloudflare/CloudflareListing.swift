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

    /// The sets of kinds that we keep.
    private(set) var sets: [RecordKey: RecordSet] = [:]
    /// The records of each.
    private(set) var entries: [RecordKey: [Entry]] = [:]

    init(_ records: [CloudflareRecord], form: CloudflareForm) {
        for record in records {
            guard let name = DomainName(record.name), let type = RecordType(rawValue: record.type),
                let entry = Self.entry(record, name, type, form)
            else { continue }
            self.entries[RecordKey(name, type), default: []].append(entry)
        }
        for (key, entries) in self.entries {
            // Only more than one CNAME at a name fails, and the API refuses that.
            self.sets[key] = try? RecordSet(
                key.name, key.type, ttl: Self.ttl(of: entries), values: entries.map(\.value))
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
        for text in Self.readings(of: record.content ?? "", type) {
            // What is no value of its kind in one reading may be one in the next.
            if let set = try? RecordSet(name, type, ttl: ttl, values: [text]) {
                let isAsConfigured = form.isAsConfigured(record, type)
                return Entry(record: record, value: set.values[0], ttl: ttl, isAsConfigured: isAsConfigured)
            }
        }
        return nil
    }

    /// A text with or without its quotes, and for somebody else's that we could not have written, one that is not it:
    /// what is not seen would be taken for free.
    private static func readings(of content: String, _ type: RecordType) -> [String] {
        guard type == .txt else { return [content] }
        let legible = content.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        return [QuotedText(presentation: content)?.text ?? content, String(legible.prefix(255))]
    }
}
