/// An e-mail address as people use them: one `@`, a dotted domain, no quotes, no comments, ASCII, 254 bytes at most.
///
/// A deliberate subset of RFC 5321, section 4.1.2: what mail systems accept in practice, and nothing that could carry
/// a second recipient into a header. Compared without regard to case.
public struct EmailAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The address, lower-case.
    public let description: String

    /// The rule in words, for the person whose input broke it.
    public static let rule = "must be an e-mail address such as name@example.com, at most 254 characters"

    /// Takes an address as a person typed it; nil if it is none.
    public init?(_ text: String) {
        // Before folding: U+212A, the Kelvin sign, is no `k`, and folding would make it one, of another's address.
        guard text.utf8.count <= 254, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let address = text.lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]) else { return nil }
        self.description = address
    }

    /// Reads a JSON string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let address = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an e-mail address")
        }
        self = address
    }

    /// Writes a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }

    private static func isLocalPart(_ text: Substring) -> Bool {
        let allowed = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-"
        return (1...64).contains(text.utf8.count) && text.allSatisfy(allowed.contains)
            && text.first != "." && text.last != "." && !text.contains("..")
    }

    private static func isDomain(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }
}
