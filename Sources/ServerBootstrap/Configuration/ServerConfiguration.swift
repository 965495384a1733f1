public import BulkheadHummingbird
public import Foundation
public import Identity
public import Logging
public import Tenancy
public import TenancyPostgres

/// Everything about an installation that can be configured, checked.
public struct ServerConfiguration: Sendable {
    /// An address to listen on.
    public struct Listener: Sendable, Hashable {
        /// An IP address or a host name of this machine.
        public var host: String
        /// The port; 0 takes any free one.
        public var port: Int

        /// An address to listen on.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// How to reach a database.
    public struct Database: Sendable, Hashable {
        /// Where it is and as whom.
        public var url: DatabaseURL
        /// How many connections there may be at most.
        public var connections: Int
    }

    /// The domain under which all hosts lie.
    public var baseDomain: BaseDomain
    /// Whether the bare domain and the loopback names mean the admin host.
    public var bareIsAdmin: Bool
    /// Where requests arrive.
    public var http: Listener
    /// Where health is asked; not for strangers.
    public var management: Listener
    /// The scheme of links to tenants.
    public var publicScheme: String
    /// The port of links to tenants; nil is that of ``http``, known once it listens.
    public var publicPort: Int?
    /// Proxies whose word about tenants is taken, as addresses or blocks.
    public var trustedProxies: [String]
    /// The catalog, as `bulkhead_control`.
    public var control: Database
    /// The catalog past a connection pooler.
    public var direct: Database
    /// Tenants' rows, as `bulkhead_app`.
    public var app: Database
    /// How many connections tenants may have to themselves, all together.
    public var dedicatedConnections = 32
    /// Whether statements are prepared by name; off for poolers that cannot carry them.
    public var preparedStatements: Bool
    /// Where the installation's secret is.
    public var secretFile: URL
    /// How much work a password hash takes.
    public var scryptCost: ScryptCost
    /// From which level on events are logged.
    public var logLevel: Logger.Level
    /// How tenants are made.
    public var provisioning = ProvisioningConfiguration()
    /// How mail leaves the installation; nil if none does.
    public var mail: MailConfiguration?
    /// How tenants' names come into the DNS.
    public var dns = DNSConfiguration()
    /// What the HTTP listener shows to those who come by HTTPS; nil if it speaks plain HTTP.
    public var certificate: CertificateConfiguration?
    /// What front ends that ask which tenant a host is have to send; nil refuses all of them.
    public var edgeToken: ServiceToken?
    /// Limits of requests and of attempts to sign in.
    public var rateLimits = RateLimitConfiguration()
    /// Which Redis server makes the installation faster; nil if there is none.
    public var redis: RedisSettings?
    /// Which tables tenants have besides Bulkhead's own.
    public var tables = ApplicationTables()
    /// Hosts that all tenants share.
    public var sharedHosts: Set<HostName> = []
    /// The console of the connection pooler; nil if there is none, or nobody looks at it.
    public var poolerURL: DatabaseURL?
}
