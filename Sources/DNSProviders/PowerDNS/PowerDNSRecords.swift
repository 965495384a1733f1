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

    /// The record sets of kinds that we keep; others, and those that no resolver is told, are left out.
    var recordSets: [RecordSet] {
        self.zone.rrsets.compactMap { set in
            guard let name = DomainName(set.name), let type = RecordType(rawValue: set.type) else { return nil }
            let values = set.records.filter { $0.disabled != true }.map { Self.value($0.content, type) }
            // Somebody else's text of several strings, or not in ASCII: nothing that we could have written.
            return try? RecordSet(name, type, ttl: set.ttl, values: values)
        }
    }

    private static func value(_ content: String, _ type: RecordType) -> String {
        type == .txt ? QuotedText(presentation: content)?.text ?? content : content
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
