import BulkheadHummingbird
import HTTPTypes
import Tenancy
import Testing

@Suite("GET /api/edge/tenants")
struct EdgeTenantsTests {
    private static let token = "0123456789abcdef0123456789abcdef"

    private func server() async throws -> TestServer { try await TestServer(edgeToken: Self.token) }

    private func ask(
        _ server: TestServer, _ query: String, token: String? = EdgeTenantsTests.token,
        host: String = "admin.example.com"
    ) async throws -> Answer {
        try await server.send(.get, "/api/edge/tenants" + query, host: host, token: token)
    }

    @Test("says what a front end needs of a tenant, and no more")
    func document() async throws {
        let server = try await self.server()
        let answer = try await self.ask(server, "?host=acme.example.com")
        #expect(answer.status == 200)
        #expect(answer["cache-control"] == "private, max-age=5")
        #expect(answer["vary"] == "Authorization")
        let json = try answer.json
        #expect(Set(json.keys) == ["id", "name", "subdomain", "host", "status", "tier", "version"])
        #expect(json["id"] as? String == server.acme.id.description)
        #expect(json["name"] as? String == "Acme Ltd")
        #expect(json["subdomain"] as? String == "acme")
        #expect(json["host"] as? String == "acme.example.com")
        #expect(json["status"] as? String == "active")
        #expect(json["tier"] as? String == "standard")
        #expect(json["version"] as? Int == 1)
    }

    @Test(
        "every spelling of a host is that host",
        arguments: [
            "acme.example.com", "ACME.Example.COM", "acme.example.com.", "acme.example.com:8443",
            "Acme.example.com.:80",
            "acme.example.com%3A8443", "acme%2Eexample.com",
        ])
    func spellings(host: String) async throws {
        let answer = try await self.ask(try await self.server(), "?host=\(host)")
        #expect(answer.status == 200)
        #expect(try answer.string("host") == "acme.example.com")
    }

    @Test(
        "a host that is no tenant's is 404, whatever it looks like",
        arguments: [
            "nobody.example.com", "example.com", "admin.example.com", "acme.example.org", "acme.example.com.evil.test",
            "xacme.example.com", "a.acme.example.com", "%5B::1%5D:80", "127.0.0.1", "acme.example.com:99999",
            "user@acme.example.com", "acme.example.com/", "%E2%84%AAcme.example.com", "acme.example.com%00",
            "xn--acme-.example.com", "acme..example.com", "..",
        ])
    func unknown(host: String) async throws {
        try await self.ask(try await self.server(), "?host=\(host)").expectProblem(404, "host-unknown")
    }

    @Test(
        "a host must be given once", arguments: ["", "?host=", "?host=a.example.com&host=b.example.com", "?hostname=a"])
    func missing(query: String) async throws {
        let answer = try await self.ask(try await self.server(), query)
        try answer.expectProblem(422, "validation-failed")
        #expect(try answer.pointers == ["/host"])
    }

    @Test("a tenant's status is told; one that is gone is not there", arguments: TenantStatus.allCases)
    func status(status: TenantStatus) async throws {
        let server = try await self.server()
        server.catalog.setStatus(status, of: server.acme.id)
        let answer = try await self.ask(server, "?host=acme.example.com")
        guard status.admission != .unknown else { return try answer.expectProblem(404, "host-unknown") }
        #expect(answer.status == 200)
        #expect(try answer.string("status") == status.rawValue)
    }

    @Test(
        "anything but the token is refused before the host is looked at",
        arguments: ["?host=acme.example.com", "?host=nobody.example.com", ""])
    func token(query: String) async throws {
        let server = try await self.server()
        try await self.ask(server, query, token: nil).expectProblem(401, "token-required")
        let longer = Self.token + "0"
        for wrong in ["x", Self.token.uppercased(), String(Self.token.dropLast()), longer] {
            try await self.ask(server, query, token: wrong).expectProblem(401, "token-invalid")
        }
        try await self.ask(server, query, token: server.token(server.acme)).expectProblem(401, "token-invalid")
        try await self.ask(server, query, token: server.adminToken()).expectProblem(401, "token-invalid")
    }

    @Test("without a configured token nobody is let in")
    func unconfigured() async throws {
        let server = try await TestServer()
        try await self.ask(server, "?host=acme.example.com").expectProblem(401, "token-invalid")
        try await self.ask(server, "?host=acme.example.com", token: nil).expectProblem(401, "token-required")
    }

    @Test("exists on the admin host and on hosts that are nobody's, not on those of tenants")
    func sides() async throws {
        let server = try await self.server()
        for host in ["admin.example.com", "bulkhead-api:8080", "10.0.0.7", "example.org"] {
            #expect(try await self.ask(server, "?host=acme.example.com", host: host).status == 200, "\(host)")
        }
        try await self.ask(server, "?host=globex.example.com", host: "acme.example.com")
            .expectProblem(404, "not-found")
        try await server.send(.get, "/api/edge/other", host: "bulkhead-api", token: Self.token)
            .expectProblem(404, "tenant-not-found")
    }

    @Test("answers to GET and HEAD only")
    func methods() async throws {
        let server = try await self.server()
        let answer = try await server.send(
            .post, "/api/edge/tenants?host=acme.example.com", host: "bulkhead-api", token: Self.token, json: "{}")
        try answer.expectProblem(405, "method-not-allowed")
        #expect(answer["allow"] == "GET, HEAD")
        let head = try await server.send(
            .head, "/api/edge/tenants?host=acme.example.com", host: "bulkhead-api", token: Self.token)
        #expect(head.status == 200)
        #expect(head.text.isEmpty)
    }

    @Test("a token needs 32 visible ASCII characters, and does not show itself")
    func shape() throws {
        #expect(ServiceToken(String(repeating: "a", count: 31)) == nil)
        #expect(ServiceToken(String(repeating: "a", count: 513)) == nil)
        #expect(ServiceToken(String(repeating: "a", count: 31) + " ") == nil)
        #expect(ServiceToken(String(repeating: "a", count: 31) + "é") == nil)
        let token = try #require(ServiceToken(Self.token))
        #expect(token.matches(Self.token))
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), dumped] { #expect(!text.contains("0123")) }
    }
}
