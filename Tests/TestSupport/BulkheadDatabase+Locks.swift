import Postgres
public import Tenancy

extension BulkheadDatabase {
    /// Makes every statement on a tenant's clients wait for as long as the closure runs.
    public func withClientsLocked<Value: Sendable>(
        of tenant: TenantID, _ body: () async throws -> Value
    ) async throws -> Value {
        try await withRunningClient(uri: self.database.uri) { superuser in
            try await superuser.withTransaction(deadline: .now + .seconds(300)) { transaction in
                let schema = Placement.ownSchema(of: tenant).schema
                _ = try await transaction.query(
                    PostgresQuery(unsafeSQL: "LOCK TABLE \(schema).clients IN ACCESS EXCLUSIVE MODE"))
                return try await body()
            }
        }
    }
}

extension Tier {
    /// The tiers of a new installation, with so much time for statements and locks that no test comes to its end.
    public static func patient(_ change: (inout Tier) -> Void = { _ in }) -> [Tier] {
        Tier.builtIn.map { tier in
            var tier = tier
            tier.lockTimeoutMilliseconds = 120_000
            tier.statementTimeoutMilliseconds = 120_000
            change(&tier)
            return tier
        }
    }
}
