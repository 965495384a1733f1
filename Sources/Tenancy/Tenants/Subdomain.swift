/// The label under the base domain by which a tenant is reached: `acme` of `acme.example.com`.
///
/// 3-63 characters of ASCII lower-case letters, digits and hyphens; starts with a letter, ends with a letter or a
/// digit (RFC 1035, section 2.3.1); no two hyphens at positions 3-4, which are set aside for `xn--` and its like
/// (RFC 5891, section 4.2.3.1); not reserved. Upper-case input is folded, so that equality is that of DNS.
public struct Subdomain: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The label, lower-case.
    public let description: String

    /// Takes a label as a person typed it.
    ///
    /// - Throws: ``SubdomainProblem``, the first rule that `text` breaks.
    public init(validating text: String) throws(SubdomainProblem) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw .characters }
        let label = text.lowercased()
        if let problem = Self.problem(of: Array(label.utf8)) { throw problem }
        guard !ReservedSubdomains.all.contains(label) else { throw .reserved }
        self.description = label
    }

    /// Takes a label out of the catalog or a host name; nil if it breaks a rule of form.
    ///
    /// The reserved list is not asked: a name that is reserved later must not make its tenant unreachable.
    public init?(stored label: String) {
        guard Self.problem(of: Array(label.utf8)) == nil else { return nil }
        self.description = label
    }

    private static func problem(of label: [UInt8]) -> SubdomainProblem? {
        guard (3...63).contains(label.count) else { return .length }
        guard label.allSatisfy({ self.isLetter($0) || self.isDigit($0) || $0 == self.hyphen }) else {
            return .characters
        }
        guard self.isLetter(label[0]) else { return .firstCharacter }
        guard label[label.count - 1] != self.hyphen else { return .lastCharacter }
        guard !(label.count >= 4 && label[2] == self.hyphen && label[3] == self.hyphen) else { return .hyphens }
        return nil
    }

    /// Reads a JSON string as ``init(stored:)`` does.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let label = Self(stored: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a subdomain")
        }
        self = label
    }

    /// Writes a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }

    private static let hyphen = UInt8(ascii: "-")
    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// The rule of ``Subdomain`` that a text breaks.
public enum SubdomainProblem: Error, Sendable, Equatable, CaseIterable {
    case length
    case characters
    case firstCharacter
    case lastCharacter
    case hyphens
    case reserved

    /// What is wrong and what would be right, for the person who typed it.
    public var detail: String {
        switch self {
        case .length: return "must have 3 to 63 characters"
        case .characters: return "may contain only the letters a-z, digits and hyphens"
        case .firstCharacter: return "must start with a letter"
        case .lastCharacter: return "must end with a letter or a digit"
        case .hyphens: return "must not have hyphens at both the third and the fourth place"
        case .reserved: return "is reserved; choose another name"
        }
    }
}
