#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Values of records in the one form in which two that mean the same are equal.
enum RecordValue {
    /// A TXT string is one byte for its length and at most this many more (RFC 1035, section 3.3.14).
    private static let longestText = 255

    static func canonical(_ value: String, of type: RecordType) throws(RecordError) -> String {
        switch type {
        case .a: return try Self.address(value, family: AF_INET, size: 4, "an IPv4 address")
        case .aaaa: return try Self.address(value, family: AF_INET6, size: 16, "an IPv6 address")
        case .cname:
            guard let name = DomainName(value), name.labels.first != "*" else {
                throw RecordError("'\(value)' is not the name of a host")
            }
            return name.description
        case .txt:
            guard value.utf8.count <= Self.longestText, value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw RecordError("a text must be at most \(Self.longestText) printable ASCII characters")
            }
            return value
        }
    }

    /// Read and written by the C library, which knows all the ways to write one address.
    private static func address(
        _ text: String, family: Int32, size: Int, _ what: String
    ) throws(RecordError) -> String {
        var bytes = [UInt8](repeating: 0, count: size)
        var canonical = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_pton(family, text, &bytes) == 1,
            inet_ntop(family, bytes, &canonical, socklen_t(canonical.count)) != nil
        else { throw RecordError("'\(text)' is not \(what)") }
        return String(decoding: canonical.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
