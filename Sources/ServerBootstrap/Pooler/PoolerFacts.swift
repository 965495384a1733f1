public import Logging
import Postgres
public import Tenancy
public import TenancyPostgres

/// What an installation and its PostgreSQL say about the pooler that belongs between them.
public struct PoolerFacts: Sendable {
    /// PostgreSQL's `max_connections`; nil if it could not be asked.
    public var maxConnections: Int?
    /// How many of them are kept for superusers and reserved roles.
    public var reserved: Int
    /// The tiers; those in the box if the catalog could not be asked.
    public var tiers: [Tier]
    /// Why it could not be asked, for the operator; nil if it could.
    public var problem: String?

    /// Whether a tier gives its tenants connections of their own.
    public var hasDedicated: Bool { self.tiers.contains { ($0.dedicatedConnections ?? 0) > 0 } }

    /// Asks two questions, and waits for the answer to each for five seconds at most.
    public static func read(_ configuration: ServerConfiguration, logger: Logger) async -> PoolerFacts {
        let client = Self.client(configuration.direct.url, patience: .seconds(5), logger)
        do {
            return try await PostgresClient.running([client]) { try await Self.ask(client) }
        } catch {
            let words = (error as? PostgresError)?.message ?? "\(error)"
            return PoolerFacts(maxConnections: nil, reserved: 3, tiers: Tier.builtIn, problem: words)
        }
    }

    private static func ask(_ client: PostgresClient) async throws -> PoolerFacts {
        // The second kind of reserved connections came with PostgreSQL 16.
        let rows = try await client.query(
            """
            SELECT current_setting('max_connections')::int,
                   current_setting('superuser_reserved_connections')::int
                       + coalesce(current_setting('reserved_connections', true), '0')::int
            """)
        let (connections, reserved) = try rows.only().decode(Int.self, Int.self)
        let tiers = try await PostgresTierRepository(client: client).tiers()
        return PoolerFacts(
            maxConnections: connections, reserved: reserved, tiers: tiers.isEmpty ? Tier.builtIn : tiers, problem: nil)
    }

    /// What PostgreSQL keeps of the password of `bulkhead_app`.
    ///
    /// - Parameter url: PostgreSQL, as a superuser.
    /// - Throws: `PostgresError`.
    public static func verifier(superuser url: DatabaseURL, logger: Logger) async throws -> StoredVerifier? {
        let client = Self.client(url, patience: .seconds(10), logger)
        return try await PostgresClient.running([client]) { try await StoredVerifier.read(.app, client) }
    }

    private static func client(_ url: DatabaseURL, patience: Duration, _ logger: Logger) -> PostgresClient {
        var settings = PostgresConfiguration(connectionString: url.text)
        settings.applicationName = "bulkhead pgbouncer"
        settings.maximumConnections = 1
        settings.maximumLeasedConnections = 1
        settings.defaultDeadline = patience
        settings.preparedStatementsPerConnection = 0
        return PostgresClient(configuration: settings, logger: logger)
    }
}

extension ServerConfiguration {
    /// How many connections a server opens past a pooler: for the catalog, for finding tenants, and to listen.
    public var directConnections: Int { self.control.connections + Databases.directoryConnections + 1 }
}
