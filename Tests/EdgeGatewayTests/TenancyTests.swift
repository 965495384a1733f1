import EdgeTestSupport
import Tenancy
import Testing

@Suite("Whose request it is", .timeLimit(.minutes(1)))
struct TenancyTests {
    @Test("a tenant's status decides before anything is passed on", arguments: TenantStatus.allCases)
    func status(status: TenantStatus) async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                edge.town.set(status, of: edge.town.acme)
                let read = try await edge.ask()
                let write = try await edge.ask("POST", "/api/tenant/clients", body: "{}")
                let signIn = try await edge.ask("POST", "/api/tenant/sessions", body: "{}")
                let expected: (Int, Int, Int) =
                    switch status.admission {
                    case .served: (200, 200, 200)
                    case .readsOnly: (200, 403, 200)
                    case .tryLater, .unavailable: (503, 503, 503)
                    case .suspended: (403, 403, 403)
                    case .unknown: (404, 404, 404)
                    }
                #expect((read.status, write.status, signIn.status) == expected)
                #expect(backend.heads.count == [expected.0, expected.1, expected.2].count { $0 == 200 })
                #expect(try await edge.ask(host: "globex.saas.test").status == 200)
            }
        }
    }

    @Test("a token of another tenant is refused and reported; others are for the application to judge")
    func tokens() async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                let town = edge.town
                func ask(_ token: String) async throws -> Int {
                    try await edge.ask("GET", "/", ["Authorization: Bearer \(token)"]).status
                }
                #expect(try await ask(town.token(of: town.acme)) == 200)
                #expect(try await ask("a.b.c") == 200)
                #expect(backend.heads.count == 2)
                #expect(try await ask(town.token(of: town.globex)) == 403)
                #expect(try await ask(town.token(of: town.globex, audience: "acme.saas.test")) == 403)
                #expect(backend.heads.count == 2)
                #expect(town.events.map(\.action) == ["isolation.violation", "isolation.violation"])
                #expect(town.events.allSatisfy { $0.tenant == town.acme.id })
                let twice = try await edge.ask(
                    "GET", "/", ["Authorization: Bearer x", "Authorization: Bearer \(town.token(of: town.globex))"])
                #expect(twice.status == 400)
            }
        }
    }

    @Test("a trusted proxy may name the tenant; it must agree with the host")
    func headers() async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port, trusting: ["127.0.0.1"]) { edge in
                let town = edge.town
                let named = try await edge.ask(host: "app.internal", ["X-Tenant-ID: \(town.globex.id)"])
                #expect(named.status == 200)
                let head = try #require(backend.heads.last)
                #expect(head["host"] == "app.internal")
                #expect(head.values("x-tenant-id") == [town.globex.id.description])
                #expect(head["x-tenant-subdomain"] == "globex")
                #expect(try await edge.ask("GET", "/", ["X-Tenant-ID: \(town.globex.id)"]).status == 403)
                #expect(try await edge.ask("GET", "/", ["X-Tenant-Subdomain: globex"]).status == 403)
                #expect(try await edge.ask(host: "app.internal").status == 404)
                #expect(town.events.count == 2)
            }
            try await Edge.use(before: backend.port) { edge in
                let answer = try await edge.ask(host: "app.internal", ["X-Tenant-ID: \(edge.town.globex.id)"])
                #expect(answer.status == 404)
            }
        }
    }
}
