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
        let parts = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]) else { return nil }
        self.description = address
    }

    /// Takes an address as the database has it, which was checked when it went in and is not checked again.
    package init(stored address: String) {
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

    // Bytes, not characters: a page of rows has many addresses, and every one is ASCII by now.

    private static func isLocalPart(_ text: Substring.UTF8View) -> Bool {
        guard (1...64).contains(text.count), text.first != Self.dot, text.last != Self.dot else { return false }
        var previous: UInt8 = 0
        return text.allSatisfy { byte in
            defer { previous = byte }
            return Self.isLocal[Int(byte)] && !(byte == Self.dot && previous == Self.dot)
        }
    }

    private static func isDomain(_ text: Substring.UTF8View) -> Bool {
        let labels = text.split(separator: Self.dot, omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy(Self.isLabel)
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        (1...63).contains(label.count) && label.first != Self.hyphen && label.last != Self.hyphen
            && label.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == Self.hyphen
            }
    }

    private static let dot = UInt8(ascii: ".")
    private static let hyphen = UInt8(ascii: "-")

    /// Which bytes may stand before the `@`: `atext` of RFC 5322, section 3.2.3, in lower case, and the dot.
    private static let isLocal: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-".utf8 { table[Int(byte)] = true }
        return table
    }()
}
