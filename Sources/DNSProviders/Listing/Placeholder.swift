import DNS

/// What stands in a list for something that belongs to somebody else, whatever mark is beside it: a record set that a
/// ``RecordSet`` cannot say, such as an alias, or records of other kinds than we keep.
///
/// A plan finds the name taken. Its values are none that a tenant could be sent to, and no change that has one of them is
/// made.
enum Placeholder {
    /// Of addresses, the unspecified one (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.2); of names, one that can
    /// never exist (RFC 6761, section 6.4).
    private static let values: [RecordType: String] = [
        .a: "0.0.0.0", .aaaa: "::", .cname: "taken.invalid", .txt: "not made by Bulkhead",
    ]

    /// - Returns: nil for a kind without a value here; there is none.
    static func set(_ name: DomainName, _ type: RecordType) -> RecordSet? {
        // The values above are right for their kinds.
        try? RecordSet(name, type, ttl: 0, values: [self.values[type, default: ""]])
    }

    static func isOne(_ set: RecordSet) -> Bool {
        set.ttl == 0 && set.values == [self.values[set.type, default: ""]]
    }
}
