import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// Every tenant table x every way to read or write x every credential an attacker may hold.
@Suite("Statements of A never reach B", .serialized)
struct StatementIsolationTests {
    /// A way to get at B's rows; `%t` stands for B's table, `%b` for B's id.
    static let reads = [
        "SELECT count(*) FROM %t", "SELECT count(*) FROM %t WHERE tenant_id = '%b'",
        "SELECT count(*) FROM (SELECT 1 FROM %t FOR UPDATE) q", "SELECT count(*) FROM (SELECT 1 FROM %t FOR SHARE) q",
        "WITH gone AS (DELETE FROM %t RETURNING 1) SELECT count(*) FROM gone",
        "WITH changed AS (UPDATE %t SET tenant_id = tenant_id RETURNING 1) SELECT count(*) FROM changed",
        "WITH added AS (INSERT INTO %t (tenant_id) VALUES ('%b') RETURNING 1) SELECT count(*) FROM added",
        "WITH added AS (INSERT INTO %t SELECT * FROM %t RETURNING 1) SELECT count(*) FROM added",
        "MERGE INTO %t t USING (SELECT '%b'::uuid AS b) s ON t.tenant_id = s.b WHEN MATCHED THEN DELETE",
        "MERGE INTO %t t USING (SELECT '%b'::uuid AS b) s ON t.tenant_id = s.b "
            + "WHEN MATCHED THEN UPDATE SET tenant_id = s.b WHEN NOT MATCHED THEN INSERT (tenant_id) VALUES (s.b)",
        "SELECT count(*) FROM (TABLE %t) q", "SELECT count(xmin) FROM %t",
        "SELECT count(*) FROM %t TABLESAMPLE SYSTEM (100)",
        "SELECT (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM %t', false, true, '')))[1]::text::int",
    ]

    /// What stands before the attack in A's transaction.
    enum Disguise: String, CaseIterable, Sendable {
        case none = "nothing"
        case forgedSetting = "a forged tenant setting"
        case forgedBoth = "forged tenant and proof settings"
        case otherCredential = "A's credential for B"
        case committed = "an injected COMMIT"
        case begun = "an injected COMMIT and BEGIN"
        case reset = "RESET ALL"
        case rowSecurityOff = "row_security off"
        case path = "B's search_path"
    }

    @Test("With no context at all", arguments: TwoTenants.Route.allCases)
    func noContext(route: TwoTenants.Route) async throws {
        try await TwoTenants.with(route) { two in
            let before = try await two.fingerprintOfB()
            for table in TwoTenants.tables {
                for read in Self.reads {
                    let count = try await Self.count(two, read, table) { query in
                        try await two.bulkhead.app.query(query)
                    }
                    #expect(count == 0, "\(read) on \(table)")
                }
            }
            #expect(try await two.fingerprintOfB() == before)
        }
    }

    @Test("In A's transaction, in every disguise", arguments: TwoTenants.Route.allCases)
    func everyDisguise(route: TwoTenants.Route) async throws {
        try await TwoTenants.with(route) { two in
            let before = try await two.fingerprintOfB()
            for disguise in Disguise.allCases {
                for table in TwoTenants.tables {
                    for read in Self.reads {
                        let count = try await Self.count(two, read, table) { query in
                            try await Self.attack(two, disguise, query)
                        }
                        #expect(count == 0, "\(disguise.rawValue): \(read) on \(table)")
                    }
                }
            }
            #expect(try await two.fingerprintOfB() == before)
        }
    }

    @Test("Writes for B are refused or reach nothing", arguments: TwoTenants.Route.allCases)
    func writes(route: TwoTenants.Route) async throws {
        try await TwoTenants.with(route) { two in
            let before = try await two.fingerprintOfB()
            let writes = [
                "INSERT INTO \(two.schemaB).canary (tenant_id) VALUES ('\(two.b.id)')",
                "INSERT INTO \(two.schemaB).canary (tenant_id) VALUES ('\(two.a.id)')",
                "INSERT INTO clients (tenant_id, name) VALUES ('\(two.b.id)', 'x')",
                "INSERT INTO clients (tenant_id, name) SELECT '\(two.b.id)', name FROM clients",
                "INSERT INTO clients (tenant_id, name) VALUES (NULL, 'x')",
                "UPDATE clients SET tenant_id = '\(two.b.id)'",
                "MERGE INTO \(two.schemaB).clients t USING (SELECT '\(two.b.id)'::uuid AS id) s ON t.id = s.id "
                    + "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (tenant_id, name) VALUES (s.id, 'x')",
                "INSERT INTO \(two.schemaB).clients (tenant_id, id, name) VALUES ('\(two.b.id)', '\(two.b.id)', 'x') "
                    + "ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'x'",
                "INSERT INTO registrations (tenant_id, client_id, jurisdiction, company_name, entity_type) "
                    + "VALUES ('\(two.a.id)', '\(two.b.id)', 'DE', 'x', 'llc')",
                "TRUNCATE \(two.schemaB).clients",
                "ALTER TABLE \(two.schemaB).clients DISABLE ROW LEVEL SECURITY",
                "ALTER TABLE clients NO FORCE ROW LEVEL SECURITY",
                "CREATE POLICY oops ON clients USING (true)", "DROP SCHEMA \(two.schemaB) CASCADE",
                "COPY \(two.schemaB).clients FROM PROGRAM 'true'", "SET ROLE bulkhead_owner",
                "SET SESSION AUTHORIZATION postgres", "CREATE TEMP TABLE clients AS SELECT 1",
                "CREATE TABLE public.x (i int)", "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "DO $$ BEGIN PERFORM 1; END $$", "SELECT * FROM bulkhead.context_keys", "SELECT * FROM public.tenants",
                "SELECT * FROM public.global_users", "SELECT * FROM bulkhead.sealed_keys",
                "SELECT bulkhead.add_context_key('x', decode(repeat('00', 32), 'hex'))",
                "SELECT bulkhead.rotate_database_key()", "SELECT bulkhead.pad_key(decode(repeat('00', 32), 'hex'), 1)",
                "SELECT pg_terminate_backend(1)", "SELECT pg_cancel_backend(1)", "SELECT pg_advisory_lock(42)",
                "SELECT pg_notify('x', 'y')", "SELECT lo_from_bytea(0, 'x')", "SELECT query FROM pg_stat_activity",
                "SELECT * FROM pg_prepared_statements", "SELECT * FROM pg_cursors", "SELECT * FROM pg_locks",
                "UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log",
            ]
            for write in writes {
                await #expect(throws: PostgresError.self, "\(write)") {
                    try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                        _ = try await session.query(PostgresQuery(unsafeSQL: write, isPrepared: false))
                    }
                }
            }
            #expect(try await two.fingerprintOfB() == before)
        }
    }

    @Test("COPY TO is filtered", arguments: TwoTenants.Route.allCases)
    func copyTo(route: TwoTenants.Route) async throws {
        try await TwoTenants.with(route) { two in
            for table in TwoTenants.tables {
                let unentered = ByteCount()
                try await two.bulkhead.app.withConnection { lease in
                    try await lease.copyOut("COPY \(unescaped: two.schemaB).\(unescaped: table) TO STDOUT") {
                        await unentered.add($0.count)
                    }
                }
                #expect(await unentered.total == 0, "no context: \(table)")
                let bytes = ByteCount()
                try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                    try await session.copyOut("COPY \(unescaped: table) TO STDOUT") { await bytes.add($0.count) }
                }
                #expect(await bytes.total > 0, "A's own \(table)")
                let foreign = ByteCount()
                do {
                    try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                        try await session.copyOut("COPY \(unescaped: two.schemaB).\(unescaped: table) TO STDOUT") {
                            await foreign.add($0.count)
                        }
                    }
                } catch is PostgresError {}
                #expect(await foreign.total == 0, "B's \(table)")
            }
        }
    }

    /// Runs one read against B's table; an error of the server counts as "nothing reached".
    private static func count(
        _ two: TwoTenants, _ read: String, _ table: String, run: (PostgresQuery) async throws -> PostgresRows
    ) async throws -> Int {
        let sql = read.replacing("%t", with: "\(two.schemaB).\(table)").replacing("%b", with: "\(two.b.id)")
        do {
            let rows = try await run(PostgresQuery(unsafeSQL: sql, isPrepared: false))
            return try rows.first?[0].decode(Int.self) ?? 0
        } catch is TenantCommitError {
            return 0
        } catch let error as PostgresError {
            guard
                error.code == .serverError || error.code == .transactionLeftOpen
                    || error.code == .transactionRolledBack || error.code == .unsupported
            else { throw error }
            return 0
        }
    }

    private static func attack(
        _ two: TwoTenants, _ disguise: Disguise, _ query: PostgresQuery
    ) async throws -> PostgresRows {
        try await two.bulkhead.tenants.withTenant(two.accessA) { session in
            for statement in Self.statements(of: disguise, two) { _ = try await session.query(statement) }
            return try await session.query(query)
        }
    }

    private static func statements(of disguise: Disguise, _ two: TwoTenants) -> [PostgresQuery] {
        let forge: PostgresQuery = "SELECT set_config('app.current_tenant_id', \(two.b.id.description), true)"
        switch disguise {
        case .none: return []
        case .forgedSetting: return [forge]
        case .forgedBoth: return [forge, "SELECT set_config('app.context_proof', 'db-1.' || repeat('0', 64), true)"]
        case .otherCredential:
            let own = two.bulkhead.signer.credential(for: two.a.id, mode: .readWrite)
            return [
                "SELECT set_config('app.context_proof', '', true)",
                """
                SELECT bulkhead.enter_tenant(\(two.b.id.uuid)::uuid, 'rw', \(own.expiresAt)::bigint, \(own.nonce),
                    \(own.keyID), \(own.signature)::bytea, 1000, 1000, 1000)
                """,
            ]
        case .committed: return ["COMMIT", forge]
        case .begun: return ["COMMIT", "BEGIN", forge]
        case .reset: return ["RESET ALL", forge]
        case .rowSecurityOff: return ["SET LOCAL row_security = off", forge]
        case .path: return ["SET LOCAL search_path = \(identifier: two.schemaB)", forge]
        }
    }
}

/// Counts what a COPY delivers.
actor ByteCount {
    private(set) var total = 0
    func add(_ count: Int) { self.total += count }
}
