public import EdgeGateway
public import Logging
public import Tenancy

/// Everything about an edge that can be configured, checked: less than a server has, and no secret of the installation.
public struct EdgeSettings: Sendable {
    /// The domain under which all hosts lie.
    public var baseDomain: BaseDomain
    /// Whether the bare domain and the loopback names mean the admin host.
    public var bareIsAdmin: Bool
    /// Where requests arrive.
    public var http: ServerConfiguration.Listener
    /// Where health is asked; not for strangers.
    public var management: ServerConfiguration.Listener
    /// What tokens say about where they come from.
    public var issuer: String
    /// The port that people are sent to from plain HTTP.
    public var publicPort: Int?
    /// Proxies in front whose word is taken, as addresses or blocks.
    public var trustedProxies: [String]
    /// The catalog's views, as `bulkhead_directory`.
    public var directory: ServerConfiguration.Database
    /// Whether statements are prepared by name.
    public var preparedStatements: Bool
    /// Which Redis server makes finding tenants faster; nil if there is none.
    public var redis: RedisSettings?
    /// What the listener shows to those who come by HTTPS; nil if it speaks plain HTTP.
    public var certificate: CertificateConfiguration?
    /// What is done about strangers who come too often, and how long their count in Redis is waited for.
    public var rateLimits: RateLimitConfiguration
    /// From which level on events are logged.
    public var logLevel: Logger.Level
    /// For how long tenants are served as they last were while the catalog cannot be asked.
    public var staleness: Duration
    /// How it passes requests on.
    public var gateway: EdgeConfiguration
}
