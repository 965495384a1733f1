import LocalServers
import Logging
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// The time limits of a tenant's tier, hit for real, and what is left of the connection afterwards.
@Suite("Time limits of tiers", .timeLimit(.minutes(4)))
struct TierTimeoutTests {
    /// Long enough for a busy machine, and each different.
    private static func tiers(
        statement: Int = 59_000, lock: Int = 58_000, idle: Int = 57_000
    ) -> TierLimits {
        TierLimits(
            Tier.builtIn.map { tier in
                var tier = tier
                let isFree = tier.name == TierName("free")
                tier.statementTimeoutMilliseconds = isFree ? statement : 49_000
                tier.lockTimeoutMilliseconds = isFree ? lock : 48_000
                tier.idleInTransactionTimeoutMilliseconds = isFree ? idle : 47_000
                return tier
            })
    }

    private struct Fixture {
        let bulkhead: BulkheadDatabase
        let free: Tenant
        let standard: Tenant
        /// The limits of the free tier are tight in it.
        let tenants: TenantDatabase
        /// Over the same connection, with limits to work with.
        let patient: TenantDatabase
        let client: PostgresClient

        func access(_ tenant: Tenant) -> TenantAccess { self.bulkhead.access(tenant) }

        /// Both tenants work as if nothing had been, on the one connection there is, with the limits of their tiers.
        func expectUsable() async throws {
            for _ in 0..<2 {
                for (tenant, expected) in [
                    (self.free, ["59s", "58s", "57s"]), (self.standard, ["49s", "48s", "47s"]),
                ] {
                    let limits = try await self.patient.withTenant(self.access(tenant)) { session in
                        _ = try await session.query(
                            "INSERT INTO clients (tenant_id, name) VALUES (bulkhead.current_tenant(), 'next')")
                        let rows = try await session.query(
                            """
                            SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                                current_setting('idle_in_transaction_session_timeout'), bulkhead.current_tenant()::text
                            """)
                        return try (0..<4).map { try rows.only()[$0].decode(String.self) }
                    }
                    #expect(limits == expected + [tenant.id.description])
                }
            }
        }
    }

    private static func use(
        _ limits: TierLimits, configure: (inout PostgresConfiguration) -> Void = { _ in },
        _ body: (Fixture) async throws -> Void
    ) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let free = try await bulkhead.makeTenant("acme", tier: "free")
            let standard = try await bulkhead.makeTenant("globex", tier: "standard")
            let uri = bulkhead.database.uri(role: .app)
            try await withRunningClient(uri: uri, maximumConnections: 1, configure: configure) { client in
                func door(_ limits: TierLimits) -> TenantDatabase {
                    TenantDatabase(
                        client: client, signer: bulkhead.signer, limits: limits, logger: Logger(label: "test.tenants"))
                }
                try await body(
                    Fixture(
                        bulkhead: bulkhead, free: free, standard: standard, tenants: door(limits),
                        patient: door(Self.tiers()), client: client))
            }
        }
    }

    /// The condition with which the server ended a body, wherever in the error it stands.
    private static func state(of body: () async throws -> Void) async -> SQLState? {
        do {
            try await body()
            return nil
        } catch let error as PostgresError {
            return error.sqlState ?? (error.cause as? PostgresError)?.sqlState
        } catch {
            return nil
        }
    }

    @Test("A statement that takes too long is ended, in a session and in a single round trip")
    func statement() async throws {
        try await Self.use(Self.tiers(statement: 2_000)) { fixture in
            let session = await Self.state {
                try await fixture.tenants.withTenant(fixture.access(fixture.free)) { session in
                    _ = try await session.query(
                        "INSERT INTO clients (tenant_id, name) VALUES (bulkhead.current_tenant(), 'lost')")
                    _ = try await session.query("SELECT pg_sleep(60)")
                }
            }
            #expect(session == .queryCanceled)
            let read = await Self.state {
                _ = try await fixture.tenants.read(["SELECT pg_sleep(60)"], in: fixture.access(fixture.free))
            }
            #expect(read == .queryCanceled)
            // Another tier has its own.
            _ = try await fixture.tenants.read(["SELECT pg_sleep(2.5)"], in: fixture.access(fixture.standard))
            let lost = try await fixture.patient.read(
                ["SELECT count(*)::int FROM clients"], in: fixture.access(fixture.free))
            #expect(try lost[0].only()[0].decode(Int.self) == 0)
            try await fixture.expectUsable()
        }
    }

    @Test("A wait for a lock is ended")
    func lock() async throws {
        try await Self.use(Self.tiers(lock: 500)) { fixture in
            try await fixture.bulkhead.withClientsLocked(of: fixture.free.id) {
                let session = await Self.state {
                    try await fixture.tenants.withTenant(fixture.access(fixture.free)) {
                        _ = try await $0.query("SELECT count(*) FROM clients")
                    }
                }
                #expect(session == .lockNotAvailable)
                let read = await Self.state {
                    _ = try await fixture.tenants.read(
                        ["SELECT count(*) FROM clients"], in: fixture.access(fixture.free))
                }
                #expect(read == .lockNotAvailable)
            }
            try await fixture.expectUsable()
        }
    }

    @Test("A session that sits in its transaction without a word is ended, and its work undone")
    func idle() async throws {
        try await Self.use(Self.tiers(idle: 500)) { fixture in
            var pid: Int?
            let state = await Self.state {
                try await fixture.tenants.withTenant(fixture.access(fixture.free)) { session in
                    pid = try await session.query("SELECT pg_backend_pid()").only()[0].decode(Int.self)
                    _ = try await session.query(
                        "INSERT INTO clients (tenant_id, name) VALUES (bulkhead.current_tenant(), 'lost')")
                    try await eventually(within: .seconds(60)) {
                        try await fixture.bulkhead.database.execute(
                            "SELECT count(*) FROM pg_stat_activity WHERE pid = \(pid ?? 0)") == "0"
                    }
                    _ = try await session.query("SELECT 1")
                }
                Issue.record("a session went on that the server had ended")
            }
            // What the server said before it closed the connection may or may not have been read.
            #expect(state == nil || state == "25P03")
            try await fixture.expectUsable()
            let rows = try await fixture.patient.read(
                ["SELECT count(*)::int FROM clients WHERE name = 'lost'"], in: fixture.access(fixture.free))
            #expect(try rows[0].only()[0].decode(Int.self) == 0)
        }
    }

    /// PostgreSQL lets every role change these settings; what then bounds a session is the client.
    @Test("A session that lifts its own limits meets its deadline, and leaves nothing to the next")
    func lifted() async throws {
        try await Self.use(Self.tiers(statement: 2_000)) { fixture in
            for local in ["LOCAL", "SESSION"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await fixture.tenants.withTenant(
                        fixture.access(fixture.free), deadline: .now + .seconds(10)
                    ) { session in
                        _ = try await session.execute(
                            ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"].map {
                                PostgresQuery(unsafeSQL: "SET \(local) \($0) = 0", isPrepared: false)
                            })
                        // Longer than the tier lets it.
                        _ = try await session.query("SELECT pg_sleep(2.5)")
                        _ = try await session.query("SELECT pg_sleep(600)")
                    }
                }
                #expect(error?.code == .deadlineExceeded)
                // The server was told as well: nothing sleeps on.
                try await eventually(within: .seconds(30)) {
                    try await fixture.bulkhead.database.execute(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid() AND state = 'active'
                        """) == "0"
                }
                try await fixture.expectUsable()
            }
            #expect(fixture.client.statistics.connectionsLost == 0)
        }
    }

    /// In the batch of a read there is no SET; but a function may set, for the rest of the transaction.
    @Test("A read that lifts its limits is answered for at its deadline, and its connection is given up")
    func liftedRead() async throws {
        try await Self.use(Self.tiers(statement: 2_000), configure: { $0.gracePeriod = .milliseconds(500) }) {
            fixture in
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.tenants.read(
                    ["SELECT set_config('statement_timeout', '0', true)", "SELECT pg_sleep(600)"],
                    in: fixture.access(fixture.free), deadline: .now + .seconds(8))
            }
            #expect(error?.code == .deadlineExceeded)
            try await fixture.expectUsable()
            #expect(fixture.client.statistics.connectionsLost == 1)
            // The server has been told to stop.
            try await eventually(within: .seconds(60)) {
                try await fixture.bulkhead.database.execute(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()
                    """) == "0"
            }
        }
    }
}
