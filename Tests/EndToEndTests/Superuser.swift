import Logging
import Postgres

/// A look into a server's database past everything that protects it.
enum Superuser {
    /// Lends a client to the database at `url`.
    ///
    /// - Parameter preparedStatements: how many a connection keeps; 0 for a pooler that cannot carry them.
    static func use<Value: Sendable>(
        _ url: String, preparedStatements: Int = 256, _ body: @escaping @Sendable (PostgresClient) async throws -> Value
    ) async throws -> Value {
        var configuration = PostgresConfiguration(connectionString: url)
        configuration.preparedStatementsPerConnection = preparedStatements
        let client = PostgresClient(configuration: configuration, logger: Logger(label: "test.superuser"))
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await client.run()
                return nil
            }
            group.addTask { try await body(client) }
            defer { group.cancelAll() }
            for try await case let value? in group { return value }
            throw CancellationError()
        }
    }
}

extension PostgresClient {
    /// Answers with one number.
    func number(_ query: PostgresQuery) async throws -> Int {
        try await self.query(query).first?.decode(Int.self) ?? 0
    }

    /// How many tenants have a record, and how many schemas there are.
    func tenantHalves() async throws -> (records: Int, schemas: Int) {
        (
            try await self.number("SELECT count(*)::int FROM public.tenants"),
            try await self.number("SELECT count(*)::int FROM pg_namespace WHERE nspname ~ '^tenant_'")
        )
    }

    /// How many creations of tenants stand still before a lock.
    func blockedCreations() async throws -> Int {
        try await self.number(
            """
            SELECT count(*)::int FROM pg_stat_activity
            WHERE usename = 'bulkhead_control' AND state = 'active' AND wait_event_type = 'Lock'
            """)
    }
}
