import BulkheadHummingbird
import HTTPTypes
import Hummingbird
import Identity
import Logging
import NIOCore
import Synchronization
import Tenancy
import Testing

@Suite("The table of routes")
struct RouteTests {
    private func path(_ entry: RouteEntry) -> String {
        entry.path.replacing("{id}", with: ClientID.random().description)
    }

    private func host(_ entry: RouteEntry) -> String {
        entry.side == .tenant ? "acme.example.com" : "admin.example.com"
    }

    @Test("holds all routes of both sides")
    func complete() async throws {
        let server = try await TestServer()
        let lines = Set(server.responder.table.entries.map(\.description))
        #expect(
            lines == [
                "POST /api/admin/sessions (admin host, nothing)",
                "POST /api/admin/tenants (admin host, administrator)",
                "GET /api/admin/tenants (admin host, administrator)",
                "GET /api/admin/tenants/{id} (admin host, administrator)",
                "DELETE /api/admin/tenants/{id} (admin host, administrator)",
                "POST /api/admin/tenants/{id}/activation-links (admin host, administrator)",
                "POST /api/admin/tenants/{id}/suspend (admin host, administrator)",
                "POST /api/admin/tenants/{id}/resume (admin host, administrator)",
                "POST /api/admin/tenants/{id}/maintenance (admin host, administrator)",
                "POST /api/admin/tenants/{id}/read-only (admin host, administrator)",
                "POST /api/admin/tenants/{id}/provision (admin host, administrator)",
                "GET /api/admin/tenants/{id}/provisioning (admin host, administrator)",
                "POST /api/admin/tenants/{id}/provisioning/resume (admin host, administrator)",
                "GET /api/admin/tenants/{id}/provisioning/events (admin host, administrator)",
                "GET /api/admin/deliveries (admin host, administrator)",
                "GET /api/admin/deliveries/{id} (admin host, administrator)",
                "POST /api/admin/deliveries/{id}/resend (admin host, administrator)",
                "GET /api/admin/certificates (admin host, administrator)",
                "GET /api/admin/dns (admin host, administrator)",
                "GET /.well-known/jwks.json (admin host, nothing)",
                "POST /api/tenant/sessions (tenant host, nothing)",
                "POST /api/tenant/activations (tenant host, nothing)",
                "GET /api/tenant/info (tenant host, member)",
                "GET /api/tenant/clients (tenant host, member)",
                "POST /api/tenant/clients (tenant host, member)",
                "GET /api/tenant/clients/{id} (tenant host, member)",
                "PUT /api/tenant/clients/{id} (tenant host, member)",
                "DELETE /api/tenant/clients/{id} (tenant host, member)",
                "GET /.well-known/jwks.json (tenant host, nothing)",
                "GET /api/edge/tenants (service host, service)",
            ])
        #expect(server.responder.table.entries.count == lines.count)
    }

    @Test("is what is enforced: no token, a bad token, another tenant's token, the other side's token")
    func enforced() async throws {
        let server = try await TestServer()
        let globex = try server.token(server.globex)
        for entry in server.responder.table.entries {
            let (path, host) = (self.path(entry), self.host(entry))
            func send(_ token: String?) async throws -> Answer {
                try await server.send(
                    entry.method, path, host: host, token: token, json: entry.method == .get ? nil : "{}")
            }
            if entry.requirement == .nothing {
                #expect(try await send(nil).status != 401, "\(entry)")
            } else {
                try await send(nil).expectProblem(401, "token-required")
                try await send("a.b.c").expectProblem(401, "token-invalid")
            }
            switch entry.side {
            case .service: try await send(globex).expectProblem(401, "token-invalid")
            case .admin: try await send(globex).expectProblem(403, "forbidden")
            case .tenant:
                try await send(globex).expectProblem(403, "tenant-mismatch")
                if entry.requirement == .member {
                    try await send(server.adminToken()).expectProblem(401, "token-invalid")
                }
            }
        }
        #expect(
            server.catalog.events.count == server.responder.table.entries.count { $0.side != .service })
    }

    @Test("one side's routes do not exist on the other")
    func sides() async throws {
        let server = try await TestServer()
        for entry in server.responder.table.entries where entry.path.hasPrefix("/api/") {
            let host = entry.side == .tenant ? "admin.example.com" : "acme.example.com"
            try await server.send(entry.method, self.path(entry), host: host).expectProblem(404, "not-found")
        }
    }

    /// What middleware between authentication and routes gets to see: the seam for stores of answers and limits.
    private final class Probe: RouterMiddleware, Sendable {
        typealias Context = BulkheadContext
        let seen = Mutex<[String]>([])

        @concurrent
        func handle(
            _ request: Request, context: BulkheadContext,
            next: @concurrent (Request, BulkheadContext) async throws -> Response
        ) async throws -> Response {
            let tenant = context.logger[metadataKey: "tenant.id"]?.description ?? "-"
            self.seen.withLock { $0.append("\(context.scope.identity) \(tenant) \(context.endpointPath ?? "-")") }
            return try await next(request, context)
        }
    }

    @Test("middleware inside sees who asks, for which tenant, and for which route")
    func inner() async throws {
        let probe = Probe()
        let server = try await TestServer(inner: [probe])
        let user = UserID.random()
        _ = try await server.send(.get, "/api/tenant/info", token: server.token(server.acme, user: user))
        _ = try await server.admin(.get, "/api/admin/tenants")
        let principal = RequestIdentity.proven(.member(user, .admin))
        #expect(
            probe.seen.withLock { $0 } == [
                "\(principal) \(server.acme.id) /api/tenant/info",
                "\(RequestIdentity.proven(.admin(server.admin.id))) - /api/admin/tenants",
            ])
    }

    /// What arrives inside of the fields that only proxies may set.
    private final class FieldProbe: RouterMiddleware, Sendable {
        typealias Context = BulkheadContext
        let seen = Mutex<[[String]]>([])

        @concurrent
        func handle(
            _ request: Request, context: BulkheadContext,
            next: @concurrent (Request, BulkheadContext) async throws -> Response
        ) async throws -> Response {
            self.seen.withLock { $0.append(request.headers.map(\.name.canonicalName).sorted()) }
            return try await next(request, context)
        }
    }

    @Test("the fields of proxies are gone inside, unless a trusted proxy sent them")
    func strippedFields() async throws {
        let probe = FieldProbe()
        let server = try await TestServer(trusted: ["10.0.0.1"], inner: [probe])
        let fields = [
            ("X-Tenant-ID", server.acme.id.description), ("X-Tenant-Name", "x"), ("X-TENANT-Whatever", "x"),
            ("X-Forwarded-Host", "globex.example.com"), ("X-Other", "stays"),
        ]
        for peer in ["192.0.2.1", "10.0.0.1"] {
            _ = try await server.send(.get, "/.well-known/jwks.json", headers: fields, peer: peer)
        }
        let all = ["x-forwarded-host", "x-other", "x-tenant-id", "x-tenant-name", "x-tenant-whatever"]
        #expect(probe.seen.withLock { $0 } == [["x-other"], all])
    }

    /// Routes whose handlers ask nothing themselves.
    private struct CarelessRoutes: RouteGroup {
        let routes: [Route<BulkheadContext>] = [
            Route(RouteEntry(.get, "/nothing", side: .tenant, requires: .nothing)) { _, _ in Response(status: .ok) },
            Route(RouteEntry(.get, "/member", side: .tenant, requires: .member)) { _, _ in Response(status: .ok) },
            Route(RouteEntry(.get, "/admin", side: .tenant, requires: .administrator)) { _, _ in
                Response(status: .ok)
            },
        ]
    }

    @Test("a requirement holds even if the handler asks nothing")
    func requirements() async throws {
        let server = try await TestServer()
        let middleware = TenantMiddleware<BulkheadContext>(
            hosts: server.hosts, directory: server.catalog, tokens: server.tokens, audit: server.catalog)
        let side = HostSide(middleware: [middleware], groups: [CarelessRoutes()])
        let responder = HostRouter(hosts: server.hosts, admin: side, tenant: side)
        func get(_ path: String, _ token: String?) async throws -> Int {
            let head = HTTPRequest(
                method: .get, scheme: "http", authority: "acme.example.com", path: path,
                headerFields: token.map { [.authorization: "Bearer \($0)"] } ?? [:])
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            let context = BulkheadContext(logger: server.log.logger, peer: nil)
            return try await responder.respond(to: request, context: context).status.code
        }
        let member = try server.token(server.acme)
        #expect(try await get("/nothing", nil) == 200)
        #expect(try await get("/member", nil) == 401)
        #expect(try await get("/member", "a.b.c") == 401)
        #expect(try await get("/member", member) == 200)
        #expect(try await get("/admin", member) == 403)
    }
}
