/// The domain under which every host of an installation lies, and how its names are told apart.
public struct BaseDomain: Hashable, Sendable, CustomStringConvertible {
    /// The domain, lower-case: `example.com`; `localhost` in development.
    public let description: String

    /// Wraps a configured domain; nil if it is no domain name.
    public init?(_ text: String) {
        guard let name = HostName(authority: text), !text.contains(":") else { return nil }
        self.description = name.description
    }

    /// The host of the console and the admin API.
    public var adminHost: String { "admin.\(self.description)" }

    /// The host of a tenant's portal and API.
    public func host(of subdomain: Subdomain) -> String { "\(subdomain).\(self.description)" }

    /// What a request to `host` is addressed to.
    ///
    /// - Parameter bareIsAdmin: whether the bare domain and the loopback addresses mean the admin host, as in
    ///   development.
    public func target(of host: HostName, bareIsAdmin: Bool) -> HostTarget {
        let name = host.description
        if name == self.adminHost { return .admin }
        if bareIsAdmin, name == self.description || name == "127.0.0.1" || name == "localhost" { return .admin }
        guard name.hasSuffix("." + self.description) else { return .unknown }
        let label = String(name.dropLast(self.description.count + 1))
        guard let subdomain = Subdomain(stored: label) else { return .unknown }
        return .tenant(subdomain)
    }
}

/// What a host name stands for.
public enum HostTarget: Hashable, Sendable {
    /// Console and admin API.
    case admin
    /// Portal and API of the tenant with this subdomain, if there is one.
    case tenant(Subdomain)
    /// A host that all tenants share: which one is meant has to be said elsewhere.
    case shared
    /// None of ours.
    case unknown
}
