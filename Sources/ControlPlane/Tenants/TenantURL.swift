public import Identity
public import Tenancy

/// How links to tenants are built: from the configuration, never from a request, whose host its sender chooses.
public struct TenantURL: Sendable, Hashable {
    private let scheme: String
    private let baseDomain: BaseDomain
    private let port: Int?

    /// Links of this form.
    ///
    /// - Parameters:
    ///   - scheme: `https`, or `http` in development.
    ///   - baseDomain: what all hosts lie under.
    ///   - port: the port that people reach; nil for the scheme's own.
    public init(scheme: String, baseDomain: BaseDomain, port: Int?) {
        self.scheme = scheme
        self.baseDomain = baseDomain
        self.port = port
    }

    /// Where a tenant is reached: `https://acme.example.com`, without a slash at the end.
    public func url(of subdomain: Subdomain) -> String {
        let standard = self.scheme == "https" ? 443 : 80
        let port = self.port.flatMap { $0 == standard ? nil : ":\($0)" } ?? ""
        return "\(self.scheme)://\(self.baseDomain.host(of: subdomain))\(port)"
    }

    /// Where a first administrator sets a password: `<url>/activate#token=...`.
    ///
    /// The token is in the fragment, which a browser never sends: no server log, no proxy and no `Referer` sees it
    /// (RFC 3986, section 3.5).
    public func activationURL(of subdomain: Subdomain, token: OpaqueToken) -> String {
        "\(self.url(of: subdomain))/activate#token=\(token.text)"
    }
}
