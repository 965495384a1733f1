public import Postgres

/// Brings the control plane's tables to the version that this program needs.
public struct CatalogMigrator: Sendable {
    /// The key of the advisory lock that lets one migration run at a time; "bulkhead" in ASCII.
    static let lockKey = 0x6275_6C6B_6865_6164

    private let client: PostgresClient

    /// A migrator over a direct connection as `bulkhead_control`; a transaction pooler will do as well.
    public init(client: PostgresClient) {
        self.client = client
    }

    /// Applies what is missing, in one transaction, and checks the guards before it commits.
    ///
    /// - Returns: the names of the files applied; empty if there was nothing to do.
    /// - Throws: ``MigrationError``, or `PostgresError` from a statement; nothing is changed then.
    public func migrate() async throws -> [String] {
        let files = try SQLFile.all(.catalog)
        return try await self.client.withTransaction { transaction in
            _ = try await transaction.query("SET LOCAL ROLE bulkhead_owner")
            _ = try await transaction.query("SELECT pg_advisory_xact_lock(\(Self.lockKey)::bigint)")
            let plan = try MigrationPlan(files: files, applied: try await Self.applied(transaction))
            for file in plan.pending {
                _ = try await transaction.execute(file.statements.map { PostgresQuery(raw: $0) })
                _ = try await transaction.query(
                    """
                    INSERT INTO bulkhead.schema_migrations (version, name, checksum)
                    VALUES (\(file.version)::int, \(file.name), \(file.checksum))
                    """)
            }
            let findings = try await CatalogGuard.findings(in: transaction)
            guard findings.isEmpty else { throw MigrationError.guardFailed(findings.map(\.description)) }
            return plan.pending.map { "\($0.version) \($0.name)" }
        }
    }

    /// The version that the database has and the one that this program needs.
    public func versions() async throws -> (database: Int, program: Int) {
        let program = try SQLFile.all(.catalog).count
        let rows = try await self.client.query("SELECT coalesce(max(version), 0)::int FROM bulkhead.schema_migrations")
        return (try rows.first?.decode(Int.self) ?? 0, program)
    }

    private static func applied(
        _ transaction: borrowing PostgresTransaction
    ) async throws -> [(version: Int, checksum: String)] {
        let present = try await transaction.query("SELECT to_regclass('bulkhead.schema_migrations') IS NOT NULL")
        guard try present.first?[0].decode(Bool.self) == true else { throw MigrationError.notInstalled }
        let rows = try await transaction.query(
            "SELECT version, checksum FROM bulkhead.schema_migrations ORDER BY version")
        return try rows.map { row in
            let (version, checksum) = try row.decode(Int.self, String.self)
            return (version, checksum)
        }
    }
}
