import PgBouncer
import Testing

/// How many connections, and why.
@Suite struct SizesTests {
    private static let tiers = [
        PoolerDemand.Tier(name: "free", concurrency: 2), PoolerDemand.Tier(name: "enterprise", concurrency: 16),
    ]

    private func demand(
        servers: Int = 2, each: Int = 16, direct: Int = 11, spare: Int = 10, maximum: Int = 100, measured: Bool = true,
        tiers: [PoolerDemand.Tier] = SizesTests.tiers
    ) -> PoolerDemand {
        PoolerDemand(
            servers: servers, connectionsPerServer: each, directPerServer: direct, spare: spare,
            maxConnections: maximum, reserved: 3, isMeasured: measured, tiers: tiers)
    }

    @Test func theLeastOfThreeDecides() throws {
        // 2 x 16 clients, 2 x 16 promised, 100 - 3 - 22 - 10 available.
        let even = try PoolerSizes(self.demand())
        #expect(even.poolSize == 32 && even.maximumClients == 74 && even.concerns.isEmpty)
        #expect(try PoolerSizes(self.demand(each: 4)).poolSize == 8)
        // As many servers as you like: the tiers decide.
        #expect(try PoolerSizes(self.demand(servers: 8, direct: 3)).poolSize == 32)
        #expect(try PoolerSizes(self.demand(maximum: 50)).poolSize == 15)
        #expect(try PoolerSizes(self.demand(maximum: 36)).poolSize == 1)
    }

    @Test func arithmeticIsSaid() throws {
        let text = try PoolerSizes(self.demand()).arithmetic.joined(separator: "\n")
        for part in [
            "2 server(s) x 16", "= 32", "2 x 16 (maximumConcurrency of enterprise",
            "100 (max_connections, as read) - 3",
            "- 2 x 11", "- 10 (people) = 65",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        #expect(try PoolerSizes(self.demand(measured: false)).arithmetic.joined().contains("ASSUMED"))
        #expect(try PoolerSizes(self.demand(tiers: [])).arithmetic.joined().contains("no tier is known"))
    }

    @Test func tenantsOwnConnectionsAreOnTop() throws {
        var demand = self.demand(maximum: 300)
        demand.dedicatedPerServer = 32
        let sizes = try PoolerSizes(demand)
        #expect(sizes.poolSize == 96 && sizes.maximumClients == 202)
        #expect(sizes.arithmetic.joined().contains("+ 2 x 32 (appDatabase.dedicatedConnections)"))
        #expect(try !PoolerSizes(self.demand()).arithmetic.joined().contains("dedicated"))
    }

    @Test func whatDoesNotFitIsSaid() throws {
        #expect(try PoolerSizes(self.demand(measured: false)).concerns.contains { $0.contains("--max-connections") })
        let tight = try PoolerSizes(self.demand(maximum: 50)).concerns
        #expect(tight.contains { $0.contains("One tenant of tier enterprise may use 16") })
        #expect(tight.contains { $0.contains("as large as PostgreSQL permits") })
        let small = try PoolerSizes(self.demand(servers: 1, each: 8)).concerns
        #expect(small.contains { $0.contains("make all others wait") })
    }

    @Test func aWishIsGrantedIfItFits() throws {
        let sizes = try PoolerSizes(self.demand(), wish: 65)
        #expect(sizes.poolSize == 65)
        #expect(sizes.arithmetic.contains { $0.contains("65, as asked for") })
        #expect(throws: PoolerSizes.Impossible.self) { try PoolerSizes(self.demand(), wish: 66) }
    }

    @Test func nothingLeftIsRefused() {
        for maximum in [1, 35] {
            let error = #expect(throws: PoolerSizes.Impossible.self) {
                try PoolerSizes(self.demand(maximum: maximum))
            }
            #expect(error?.description.contains("Raise max_connections") == true)
        }
    }
}
