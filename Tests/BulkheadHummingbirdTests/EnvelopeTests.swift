import BulkheadHummingbird
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Tenancy
import Testing

@Suite("The envelope around every request")
struct EnvelopeTests {
    @Test(
        "accepts a harmless request id and echoes it", arguments: ["a", "A.b_c-9", String(repeating: "x", count: 128)])
    func keepsRequestID(id: String) async throws {
        let server = try await TestServer()
        let answer = try await server.send(
            .get, "/api/tenant/info", token: server.token(server.acme), headers: [("X-Request-Id", id)])
        #expect(answer.status == 200)
        #expect(answer["x-request-id"] == id)
    }

    @Test(
        "makes a request id where there is none or a bad one",
        arguments: ["", "a b", "ü", "a\tb", "<script>", "a,b", String(repeating: "x", count: 129), "a/b"])
    func makesRequestID(id: String) async throws {
        let server = try await TestServer()
        let answer = try await server.send(.get, "/nothing", headers: [("X-Request-Id", id)])
        let made = try #require(answer["x-request-id"])
        #expect(made != id)
        #expect(made.count == 32)
        #expect(try answer.string("requestId") == made)
    }

    @Test("two request ids are none")
    func twoRequestIDs() async throws {
        let server = try await TestServer()
        let answer = try await server.send(
            .get, "/nothing", headers: [("X-Request-Id", "one"), ("X-Request-Id", "two")])
        #expect(answer["x-request-id"]?.count == 32)
    }

    @Test("good answers carry the security headers too")
    func securityHeaders() async throws {
        let server = try await TestServer()
        let answer = try await server.send(.get, "/api/tenant/info", token: server.token(server.acme))
        #expect(answer["x-content-type-options"] == "nosniff")
        #expect(answer["referrer-policy"] == "no-referrer")
        #expect(answer["cache-control"] == "no-store")
        #expect(answer["content-type"] == "application/json")
        #expect(answer["strict-transport-security"] == nil)
    }

    @Test("unknown routes are problems, on both sides")
    func unknownRoute() async throws {
        let server = try await TestServer()
        for host in ["acme.example.com", "admin.example.com"] {
            for path in ["/", "/api", "/api/tenant/nothing", "/api/tenant/clients/1/2", "/../etc/passwd", "/%00"] {
                try await server.send(.get, path, host: host).expectProblem(404, "not-found")
            }
        }
        try await server.send(.get, "/api/admin/tenants", host: "acme.example.com").expectProblem(404, "not-found")
        try await server.send(.get, "/api/tenant/clients", host: "admin.example.com").expectProblem(404, "not-found")
    }

    @Test("a wrong method is told which ones are right")
    func wrongMethod() async throws {
        let server = try await TestServer()
        let list = try await server.send(.patch, "/api/tenant/clients")
        try list.expectProblem(405, "method-not-allowed")
        #expect(list["allow"] == "GET, HEAD, POST")
        let one = try await server.send(.post, "/api/tenant/clients/\(UserID.random())")
        try one.expectProblem(405, "method-not-allowed")
        #expect(one["allow"] == "GET, HEAD, PUT, DELETE")
        let sessions = try await server.send(.get, "/api/admin/sessions", host: "admin.example.com")
        try sessions.expectProblem(405, "method-not-allowed")
        #expect(sessions["allow"] == "POST")
        let odd = try #require(HTTPRequest.Method("BREW"))
        try await server.send(odd, "/api/tenant/clients").expectProblem(405, "method-not-allowed")
    }

    @Test("HEAD is GET without the body, for errors too")
    func head() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let get = try await server.send(.get, "/api/tenant/info", token: token)
        let head = try await server.send(.head, "/api/tenant/info", token: token)
        #expect(head.status == 200)
        #expect(head.text.isEmpty)
        #expect(head["content-length"] == get["content-length"])
        let refused = try await server.send(.head, "/api/tenant/info")
        #expect(refused.status == 401)
        #expect(refused.text.isEmpty)
        #expect(refused["content-type"] == "application/problem+json")
    }

    private struct Secret: Error, CustomDebugStringConvertible {
        var debugDescription: String { "duplicate key (email)=(victim@example.com) in tenant_0123 SELECT secret" }
    }

    @Test("a fault of ours says nothing outside and everything, once, inside")
    func internalError() async throws {
        let server = try await TestServer()
        server.catalog.fail(with: Secret())
        let answer = try await server.send(.get, "/api/tenant/clients", token: server.token(server.acme))
        try answer.expectProblem(500, "internal")
        for word in ["victim", "tenant_0123", "SELECT", "Secret", "Error", "swift"] {
            #expect(!answer.text.contains(word))
        }
        let lines = server.log.lines.filter { $0.level >= .warning }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.level == .error)
        #expect(line.metadata["error.debug"]?.description.contains("victim@example.com") == true)
        #expect(line.metadata["request.id"]?.description == answer["x-request-id"])
        #expect(line.metadata["http.route"] == "/api/tenant/clients")
    }

    @Test("errors of a driver are translated where the driver is known")
    func additionalTranslation() async throws {
        let server = try await TestServer(
            problems: ProblemTranslator { $0 is Secret ? .unavailable(retryAfter: 3) : nil })
        server.catalog.fail(with: Secret())
        let answer = try await server.send(.get, "/api/tenant/clients", token: server.token(server.acme))
        try answer.expectProblem(503, "unavailable")
        #expect(answer["retry-after"] == "3")
        #expect(server.log.lines.filter { $0.level == .warning }.count == 1)
    }

    @Test("refusals are not logged as faults")
    func quietRefusals() async throws {
        let server = try await TestServer()
        server.catalog.fail(with: DomainError.busy(retryAfterSeconds: 7))
        let answer = try await server.send(.get, "/api/tenant/clients", token: server.token(server.acme))
        try answer.expectProblem(503, "busy")
        #expect(answer["retry-after"] == "7")
        #expect(server.log.lines.allSatisfy { $0.level < .warning })
    }

    @Test("works as the first middleware of an application's own router")
    func ownRouter() async throws {
        let server = try await TestServer()
        let router = Router(context: BulkheadContext.self)
        router.add(middleware: RequestEnvelope(hosts: server.hosts))
        router.add(
            middleware: TenantMiddleware(
                hosts: server.hosts, directory: server.catalog, tokens: server.tokens, audit: server.catalog))
        router.get("invoices") { _, context in try context.requireMember().tenant.name }
        let responder = router.buildResponder()
        func get(_ path: String, _ token: String?) async throws -> Answer {
            let head = HTTPRequest(
                method: .get, scheme: "http", authority: "acme.example.com", path: path,
                headerFields: token.map { [.authorization: "Bearer \($0)"] } ?? [:])
            let context = BulkheadContext(logger: server.log.logger, peer: nil)
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            return try await Answer(responder.respond(to: request, context: context))
        }
        #expect(try await get("/invoices", server.token(server.acme)).text == "Acme Ltd")
        try await get("/invoices", nil).expectProblem(401, "token-required")
        try await get("/invoices", server.token(server.globex)).expectProblem(403, "tenant-mismatch")
        try await get("/nothing", nil).expectProblem(404, "not-found")
    }

    @Test("a route without the tenant's middleware before it is a fault, not an open door")
    func missingMiddleware() throws {
        let context = BulkheadContext(logger: LogRecorder().logger, peer: nil)
        #expect(throws: ProblemDetails.internalError) { try context.requireMember() }
        #expect(throws: ProblemDetails.tokenRequired) { try context.requireAdministrator() }
    }
}
