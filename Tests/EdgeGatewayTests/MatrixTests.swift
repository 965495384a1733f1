import EdgeTestSupport
import Foundation
import Identity
import Synchronization
import Tenancy
import TenancyTestSupport
import Testing

/// The same table as for the library, against the gateway: claim, host, header, status and method.
@Suite("The matrix of requests at the edge", .serialized, .timeLimit(.minutes(10)))
struct MatrixTests {
    /// Answers as an application would: with the tenant that it was told, at one path.
    private static let application: @Sendable (Wire, Backend.Log) async throws -> Void = { wire, log in
        while let head = try await wire.head() {
            log.heads.withLock { $0.append(head) }
            _ = try await wire.body(of: head)
            let words = head.first.split(separator: " ")
            guard let tenant = head["x-tenant-subdomain"], words[1] == "/probe" else {
                let problem = #"{"type":"https://bulkhead.dev/problems/not-found"}"#
                try await wire.send(
                    "HTTP/1.1 404 Not Found\r\nContent-Length: \(problem.utf8.count)\r\n\r\n"
                        + (words[0] == "HEAD" ? "" : problem))
                continue
            }
            let text = "tenant=\(tenant)\n"
            try await wire.send(
                "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n" + (words[0] == "HEAD" ? "" : text))
        }
    }

    private func use<Value: Sendable>(
        trusting peers: [String], _ body: (MatrixWorld, Edge, Backend) async throws -> Value
    ) async throws -> Value {
        try await Backend.use(Self.application) { backend in
            try await Edge.use(before: backend.port, trusting: peers) { edge in
                try await body(try Self.world(edge, isTrusted: !peers.isEmpty), edge, backend)
            }
        }
    }

    private static func world(_ edge: Edge, isTrusted: Bool) throws -> MatrixWorld {
        let town = edge.town
        func described(_ tenant: Tenant) -> MatrixWorld.Town {
            .init(id: tenant.id.description, subdomain: tenant.subdomain.description, name: tenant.name)
        }
        let tokens: [TokenKind: String] = [
            .ofA: try town.token(of: town.acme), .ofB: try town.token(of: town.globex),
            .expiredOfA: try town.tokens.past.issue(
                .member(.random(), .admin, town.acme.id), audience: "acme.saas.test"
            ).token,
            .forgedOfA: try Town().token(of: town.acme),
            .ofAdmin: try town.tokens.issuer.issue(.admin(.random()), audience: "admin.saas.test").token,
        ]
        var world = MatrixWorld(
            port: edge.port, base: "saas.test", a: described(town.acme), b: described(town.globex), tokens: tokens,
            trustsPeer: isTrusted
        ) { status in town.set(try #require(TenantStatus(rawValue: status)), of: town.acme) }
        world.judgesTokens = false
        return world
    }

    @Test("every answer is the one that the design says, from a trusted peer and a stranger", arguments: [true, false])
    func answers(isTrusted: Bool) async throws {
        try await self.use(trusting: isTrusted ? ["127.0.0.0/8"] : []) { world, edge, backend in
            let report = try await RequestMatrix(world).run()
            #expect(report.sent > 2_000)
            #expect(
                report.failures.isEmpty, "\(report.failures.count) of \(report.sent): \(report.failures.prefix(20))")
            let mismatches = try #require(report.expected[MatrixAnswer(403, "tenant-mismatch")])
            #expect((1...mismatches).contains(edge.town.events.count))
            // What was refused was passed to nobody, and what was passed on names one tenant, and its host in one way.
            let served = report.expected[MatrixAnswer(200)] ?? 0
            #expect(backend.heads.count { $0["x-tenant-id"] != nil } == served)
            let hosts = Set(backend.heads.map { $0.values("host").joined() })
            let names: Set = [
                "acme.saas.test", "globex.saas.test", "admin.saas.test", "acme.saas.test:8443", "acme.saas.test:1",
            ]
            #expect(hosts == (isTrusted ? names.union(Self.strangers) : names))
            for head in backend.heads where head["host"]?.hasPrefix("acme.") == true {
                #expect(head.values("x-tenant-id") == [world.a.id])
            }
        }
    }

    @Test("everything with everything: claim, host, header, status, method", arguments: [true, false])
    func product(isTrusted: Bool) async throws {
        try await self.use(trusting: isTrusted ? ["127.0.0.0/8"] : []) { world, _, backend in
            let report = try await RequestMatrix(world).runProduct()
            #expect(report.sent == 7 * 6 * (isTrusted ? 9 : 4) * 10 * 6)
            #expect(
                report.failures.isEmpty, "\(report.failures.count) of \(report.sent): \(report.failures.prefix(20))")
            let served = report.expected[MatrixAnswer(200)] ?? 0
            #expect(backend.heads.count { $0["x-tenant-id"] != nil } == served)
            let told = Set(backend.heads.compactMap { head in head["x-tenant-id"].map { [$0, head["host"] ?? ""] } })
            let strangers = isTrusted ? [[world.a.id, "app.internal"], [world.b.id, "app.internal"]] : []
            #expect(told == Set([[world.a.id, "acme.saas.test"], [world.b.id, "globex.saas.test"]] + strangers))
        }
    }

    /// Hosts of nobody, where a trusted proxy names the tenant.
    private static let strangers: Set = ["app.internal"]

    @Test("nothing that is smuggled makes a request another tenant's, or two of one")
    func smuggling() async throws {
        try await self.use(trusting: []) { world, _, backend in
            let report = try await RequestMatrix(world).smuggle(world)
            #expect(report.sent > 20)
            #expect(report.failures.isEmpty, "\(report.failures)")
            #expect(backend.heads.allSatisfy { $0["x-tenant-subdomain"] == "acme" })
            #expect(
                backend.heads.allSatisfy { head in
                    !head.fields.contains { $0.value.contains(world.b.id) && $0.name.hasPrefix("X-") }
                })
        }
    }
}
