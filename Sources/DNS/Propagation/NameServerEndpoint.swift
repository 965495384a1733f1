/// Where a name server is to be asked: a host name or an address, and a port.
public struct NameServerEndpoint: Sendable, Hashable, Codable, CustomStringConvertible {
    /// A host name, an IPv4 address, or an IPv6 address without brackets.
    public var host: String
    /// From 1 to 65535.
    public var port: Int

    /// An endpoint.
    public init(host: String, port: Int = 53) {
        self.host = host
        self.port = port
    }

    /// Reads `ns1.example.com`, `192.0.2.1:5300`, `[2001:db8::1]:53` or `2001:db8::1`; nil if the text is none of these.
    public init?(_ text: String) {
        guard let (host, port) = Self.parts(of: text), !host.isEmpty, let number = Int(port),
            (1...65_535).contains(number), port.allSatisfy(\.isNumber)
        else { return nil }
        guard host.contains(":") ? Self.isAddress6(host) : DomainName(String(host)) != nil else { return nil }
        self.init(host: String(host), port: number)
    }

    /// As it is read.
    public var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }

    private static func parts(of text: String) -> (host: Substring, port: Substring)? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            let host = text[text.index(after: text.startIndex)..<end]
            guard host.contains(":") else { return nil }
            return (host, rest.isEmpty ? "53" : rest.dropFirst())
        }
        let colons = text.count { $0 == ":" }
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text[...], "53") }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    private static func isAddress6(_ text: Substring) -> Bool {
        // Why it is none does not matter.
        (try? RecordValue.canonical(String(text), of: .aaaa)) != nil
    }
}
