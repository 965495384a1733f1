import Logging
import Postgres
import ServiceLifecycle
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

/// Tenants with connections of their own.
@Suite struct DedicatedPoolsTests {
    private static let query: PostgresQuery = "SELECT pg_backend_pid() FROM users LIMIT 1"

    private static func tiers(_ connections: Int?) -> [Tier] {
        var tiers = Tier.builtIn
        if let own = tiers.firstIndex(where: { $0.name == TierName("enterprise") }) {
            tiers[own].dedicatedConnections = connections
        }
        return tiers
    }

    private func with(
        connections: Int? = 3, maximum: Int = 8, idleTime: Duration = .seconds(300),
        _ body: (BulkheadDatabase, TenantDatabase, DedicatedPools, TierLimits) async throws -> Void
    ) async throws {
        try await BulkheadDatabase.with { bulkhead in
            var template = bulkhead.app.configuration
            template.applicationName = "dedicated"
            var logger = Logger(label: "test.dedicated")
            logger.logLevel = .error
            let pools = DedicatedPools(
                template: template, maximumConnections: maximum, idleTime: idleTime, logger: logger)
            let limits = TierLimits(Self.tiers(connections))
            let database = TenantDatabase(
                client: bulkhead.app, signer: bulkhead.signer, limits: limits, dedicated: pools, logger: logger)
            let group = ServiceGroup(configuration: .init(services: [.init(service: pools)], logger: logger))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await eventually { pools.isRunning }
                try await body(bulkhead, database, pools, limits)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(pools.figures.isEmpty)
            try await eventually {
                try await bulkhead.database.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dedicated'") == "0"
            }
        }
    }

    @Test func aTenantHasItsOwnConnectionsAndNobodyElses() async throws {
        try await self.with { bulkhead, database, pools, _ in
            let rich = try await bulkhead.makeTenant("rich", tier: "enterprise")
            let poor = try await bulkhead.makeTenant("poor")
            let batches = bulkhead.app.statistics.batches
            var own: Set<Int> = []
            for _ in 0..<5 {
                own.insert(
                    try await database.read([Self.query], in: bulkhead.access(rich))[0].only()[0].decode(Int.self))
            }
            own.insert(
                try await database.withTenant(bulkhead.access(rich)) {
                    try await $0.query(Self.query).only()[0].decode(Int.self)
                })
            #expect(bulkhead.app.statistics.batches == batches, "nothing of it went over shared connections")
            #expect(pools.figures.map(\.tenant) == [rich.id])
            #expect(pools.figures.first?.connections == 3)
            var shared: Set<Int> = []
            for _ in 0..<20 {
                shared.insert(
                    try await database.read([Self.query], in: bulkhead.access(poor))[0].only()[0].decode(Int.self))
            }
            #expect(own.isDisjoint(with: shared))
            let names = try await bulkhead.database.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dedicated'")
            #expect((1...3).contains(Int(names) ?? 0), "\(names)")
        }
    }

    @Test func unusedConnectionsEnd() async throws {
        try await self.with(idleTime: .milliseconds(200)) { bulkhead, database, pools, _ in
            let rich = try await bulkhead.makeTenant("rich", tier: "enterprise")
            _ = try await database.read([Self.query], in: bulkhead.access(rich))
            #expect(pools.figures.count == 1)
            try await eventually { pools.figures.isEmpty }
            try await eventually {
                try await bulkhead.database.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dedicated'") == "0"
            }
            // And come again.
            _ = try await database.read([Self.query], in: bulkhead.access(rich))
            #expect(pools.figures.count == 1)
        }
    }

    @Test func connectionsFollowTheTier() async throws {
        try await self.with { bulkhead, database, pools, limits in
            let rich = try await bulkhead.makeTenant("rich", tier: "enterprise")
            let access = bulkhead.access(rich)
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await database.withTenant(access) { session in
                        await gate.pass()
                        // Whatever happened meanwhile, what was begun is finished where it was begun.
                        _ = try await session.query(Self.query)
                    }
                }
                try await eventually { pools.figures.first?.users == 1 }
                limits.replace(with: Self.tiers(2))
                _ = try await database.read([Self.query], in: access)
                #expect(Set(pools.figures.map(\.connections)) == [2, 3])
                limits.replace(with: Self.tiers(nil))
                let batches = bulkhead.app.statistics.batches
                _ = try await database.read([Self.query], in: access)
                #expect(bulkhead.app.statistics.batches > batches, "it shares now")
                try await eventually { pools.figures.map(\.connections) == [3] }
                gate.open()
                try await group.waitForAll()
                try await eventually { pools.figures.isEmpty }
            }
        }
    }

    @Test func whoComesTooLateShares() async throws {
        try await self.with(connections: 3, maximum: 7) { bulkhead, database, pools, _ in
            for name in ["one", "two", "three"] {
                let tenant = try await bulkhead.makeTenant(name, tier: "enterprise")
                _ = try await database.read([Self.query], in: bulkhead.access(tenant))
            }
            #expect(pools.figures.count == 2)
        }
    }

    @Test func withoutTheServiceAllShare() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let pools = DedicatedPools(
                template: bulkhead.app.configuration, maximumConnections: 8, logger: Logger(label: "test.dedicated"))
            let database = TenantDatabase(
                client: bulkhead.app, signer: bulkhead.signer, limits: TierLimits(Self.tiers(2)), dedicated: pools,
                logger: Logger(label: "test.dedicated"))
            let rich = try await bulkhead.makeTenant("rich", tier: "enterprise")
            _ = try await database.read([Self.query], in: bulkhead.access(rich))
            #expect(pools.figures.isEmpty)
        }
    }
}
