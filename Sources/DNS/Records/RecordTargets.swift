/// Where names point to: addresses, or one other name.
public struct RecordTargets: Sendable, Hashable, CustomStringConvertible {
    /// IPv4 and IPv6 addresses, in canonical form.
    private let addresses: [RecordType: [String]]
    private let alias: String?

    /// Targets as people write them: addresses separated by commas, or the name of one host.
    ///
    /// - Throws: ``RecordError`` if there is none, or one is neither.
    public init(_ text: String) throws(RecordError) {
        let parts = text.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
        guard !parts.isEmpty else { throw RecordError("there is no target; name addresses, or one host") }
        var addresses: [RecordType: [String]] = [:]
        for part in parts {
            if let type = Self.family(of: part) {
                addresses[type, default: []].append(try RecordValue.canonical(part, of: type))
            }
        }
        if addresses.isEmpty, parts.count == 1 {
            self.alias = try RecordValue.canonical(parts[0], of: .cname)
        } else {
            guard addresses.values.map(\.count).reduce(0, +) == parts.count else {
                throw RecordError("targets are either addresses or one host name, not both")
            }
            self.alias = nil
        }
        self.addresses = addresses
    }

    /// The record sets of a name that points here.
    ///
    /// - Throws: ``RecordError`` if the time to live is out of range.
    public func records(at name: DomainName, ttl: Int) throws(RecordError) -> [RecordSet] {
        if let alias { return [try RecordSet(name, .cname, ttl: ttl, values: [alias])] }
        var sets: [RecordSet] = []
        for (type, values) in self.addresses.sorted(by: { $0.key < $1.key }) {
            sets.append(try RecordSet(name, type, ttl: ttl, values: values))
        }
        return sets
    }

    /// Whether a record points to one of these.
    public func isTarget(of set: RecordSet) -> Bool {
        if set.type == .cname { return set.values.first == self.alias }
        return !Set(self.addresses[set.type, default: []]).isDisjoint(with: set.values)
    }

    /// As people write them.
    public var description: String {
        self.alias ?? self.addresses.sorted { $0.key < $1.key }.flatMap(\.value).joined(separator: ", ")
    }

    /// By form alone: what is no address is taken for a name.
    private static func family(of text: String) -> RecordType? {
        if text.contains(":") { return .aaaa }
        return text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
            ? .a : nil
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(self.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
