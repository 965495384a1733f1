import Logging
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// What callers see of the pools, on real connections.
@Suite struct TenantPoolsTests {
    private static let query: PostgresQuery = "SELECT count(*) FROM clients"

    private func tier(
        concurrency: Int, queued: Int, statement: Int = 30_000, lock: Int = 30_000, idle: Int = 30_000
    ) -> Tier {
        var tier = Tier.builtIn[1]
        tier.maximumConcurrency = concurrency
        tier.maximumQueued = queued
        tier.statementTimeoutMilliseconds = statement
        tier.lockTimeoutMilliseconds = lock
        tier.idleInTransactionTimeoutMilliseconds = idle
        return tier
    }

    private func database(_ bulkhead: BulkheadDatabase, _ tier: Tier) -> (TenantDatabase, TierLimits) {
        let limits = TierLimits([tier])
        let database = TenantDatabase(
            client: bulkhead.app, signer: bulkhead.signer, limits: limits, logger: Logger(label: "test.pools"))
        return (database, limits)
    }

    @Test func aTenantHasSoManyTransactionsAndSoManyWaiting() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let other = try await bulkhead.makeTenant("globex")
            let access = bulkhead.access(tenant)
            let (database, limits) = self.database(bulkhead, self.tier(concurrency: 2, queued: 3))
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 { group.addTask { try await database.withTenant(access) { _ in await gate.pass() } } }
                try await eventually { database.pools.figures.sessions + database.pools.figures.slow == 2 }
                for _ in 0..<3 { group.addTask { _ = try await database.read([Self.query], in: access) } }
                try await eventually { database.pools.figures.waiting == 3 }
                // One too many is told at once, and others do not notice.
                await #expect(throws: DomainError.busy(retryAfterSeconds: 1)) {
                    _ = try await database.read([Self.query], in: access)
                }
                await #expect(throws: DomainError.busy(retryAfterSeconds: 1)) {
                    try await database.withTenant(access) { _ in }
                }
                _ = try await database.read([Self.query], in: bulkhead.access(other))
                #expect(database.pools.figures.refusals == 2)
                #expect(database.pools.figures.top.first?.tenant == tenant.id)
                #expect(database.pools.figures.top.first?.refusals == 2)
                // A higher tier: the next request of anybody makes it so.
                limits.replace(with: [self.tier(concurrency: 3, queued: 3)])
                _ = try await database.read([Self.query], in: bulkhead.access(other))
                try await eventually { database.pools.figures.waiting == 0 }
                gate.open()
                try await group.waitForAll()
            }
            try await eventually { database.pools.figures.tenants == 0 || database.pools.figures.slow == 0 }
            #expect(database.pools.figures.waits == 3)
        }
    }

    @Test func theDeadlineOfTheRequestEndsTheWait() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let (database, _) = self.database(bulkhead, self.tier(concurrency: 1, queued: 10))
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await database.withTenant(bulkhead.access(tenant)) { _ in await gate.pass() } }
                try await eventually { database.pools.figures.sessions + database.pools.figures.slow == 1 }
                let start = ContinuousClock.now
                let access = TenantAccess(
                    verified: tenant.id, mode: .readOnly, principal: .system("test"), tier: tenant.tier,
                    deadline: .now + .milliseconds(200))
                await #expect(throws: DomainError.busy(retryAfterSeconds: 1)) {
                    _ = try await database.read([Self.query], in: access)
                }
                let waited = ContinuousClock.now - start
                #expect(waited >= .milliseconds(200) && waited < .seconds(5), "\(waited)")
                #expect(database.pools.figures.expirations == 1)
                // The same deadline ends what runs.
                gate.open()
                try await group.waitForAll()
                let late = TenantAccess(
                    verified: tenant.id, mode: .readOnly, principal: .system("test"), tier: tenant.tier,
                    deadline: .now + .milliseconds(200))
                await #expect(throws: (any Error).self) {
                    try await database.withTenant(late) { _ = try await $0.query("SELECT pg_sleep(20)") }
                }
                try await eventually { bulkhead.app.statistics.leased == 0 }
                #expect(database.pools.figures.tenants <= 1)
            }
        }
    }

    @Test func whoGoesAwayLeavesTheLine() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let access = bulkhead.access(tenant)
            let (database, _) = self.database(bulkhead, self.tier(concurrency: 1, queued: 10))
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await database.withTenant(access) { _ in await gate.pass() } }
                try await eventually { database.pools.figures.sessions + database.pools.figures.slow == 1 }
                try await withThrowingTaskGroup(of: Void.self) { leaving in
                    for _ in 0..<5 { leaving.addTask { _ = try await database.read([Self.query], in: access) } }
                    try await eventually { database.pools.figures.waiting == 5 }
                    leaving.cancelAll()
                    while let result = await leaving.nextResult() {
                        #expect(throws: CancellationError.self) { try result.get() }
                    }
                }
                #expect(database.pools.figures.waiting == 0)
                #expect(database.pools.figures.cancelled == 5)
                gate.open()
                try await group.waitForAll()
            }
            _ = try await database.read([Self.query], in: access)
        }
    }

    /// Thousands of transactions that come, wait, are cancelled and run late: nothing is left behind.
    @Test func aStormLeavesNothingBehind() async throws {
        try await BulkheadDatabase.with { bulkhead in
            var tenants: [Tenant] = []
            for name in ["acme", "globex", "initech"] { tenants.append(try await bulkhead.makeTenant(name)) }
            let (database, _) = self.database(bulkhead, self.tier(concurrency: 2, queued: 20))
            let found = tenants
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<900 {
                    group.addTask {
                        let tenant = found[number % 3]
                        let access = TenantAccess(
                            verified: tenant.id, mode: .readOnly, principal: .system("test"), tier: tenant.tier,
                            deadline: .now + .milliseconds(number % 7 == 0 ? 5 : 20_000))
                        do {
                            if number % 5 == 0 {
                                try await database.withTenant(access) { _ = try await $0.query(Self.query) }
                            } else {
                                _ = try await database.read([Self.query], in: access)
                            }
                        } catch is DomainError {
                            // Too many, or too late: both are meant to happen here.
                        } catch let error as PostgresError where error.code == .deadlineExceeded {
                            // Too late while it ran.
                        }
                    }
                    if number % 150 == 149 { try await group.next() }
                }
                try await group.waitForAll()
            }
            let figures = database.pools.figures
            #expect(figures.waiting == 0 && figures.quickReads == 0 && figures.sessions == 0 && figures.slow == 0)
            #expect(figures.started > 50)
            try await eventually { bulkhead.app.statistics.leased == 0 && bulkhead.app.statistics.inFlight == 0 }
            #expect(bulkhead.app.statistics.connectionsLost == 0)
        }
    }
}
