/// The names of a certificate, and which hosts they cover (RFC 9525, section 6.3).
struct DNSNames: Sendable, Hashable {
    private let names: Set<String>

    /// Takes names as they stand in a certificate.
    init(_ names: some Sequence<String>) {
        self.names = Set(names.map { $0.lowercased() })
    }

    /// Whether a host is one of the names, or differs from one with a wildcard in its first label only.
    ///
    /// A wildcard stands for one whole label; a partial one (`a*.example.com`) matches nothing but itself. One that is
    /// followed by a single label (`*.localhost`) matches nothing else either: browsers and OpenSSL do not honour it.
    func cover(_ host: String) -> Bool {
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        guard !name.isEmpty else { return false }
        if self.names.contains(name) { return true }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex, !Self.isIPv4(name) else { return false }
        let (first, rest) = (name[..<dot], name[dot...].dropFirst())
        return first != "*" && rest.contains(".") && self.names.contains("*." + rest)
    }

    /// Addresses are no names: a wildcard for `*.0.0.1` means nothing.
    private static func isIPv4(_ name: String) -> Bool {
        name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
