/// One address of one name server of a zone.
public struct AuthoritativeServer: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    /// The host name, or whatever else it was configured as; two addresses of one server have the same.
    public var name: String
    /// An IPv4 or IPv6 address without brackets; nil if the name has none, so that it can only be reported.
    public var address: String?
    /// 53 almost everywhere.
    public var port: Int

    /// A server.
    public init(name: String, address: String?, port: Int = 53) {
        self.name = name
        self.address = address
        self.port = port
    }

    /// The name with the address, if that says more.
    public var description: String {
        guard let address = self.address else { return self.name }
        let place = NameServerEndpoint(host: address, port: self.port).description
        return place == self.name || address == self.name ? self.name : "\(self.name) (\(place))"
    }

    /// By name, then by address.
    public static func < (left: AuthoritativeServer, right: AuthoritativeServer) -> Bool {
        (left.name, left.address ?? "", left.port) < (right.name, right.address ?? "", right.port)
    }
}
