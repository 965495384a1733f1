/// Where a server behind the edge is: `http://10.0.0.5:3000`, `https://app.internal`.
public struct UpstreamAddress: Sendable, Hashable, CustomStringConvertible {
    /// Whether the connection to it is TLS.
    public let isSecure: Bool
    /// A host name or an IP address, without brackets.
    public let host: String
    /// The port.
    public let port: Int

    /// An address.
    public init(isSecure: Bool = false, host: String, port: Int) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    /// Reads an origin: scheme, host and perhaps a port, nothing behind it.
    ///
    /// - Returns: nil for anything else: a path would have to be put in front of every request's, and user information
    ///   has no place in a configuration.
    public init?(_ text: String) {
        let lower = text.lowercased()
        let scheme = ["http://", "https://"].first { lower.hasPrefix($0) }
        guard let scheme else { return nil }
        var rest = lower.dropFirst(scheme.count)
        if rest.last == "/" { rest.removeLast() }
        guard let (host, port) = Self.parts(rest), Self.isHost(host) else { return nil }
        self.isSecure = scheme == "https://"
        self.host = host
        self.port = port ?? (self.isSecure ? 443 : 80)
    }

    /// The origin as it is written in a configuration.
    public var description: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return "\(self.isSecure ? "https" : "http")://\(host):\(self.port)"
    }

    private static func parts(_ text: Substring) -> (host: String, port: Int?)? {
        let host: Substring
        var rest: Substring
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            guard host.contains(":") else { return nil }
            rest = text[text.index(after: end)...]
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
        }
        guard !rest.isEmpty else { return (String(host), nil) }
        guard rest.removeFirst() == ":", rest.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(rest),
            (1...65_535).contains(port)
        else { return nil }
        return (String(host), port)
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                    UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
                    return true
                default:
                    return false
                }
            }
    }
}
