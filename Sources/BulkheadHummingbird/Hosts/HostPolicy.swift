public import Tenancy

/// Which hosts are whose, and whose word about tenants is taken.
public struct HostPolicy: Sendable, Hashable {
    /// The domain under which all hosts lie.
    public var baseDomain: BaseDomain
    /// Whether the bare domain and the loopback names mean the admin host; for development.
    public var bareIsAdmin: Bool
    /// The proxies whose `X-Tenant-ID` and `X-Tenant-Subdomain` are evidence.
    public var trustedPeers: TrustedPeers
    /// Hosts that all tenants share, such as `api.example.com`: there a token, a header or a source of the application's
    /// own names the tenant.
    ///
    /// They come before all other meanings of a name.
    public var sharedHosts: Set<HostName>

    /// A policy.
    public init(
        baseDomain: BaseDomain, bareIsAdmin: Bool = false, trustedPeers: TrustedPeers = .none,
        sharedHosts: Set<HostName> = []
    ) {
        self.baseDomain = baseDomain
        self.bareIsAdmin = bareIsAdmin
        self.trustedPeers = trustedPeers
        self.sharedHosts = sharedHosts
    }

    /// What a request to `host` is addressed to.
    public func target(of host: HostName) -> HostTarget {
        if !self.sharedHosts.isEmpty, self.sharedHosts.contains(host) { return .shared }
        return self.baseDomain.target(of: host, bareIsAdmin: self.bareIsAdmin)
    }

    /// The audience of tokens for the admin host.
    public var adminAudience: String { self.baseDomain.adminHost }

    /// The audience of tokens for a tenant.
    public func audience(of tenant: Tenant) -> String { self.baseDomain.host(of: tenant.subdomain) }

    /// Whether `audience` is some host of this installation, be it this request's or not.
    package func isOurs(audience: String) -> Bool {
        guard let host = HostName(authority: audience), host.description == audience else { return false }
        return self.baseDomain.target(of: host, bareIsAdmin: false) != .unknown
    }
}
