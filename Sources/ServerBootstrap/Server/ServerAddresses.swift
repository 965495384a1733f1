/// Where a server listens, once it does.
public struct ServerAddresses: Sendable, Hashable {
    /// The port of the HTTP listener.
    public let httpPort: Int
    /// The port of the management listener.
    public let managementPort: Int
    /// The port on which plain HTTP is sent to HTTPS; nil for none.
    public let redirectPort: Int?
}
