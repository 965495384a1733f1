/// The kinds of records that are kept.
public enum RecordType: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// An IPv4 address.
    case a = "A"
    /// An IPv6 address.
    case aaaa = "AAAA"
    /// Another name.
    case cname = "CNAME"
    /// A text.
    case txt = "TXT"

    /// In the order of their names.
    public static func < (left: RecordType, right: RecordType) -> Bool { left.rawValue < right.rawValue }
}

/// What a record set is about: no zone has two of the same.
public struct RecordKey: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    /// The name.
    public var name: DomainName
    /// The kind.
    public var type: RecordType

    /// A key.
    public init(_ name: DomainName, _ type: RecordType) {
        self.name = name
        self.type = type
    }

    /// As in a zone file.
    public var description: String { "\(self.name) \(self.type.rawValue)" }

    /// By name, then by kind.
    public static func < (left: RecordKey, right: RecordKey) -> Bool {
        (left.name, left.type) < (right.name, right.type)
    }
}

/// All records of one kind at one name (RFC 2181, section 5): they are changed together.
public struct RecordSet: Sendable, Hashable, Codable, CustomStringConvertible {
    /// What it is about.
    public var key: RecordKey
    /// For how many seconds resolvers may remember it.
    public var ttl: Int
    /// The values, each once, sorted: addresses and names in canonical form, texts without quotes.
    public let values: [String]

    /// The name.
    public var name: DomainName { self.key.name }
    /// The kind.
    public var type: RecordType { self.key.type }

    /// A record set; values are brought into canonical form.
    ///
    /// - Throws: ``RecordError`` if a value is none of its kind, there is none, or a name has more than one CNAME.
    public init(_ name: DomainName, _ type: RecordType, ttl: Int, values: [String]) throws(RecordError) {
        guard (0...2_147_483_647).contains(ttl) else { throw RecordError("the time to live \(ttl) is out of range") }
        var canonical: Set<String> = []
        for value in values { canonical.insert(try RecordValue.canonical(value, of: type)) }
        guard !canonical.isEmpty else { throw RecordError("\(name) \(type.rawValue) has no value") }
        guard type != .cname || canonical.count == 1 else {
            throw RecordError("\(name) is to stand for \(canonical.count) other names; one is allowed")
        }
        self.key = RecordKey(name, type)
        self.ttl = ttl
        self.values = canonical.sorted()
    }

    /// As in a zone file, on one line.
    public var description: String { "\(self.key) \(self.ttl) \(self.values.joined(separator: " "))" }

    /// Whether resolvers are told the same, however long they remember it.
    public func answersAs(_ other: RecordSet) -> Bool { self.key == other.key && self.values == other.values }
}

/// What is wrong with a record.
public struct RecordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    init(_ description: String) { self.description = description }
}
