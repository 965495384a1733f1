public import Postgres
public import Tenancy

/// The tiers in `public.system_config`.
public struct PostgresTierRepository: TierRepository {
    private struct Limits: Codable {
        var statementTimeoutMilliseconds: Int
        var lockTimeoutMilliseconds: Int
        var idleInTransactionTimeoutMilliseconds: Int
        var maximumConcurrency: Int
        var maximumQueued: Int
        var dedicatedConnections: Int?
        var tenantRequests: RateLimit
        var memberRequests: RateLimit
        var addressRequests: RateLimit
        var maximumUsers: Int?
        var features: [String]
    }

    private let client: PostgresClient

    /// A repository through `client`, which logs in as `bulkhead_control`.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// All tiers; see ``TierRepository/tiers()``.
    public func tiers() async throws -> [Tier] {
        let rows = try await self.client.query(
            """
            SELECT substr(key, 6), value FROM public.system_config WHERE key LIKE 'tier.%' ORDER BY position, key
            """)
        return try rows.map { row in
            let (name, json) = try row.decode(String.self, PostgresJSON<Limits>.self)
            let limits = json.value
            return Tier(
                name: TierName(name), statementTimeoutMilliseconds: limits.statementTimeoutMilliseconds,
                lockTimeoutMilliseconds: limits.lockTimeoutMilliseconds,
                idleInTransactionTimeoutMilliseconds: limits.idleInTransactionTimeoutMilliseconds,
                maximumConcurrency: limits.maximumConcurrency, maximumQueued: limits.maximumQueued,
                dedicatedConnections: limits.dedicatedConnections, tenantRequests: limits.tenantRequests,
                memberRequests: limits.memberRequests, addressRequests: limits.addressRequests,
                maximumUsers: limits.maximumUsers,
                features: limits.features)
        }
    }
}
