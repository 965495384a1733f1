import BulkheadHummingbird
import EdgeGateway
import Identity
import Logging
import Postgres
import Redis
import ServiceLifecycle
import Tenancy
import TenancyPostgres
import TenancyRedis

/// An edge put together: tenants and keys from two views of the catalog, and nothing else.
struct EdgeComposition: Sendable {
    let settings: EdgeSettings
    let finding: TenantFinding
    let refresh: TokenKeyRefresh
    let gateway: EdgeGateway

    /// The clients of an edge.
    struct Clients: Sendable {
        let directory: PostgresClient
        let listener: PostgresClient
        let redis: RedisClient?

        init(_ settings: EdgeSettings, logger: Logger) {
            self.directory = Self.client(
                settings, connections: settings.directory.connections, name: "bulkhead edge", logger)
            self.listener = Self.client(settings, connections: 1, name: "bulkhead edge listen", logger)
            self.redis = settings.redis.map { RedisClient(configuration: $0.client, logger: logger) }
        }

        var services: [any Service] {
            let redis: [any Service] = self.redis.map { [$0] } ?? []
            return [self.directory, self.listener] + redis
        }

        private static func client(
            _ settings: EdgeSettings, connections: Int, name: String, _ logger: Logger
        ) -> PostgresClient {
            var configuration = PostgresConfiguration(connectionString: settings.directory.url.text)
            configuration.applicationName = name
            configuration.maximumConnections = connections
            configuration.maximumLeasedConnections = max(1, connections - 1)
            if !settings.preparedStatements { configuration.preparedStatementsPerConnection = 0 }
            return PostgresClient(configuration: configuration, logger: logger)
        }
    }

    /// Puts an edge together.
    ///
    /// - Parameter patience: how long a catalog that is not there is waited for.
    /// - Throws: `PostgresError`; ``BootstrapError/noTokenKey``; what upstreams' authorities throw.
    static func load(
        _ settings: EdgeSettings, clients: Clients, patience: Duration, logger: Logger
    ) async throws -> EdgeComposition {
        let source = PostgresTokenKeys(client: clients.directory)
        guard let keys = try await source.keys(deadline: .now + patience) else { throw BootstrapError.noTokenKey }
        let tokens = TokenAuthority(issuer: settings.issuer, keys: keys)
        var limits = DirectoryLimits()
        limits.staleness = settings.staleness
        let finding = TenantFinding(
            source: PostgresTenantCatalog(client: clients.directory, relation: .directory),
            listener: clients.listener, redis: clients.redis, sharedKey: try settings.redis?.key(nil),
            baseDomain: settings.baseDomain, limits: limits, logger: logger)
        let gateway = try EdgeGateway(
            settings.gateway, hosts: settings.hosts, directory: finding.directory, tokens: tokens,
            audit: LoggedAudit(logger: logger), problems: ProblemTranslator(additional: DatabaseProblem.problem),
            strangers: Self.strangers(settings, clients, finding.directory, logger))
        return EdgeComposition(
            settings: settings, finding: finding,
            refresh: TokenKeyRefresh(keys: source, tokens: tokens, logger: logger), gateway: gateway)
    }

    /// The limits of those who come to no tenant; tiers, which say what tenants may do, are the servers' business.
    private static func strangers(
        _ settings: EdgeSettings, _ clients: Clients, _ directory: CachingTenantDirectory, _ logger: Logger
    ) -> StrangerLimit {
        let shared = SharedLimitSettings(deadline: settings.rateLimits.deadline)
        let limiter: any RateLimiter =
            clients.redis.map { SharedRateLimiter(redis: $0, settings: shared, logger: logger) } ?? LocalRateLimiter()
        return StrangerLimit(limiter: limiter, mode: settings.rateLimits.mode) { directory.isKnown($0) }
    }

    /// What an edge needs in order to serve, as questions.
    ///
    /// A catalog that is away is no reason to send people elsewhere:
    /// other edges know no more.
    func checks(_ clients: Clients, _ certificate: ServerCertificate?) -> [ReadinessCheck] {
        let catalog = ReadinessCheck("catalog") {
            do {
                _ = try await clients.directory.query("SELECT 1", deadline: .now + ServerReadiness.patience)
                return .ready()
            } catch {
                return .ready("not available, known tenants are served as they last were: \(error)")
            }
        }
        let keys = ReadinessCheck("keys") { .ready("read \(self.refresh.age.components.seconds) s ago") }
        return [catalog, keys] + self.finding.checks
            + (certificate.map { shown in [ReadinessCheck("certificate") { shown.status.readiness }] } ?? [])
    }
}

extension EdgeSettings {
    /// Which host is whose, and who is believed.
    var hosts: HostPolicy {
        HostPolicy(
            baseDomain: self.baseDomain, bareIsAdmin: self.bareIsAdmin,
            trustedPeers: TrustedPeers(self.trustedProxies.compactMap { AddressRange($0) }))
    }
}
