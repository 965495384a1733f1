/// The id of a zone or of a change, without the kind that stands before it: `Z0123`, not `/hostedzone/Z0123`.
struct Route53ID: Sendable, Hashable, CustomStringConvertible {
    let text: String

    /// nil if the text is something else; an id becomes part of a path, so nothing else may.
    init?(_ text: String) {
        let last = text.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard (1...64).contains(last.utf8.count), last.utf8.allSatisfy(Self.isLetterOrDigit) else { return nil }
        self.text = String(last)
    }

    var description: String { self.text }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
