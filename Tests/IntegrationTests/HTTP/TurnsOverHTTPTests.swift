import BulkheadHummingbird
import Foundation
import HTTPTypes
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

@testable import ServerBootstrap

/// What a tenant that asks for too much is told, and what others notice of it.
@Suite("Turns over HTTP", .timeLimit(.minutes(3)))
struct TurnsOverHTTPTests {
    private static let path = "/api/tenant/clients?limit=20"

    @Test("who wants more than its tier allows waits, and beyond that is told when to come again; others are served")
    func fullQueue() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let globex = try await installation.makeTenant("globex")
            installation.composition.keys.limits.replace(
                with: Tier.patient {
                    $0.maximumConcurrency = 1
                    $0.maximumQueued = 1
                })
            let pools = installation.composition.tenantDatabase.pools
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                let ask: @Sendable () async throws -> Int = {
                    try await installation.send(.get, Self.path, host: "acme.localhost", token: acme.token).status
                }
                try await installation.bulkhead.withClientsLocked(of: acme.id) {
                    group.addTask { try await ask() }
                    try await eventually { pools.figures.quickReads + pools.figures.slow == 1 }
                    group.addTask { try await ask() }
                    try await eventually { pools.figures.waiting == 1 }
                    let third = try await installation.send(
                        .get, Self.path, host: "acme.localhost", token: acme.token)
                    #expect(third.status == 503 && third.text.contains("problems/busy"), "\(third.testDescription)")
                    #expect(third.headers[.retryAfter].flatMap { Int($0) } == 1)
                    for _ in 0..<20 {
                        let other = try await installation.send(
                            .get, Self.path, host: "globex.localhost", token: globex.token)
                        #expect(other.status == 200, "\(other.testDescription)")
                    }
                    #expect(pools.figures.waiting == 1)
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == [200, 200])
            let figures = pools.figures
            #expect(figures.refusals == 1 && figures.top.first?.tenant == acme.id && figures.top.first?.refusals == 1)
        }
    }

    @Test("who waits for its turn until the deadline is told so, and so is whoever holds it")
    func deadline() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            installation.composition.keys.limits.replace(with: Tier.patient { $0.maximumConcurrency = 1 })
            let pools = installation.composition.tenantDatabase.pools
            let hasty = installation.responding(within: .seconds(2))
            try await installation.bulkhead.withClientsLocked(of: acme.id) {
                async let first = hasty.send(.get, Self.path, host: "acme.localhost", token: acme.token)
                try await eventually { pools.figures.quickReads + pools.figures.slow == 1 }
                async let second = hasty.send(.get, Self.path, host: "acme.localhost", token: acme.token)
                for answer in try await [first, second] {
                    #expect(answer.status == 503, "\(answer.testDescription)")
                    #expect(answer.headers[.retryAfter].flatMap { Int($0) } == 1)
                    #expect(!answer.text.contains("SELECT") && !answer.text.contains("tenant_"))
                }
                #expect(pools.figures.expirations + pools.figures.cancelled == 1)
            }
            try await eventually {
                try await installation.send(.get, Self.path, host: "acme.localhost", token: acme.token).status == 200
            }
        }
    }

    @Test("a tenant of a tier with connections of its own is served by them")
    func dedicated() async throws {
        try await Installation.with { installation in
            let acme = try await installation.makeTenant("acme")
            let globex = try await installation.makeTenant("globex")
            installation.composition.keys.limits.replace(with: Tier.patient { $0.dedicatedConnections = 2 })
            let dedicated = installation.composition.databases.dedicated
            for (tenant, host) in [(acme, "acme.localhost"), (globex, "globex.localhost")] {
                let answer = try await installation.send(.get, Self.path, host: host, token: tenant.token)
                #expect(answer.status == 200, "\(answer.testDescription)")
                let figure = try #require(dedicated.figures.first { $0.tenant == tenant.id })
                #expect(figure.connections == 2 && figure.users == 0)
                #expect(figure.statistics.connectionsOpened > 0)
            }
            #expect(dedicated.figures.count == 2)
        }
    }
}
