public import Postgres

/// What `bulkhead init` takes from everybody, asked back: rights that PostgreSQL gives to each role by default.
///
/// Apart from the guards, since a managed service may not let anybody take them away; `bulkhead doctor` then warns.
public enum HardeningCheck {
    /// The other databases of the cluster that bulkhead_app may connect to: rights are taken away in one database only,
    /// so in another the role still sees and may end sessions of this one.
    public static func otherDatabases(on client: PostgresClient) async throws -> [String] {
        let rows = try await client.query(
            """
            SELECT datname::text FROM pg_database
            WHERE datname <> current_database() AND datallowconn
              AND has_database_privilege('bulkhead_app', oid, 'CONNECT') ORDER BY 1
            """)
        return try rows.map { try $0.decode(String.self) }
    }

    /// The functions that bulkhead_app may still run, and languages it may still use.
    public static func openings(on client: PostgresClient) async throws -> [String] {
        let rows = try await client.query(
            """
            SELECT p.oid::regprocedure::text FROM pg_proc p
            WHERE \(unescaped: ClosedFunctions.condition) AND has_function_privilege('bulkhead_app', p.oid, 'EXECUTE')
            UNION ALL
            SELECT 'language ' || lanname FROM pg_language
            WHERE lanname = 'plpgsql' AND has_language_privilege('bulkhead_app', oid, 'USAGE')
            """)
        return try rows.map { try $0.decode(String.self) }
    }
}
