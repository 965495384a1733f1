import DNS
import Foundation

/// What the API says a zone holds.
struct PowerDNSListing {
    private struct Zone: Decodable {
        let rrsets: [RRSet]
    }

    private let zone: Zone

    /// - Returns: nil if the text is something else, an empty answer too.
    init?(_ body: Data) {
        do { self.zone = try JSONDecoder().decode(Zone.self, from: body) } catch { return nil }
    }

    /// What is listed at names that ours could be.
    var items: [ZoneListing.Item] {
        self.zone.rrsets.compactMap { set in
            // Comments may be there without records.
            guard let name = DomainName(set.name), !set.records.isEmpty else { return nil }
            guard let type = RecordType(rawValue: set.type) else { return .other(kind: set.type, at: name) }
            return (Self.recordSet(set, name, type) ?? Placeholder.set(name, type)).map(ZoneListing.Item.set)
        }
    }

    /// - Returns: nil for one that we could not have written: a change would replace all of it, also what is disabled.
    private static func recordSet(_ set: RRSet, _ name: DomainName, _ type: RecordType) -> RecordSet? {
        let values = set.records.compactMap { $0.disabled == true ? nil : self.value($0.content, type) }
        guard values.count == set.records.count else { return nil }
        // What is no value of its kind is not ours.
        return try? RecordSet(name, type, ttl: set.ttl, values: values)
    }

    /// - Returns: nil for a text of several strings, or one with letters by number: those not in ASCII.
    private static func value(_ content: String, _ type: RecordType) -> String? {
        type == .txt ? QuotedText(presentation: content)?.text : content
    }
}

/// Changes as the API wants them.
struct PowerDNSPatch {
    private struct Body: Encodable {
        let rrsets: [RRSet]
    }

    private let body: Body

    init(_ changes: [RecordChange]) {
        self.body = Body(
            rrsets: changes.map { change in
                switch change {
                case .create(let set), .replace(_, let set): RRSet(replacing: set)
                case .remove(let set): RRSet(removing: set)
                }
            })
    }

    var encoded: Data {
        get throws { try JSONEncoder().encode(self.body) }
    }
}

private struct RRSet: Codable {
    struct Record: Codable {
        let content: String
        var disabled: Bool?
    }

    let name: String
    let type: String
    let ttl: Int
    var changetype: String?
    let records: [Record]

    init(replacing set: RecordSet) {
        self.name = set.name.absolute
        self.type = set.type.rawValue
        self.ttl = set.ttl
        self.changetype = "REPLACE"
        self.records = set.values.map { Record(content: Self.content($0, set.type), disabled: false) }
    }

    init(removing set: RecordSet) {
        self.name = set.name.absolute
        self.type = set.type.rawValue
        self.ttl = set.ttl
        self.changetype = "DELETE"
        self.records = []
    }

    private static func content(_ value: String, _ type: RecordType) -> String {
        switch type {
        case .a, .aaaa: value
        case .cname: value + "."
        case .txt: QuotedText(value).presentation
        }
    }
}
