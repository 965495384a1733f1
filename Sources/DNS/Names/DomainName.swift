/// The name of something in the DNS, in lower case and without the final dot.
///
/// Labels of 1 to 63 letters, digits, hyphens and underscores, 253 characters in all (RFC 1035, section 2.3.4); the first
/// label may be `*` (RFC 4592).
public struct DomainName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name as people write it, without the final dot.
    public let description: String

    /// A name; nil if it cannot be one.
    ///
    /// - Parameter text: with or without the final dot, in any case.
    public init?(_ text: String) {
        let name = (text.hasSuffix(".") ? String(text.dropLast()) : text).lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard !name.isEmpty, name.utf8.count <= 253, labels.indices.allSatisfy({ Self.isLabel(labels[$0], at: $0) })
        else { return nil }
        self.description = name
    }

    private init(unchecked name: String) { self.description = name }

    /// The name with the final dot: never taken for one relative to somebody's zone.
    public var absolute: String { self.description + "." }

    /// The labels, from the host on.
    public var labels: [Substring] { self.description.split(separator: ".") }

    /// The name one label further up; nil for a name of one label.
    public var parent: DomainName? {
        guard let dot = self.description.firstIndex(of: ".") else { return nil }
        return DomainName(unchecked: String(self.description[self.description.index(after: dot)...]))
    }

    /// Whether this stands for every name in its place (RFC 4592).
    public var isWildcard: Bool { self.labels.first == "*" }

    /// Whether this is `zone` or lies below it.
    public func isWithin(_ zone: DomainName) -> Bool {
        self == zone || self.description.hasSuffix("." + zone.description)
    }

    /// The name with a label in front of it; nil if that is too long, or no label.
    public func below(_ label: String) -> DomainName? { DomainName("\(label).\(self.description)") }

    /// In the order of the text.
    public static func < (left: DomainName, right: DomainName) -> Bool { left.description < right.description }

    private static func isLabel(_ label: Substring, at index: Int) -> Bool {
        if label == "*" { return index == 0 }
        guard (1...63).contains(label.utf8.count), label.first != "-", label.last != "-" else { return false }
        return label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}

extension DomainName: Codable {
    /// Reads a name from a text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = DomainName(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a domain name")
        }
        self = name
    }

    /// Writes the name as a text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
