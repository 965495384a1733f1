import Logging
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// One tenant takes all it can get; another must not notice.
@Suite struct NeighbourTests {
    private static let query: PostgresQuery = "SELECT count(*) FROM clients"

    /// The noisy tenant's statements wait for a lock, so they last exactly as long as the test wants: whatever of the
    /// quiet tenant stood behind one of them would never come to an end.
    @Test(arguments: [false, true])
    func slowStatementsOfOneTenantHoldNobodyElseUp(isNoiseSessions: Bool) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let noisy = try await bulkhead.makeTenant("noisy", tier: "enterprise")
            let quiet = try await bulkhead.makeTenant("quiet", tier: "free")
            // The tier with most of everything: 16 at one time, which are more than there are connections.
            let (noise, peace) = (bulkhead.access(noisy), bulkhead.access(quiet))
            let database = TenantDatabase(
                client: bulkhead.app, signer: bulkhead.signer, limits: TierLimits(Tier.patient()),
                logger: Logger(label: "test.pools"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await bulkhead.withClientsLocked(of: noisy.id) {
                    // As many as may wait, and then some.
                    for _ in 0..<200 {
                        group.addTask {
                            do {
                                if isNoiseSessions {
                                    try await database.withTenant(noise) { _ = try await $0.query(Self.query) }
                                } else {
                                    _ = try await database.read([Self.query], in: noise)
                                }
                            } catch DomainError.busy {
                                // Refused: also an answer.
                            }
                        }
                    }
                    try await eventually { database.pools.figures.waiting > 50 }
                    for _ in 0..<100 {
                        _ = try await database.read([Self.query], in: peace)
                        try await database.withTenant(peace) { _ = try await $0.query(Self.query) }
                    }
                    #expect(database.pools.figures.waiting > 50, "the noise is still there")
                    #expect(database.pools.figures.slow > 0)
                }
                try await group.waitForAll()
            }
            #expect(bulkhead.app.statistics.connectionsLost == 0)
        }
    }

    /// Quick queries in great number, on as few connections as there can be: one wait for each, not for all.
    @Test func oneTransactionDoesNotWaitForHundreds() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let noisy = try await bulkhead.makeTenant("noisy", tier: "enterprise")
            let quiet = try await bulkhead.makeTenant("quiet", tier: "enterprise")
            let (noise, peace) = (bulkhead.access(noisy), bulkhead.access(quiet))
            try await withRunningClient(
                uri: bulkhead.database.uri(role: .app), maximumConnections: 2,
                configure: { $0.maximumLeasedConnections = 1 }
            ) { client in
                let database = TenantDatabase(
                    client: client, signer: bulkhead.signer, limits: TierLimits(Tier.builtIn),
                    logger: Logger(label: "test.pools"))
                let gate = Gate()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await database.withTenant(noise) { _ in await gate.pass() } }
                    try await eventually { database.pools.figures.sessions + database.pools.figures.slow == 1 }
                    // The only place for sessions is taken, and a hundred of one tenant wait for it.
                    let order = Order()
                    for _ in 0..<100 {
                        group.addTask { try await database.withTenant(noise) { _ in await order.add("noisy") } }
                    }
                    try await eventually { database.pools.figures.waiting == 100 }
                    group.addTask { try await database.withTenant(peace) { _ in await order.add("quiet") } }
                    try await eventually { database.pools.figures.waiting == 101 }
                    gate.open()
                    try await group.waitForAll()
                    let place = await order.names.firstIndex(of: "quiet")
                    #expect((place ?? 100) <= 1, "it was number \(place ?? -1)")
                }
            }
        }
    }

    /// Callers that have given up leave statements behind; were their turns over, the next ones would take all connections.
    @Test func aTurnLastsAsLongAsItsStatement() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let noisy = try await bulkhead.makeTenant("noisy", tier: "enterprise")
            let quiet = try await bulkhead.makeTenant("quiet", tier: "free")
            let (noise, peace) = (bulkhead.access(noisy), bulkhead.access(quiet))
            try await withRunningClient(
                uri: bulkhead.database.uri(role: .app), maximumConnections: 8,
                configure: { $0.gracePeriod = .seconds(120) }
            ) { client in
                let database = TenantDatabase(
                    client: client, signer: bulkhead.signer, limits: TierLimits(Tier.patient()),
                    logger: Logger(label: "test.pools"))
                try await bulkhead.withClientsLocked(of: noisy.id) {
                    // Wave after wave of callers, each of which goes away before it has an answer.
                    for _ in 0..<5 {
                        await withTaskGroup(of: Void.self) { wave in
                            for _ in 0..<16 {
                                wave.addTask {
                                    do {
                                        _ = try await database.read(
                                            [Self.query], in: noise, deadline: .now + .milliseconds(200))
                                        Issue.record("the table is locked")
                                    } catch {
                                        // Refused, or given up: what is left behind is looked at below.
                                    }
                                }
                            }
                        }
                        try await eventually {
                            let (figures, sent) = (database.pools.figures, client.statistics.inFlight)
                            return figures.waiting == 0 && figures.slow + figures.quickReads == sent
                                && (1...5).contains(sent)
                        }
                    }
                    for _ in 0..<50 { _ = try await database.read([Self.query], in: peace) }
                }
                try await eventually { database.pools.figures.slow + database.pools.figures.quickReads == 0 }
            }
        }
    }

    private actor Order {
        private(set) var names: [String] = []

        func add(_ name: String) { self.names.append(name) }
    }
}
