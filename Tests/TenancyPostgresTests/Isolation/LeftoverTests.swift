import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// What one client leaves in a session must neither leak to the next tenant nor stop it.
@Suite("Left-over session state", .serialized)
struct LeftoverTests {
    static let leftovers = [
        "SELECT set_config('app.current_tenant_id', '%b', false)", "SET search_path = %s",
        "SET row_security = off", "SET statement_timeout = '1ms'", "SET lock_timeout = '1ms'",
        "SET idle_in_transaction_session_timeout = '1ms'", "SET default_transaction_read_only = on",
        "SET default_transaction_isolation = serializable", "SET TimeZone = 'Asia/Tokyo'", "SET DateStyle = 'SQL, DMY'",
        "SET bytea_output = escape", "SET synchronous_commit = off", "SET IntervalStyle = sql_standard",
        "SET transform_null_equals = on", "SET standard_conforming_strings = off", "SET extra_float_digits = -15",
        "SET work_mem = '64kB'", "SET plan_cache_mode = force_generic_plan",
    ]

    @Test("Neither leaks nor stops the next tenant", arguments: TwoTenants.Route.allCases)
    func leftover(route: TwoTenants.Route) async throws {
        try await TwoTenants.with(route) { two in
            for setting in Self.leftovers {
                let sql = setting.replacing("%b", with: "\(two.b.id)").replacing("%s", with: two.schemaB)
                let query = PostgresQuery(unsafeSQL: sql, isPrepared: false)
                // More than once, for the several connections; from outside and from inside a tenant's session.
                for _ in 0..<3 {
                    _ = try await two.bulkhead.app.query(query)
                    do {
                        try await two.bulkhead.tenants.withTenant(two.accessB) { _ = try await $0.query(query) }
                    } catch is PostgresError {
                        // Who sets a limit of a millisecond may well be its first victim.
                    }
                }
                try await Self.workAsA(two, after: setting)
            }
        }
    }

    /// Reads and writes as A, twice: nothing of B, everything of A, in the usual formats.
    private static func workAsA(_ two: TwoTenants, after setting: String) async throws {
        let tenant = two.a.id.uuid
        try await two.bulkhead.database.execute("DELETE FROM \(two.schemaA).clients WHERE name = 'next'")
        for round in 0..<3 {
            let answers = try await two.bulkhead.tenants.read(
                [
                    "SELECT count(*) FROM clients", "SELECT count(*) FROM clients WHERE tenant_id <> \(tenant)::uuid",
                    "SELECT checksum_sha256, created_at::text FROM documents",
                    "SELECT current_setting('app.current_tenant_id'), current_setting('row_security'), current_setting('synchronous_commit')",
                ], in: two.accessA)
            #expect(try answers[0].first?[0].decode(Int.self) == 1 + round, "\(setting)")
            #expect(try answers[1].first?[0].decode(Int.self) == 0)
            let row = try #require(answers[2].first)
            #expect(try row[0].decode([UInt8].self).count == 32)
            #expect(try row[1].decode(String.self).hasSuffix("+00"))
            let settings = try #require(answers[3].first)
            #expect(try settings[0].decode(String.self) == two.a.id.description)
            #expect(try settings[1].decode(String.self) == "on")
            #expect(try settings[2].decode(String.self) == "on")
            try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                let isolation = try await session.query("SHOW transaction_isolation").first?[0].decode(String.self)
                #expect(isolation == "read committed")
                _ = try await session.query("INSERT INTO clients (tenant_id, name) VALUES (\(tenant)::uuid, 'next')")
            }
        }
    }

    @Test("Defaults of the next transaction do not make it wait for others")
    func deferrable() async throws {
        try await TwoTenants.with(.pooler) { two in
            try await withRunningClient(uri: two.bulkhead.database.uri) { other in
                try await other.withTransaction(.serializable) { transaction in
                    _ = try await transaction.query("CREATE TABLE public.held (i int)")
                    for name in ["isolation = serializable", "read_only = on", "deferrable = on"] {
                        _ = try await two.bulkhead.app.query("SET default_transaction_\(unescaped: name)")
                    }
                    // A wait for the other transaction would run into the deadline.
                    let count = try await two.bulkhead.tenants.read(["SELECT count(*) FROM clients"], in: two.accessA)
                    #expect(try count[0].first?[0].decode(Int.self) == 1)
                }
            }
        }
    }

    @Test(
        "Cursors and prepared statements of one tenant cannot be used by the next",
        arguments: TwoTenants.Route.allCases)
    func namedObjects(route: TwoTenants.Route) async throws {
        try await TwoTenants.with(route) { two in
            for _ in 0..<4 {
                try await two.bulkhead.tenants.withTenant(two.accessB) { session in
                    _ = try await session.query("DECLARE stolen CURSOR WITH HOLD FOR SELECT * FROM clients")
                }
                await #expect(throws: PostgresError.self) {
                    try await two.bulkhead.tenants.withTenant(two.accessA) { session in
                        _ = try await session.query("FETCH ALL FROM stolen")
                    }
                }
                await #expect(throws: TenantQueryError.self) {
                    _ = try await two.bulkhead.tenants.read(["FETCH ALL FROM stolen"], in: two.accessA)
                }
            }
        }
    }

    @Test(
        "A statement injected into a one-shot batch changes nothing for whoever is behind it",
        arguments: TwoTenants.Route.allCases, ["BEGIN", "COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "SAVEPOINT s"])
    func injectedControl(route: TwoTenants.Route, statement: String) async throws {
        try await TwoTenants.with(route) { two in
            for _ in 0..<4 {
                let injected = PostgresQuery(unsafeSQL: statement, isPrepared: false)
                await #expect(throws: TenantQueryError.self) {
                    _ = try await two.bulkhead.tenants.read(["SELECT 1", injected], in: two.accessB)
                }
                // Past the door, as if a statement of ours had been hijacked.
                do {
                    let entry = TenantEntry(
                        credential: two.bulkhead.signer.credential(for: two.b.id, mode: .readOnly),
                        timeouts: Tier.builtIn[0].timeouts)
                    _ = try await two.bulkhead.app.execute(
                        PostgresBatch([entry.query, injected, "SELECT count(*) FROM clients"]))
                } catch is PostgresError {}
                // In a lent transaction SAVEPOINT changes nothing, and what ends it is noticed at once.
                let ends = statement.hasPrefix("COMMIT") || statement == "ROLLBACK"
                do {
                    try await two.bulkhead.tenants.withTenant(two.accessB) { _ = try await $0.query(injected) }
                    #expect(!ends)
                } catch is PostgresError {
                    #expect(statement != "SAVEPOINT s")
                }
                let own = try await two.bulkhead.tenants.read(["SELECT count(*) FROM clients"], in: two.accessA)
                #expect(try own.first?.first?[0].decode(Int.self) == 1)
                let none = try await two.bulkhead.app.query(
                    "SELECT count(*) FROM \(unescaped: two.schemaB).clients")
                #expect(try none.first?[0].decode(Int.self) == 0)
            }
        }
    }
}
