import DNS
import Foundation

/// A document that asks for changes, all or none.
struct Route53ChangeBatch: Sendable {
    /// Developer Guide, "Quotas": so many values, and so many characters in all of them.
    static let largest = (values: 1000, characters: 32_000)

    /// The document.
    let encoded: Data

    /// - Returns: nil if the batch would be too large.
    init?(_ changes: [RecordChange]) {
        let parts = changes.flatMap(Part.parts)
        let values = parts.flatMap(\.values)
        guard parts.count <= Self.largest.values, values.count <= Self.largest.values,
            values.reduce(0, { $0 + $1.unicodeScalars.count }) <= Self.largest.characters
        else { return nil }
        let text =
            #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
            + #"<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">"#
            + "<ChangeBatch><Changes>\(parts.map(\.text).joined())</Changes></ChangeBatch>"
            + "</ChangeResourceRecordSetsRequest>"
        self.encoded = Data(text.utf8)
    }

    private struct Part {
        let action: String
        let set: RecordSet

        static func parts(of change: RecordChange) -> [Part] {
            switch change {
            case .create(let set): [Part(action: "CREATE", set: set)]
            case .remove(let set): [Part(action: "DELETE", set: set)]
            case .replace(let old, let new): [Part(action: "DELETE", set: old), Part(action: "CREATE", set: new)]
            }
        }

        var values: [String] {
            self.set.values.map { value in
                switch self.set.type {
                case .a, .aaaa: value
                case .cname: value + "."
                case .txt: Route53Text.value(value)
                }
            }
        }

        var text: String {
            let values = self.values.map {
                "<ResourceRecord><Value>\(XMLTree.escaped($0))</Value></ResourceRecord>"
            }
            return "<Change><Action>\(self.action)</Action><ResourceRecordSet>"
                + "<Name>\(XMLTree.escaped(self.set.name.absolute))</Name><Type>\(self.set.type.rawValue)</Type>"
                + "<TTL>\(self.set.ttl)</TTL><ResourceRecords>\(values.joined())</ResourceRecords>"
                + "</ResourceRecordSet></Change>"
        }
    }
}
