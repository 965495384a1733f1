import BulkheadHummingbird
import HTTPTypes
import Identity
import Synchronization
import Tenancy
import Testing

@testable import AdminAPI

@Suite("The session cookie of administrators")
struct SessionCookieTests {
    private static let name = "__Host-bulkhead_session"

    private func signIn(_ server: TestServer, _ more: String) async throws -> Answer {
        try await server.send(
            .post, "/api/admin/sessions", host: "admin.example.com",
            json: #"{"email":"root@example.com","password":"\#(TestServer.password)"\#(more)}"#)
    }

    private func send(
        _ server: TestServer, _ method: HTTPRequest.Method = .get, _ path: String = AdminAPITests.path,
        cookies: [String], headers: [(String, String)] = [], json: String? = nil
    ) async throws -> Answer {
        try await server.send(
            method, path, host: "admin.example.com", headers: cookies.map { ("Cookie", $0) } + headers, json: json)
    }

    @Test("is set if a browser wants it, out of reach of scripts and of other sites")
    func setting() async throws {
        let server = try await TestServer()
        let answer = try await self.signIn(server, #","cookie":true"#)
        #expect(answer.status == 200)
        let token = try #require(try answer.string("accessToken"))
        #expect(
            answer["set-cookie"]
                == "\(Self.name)=\(token); Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=900")
        for more in ["", #","cookie":false"#, #","cookie":null"#] {
            #expect(try await self.signIn(server, more)["set-cookie"] == nil)
        }
        let wrong = try await self.signIn(server, #","cookie":"yes""#)
        try wrong.expectProblem(422, "validation-failed")
        #expect(try wrong.pointers == ["/cookie"])
    }

    @Test("is no field of a tenant's sign-in")
    func tenants() async throws {
        let server = try await TestServer()
        let answer = try await server.send(
            .post, "/api/tenant/sessions", json: #"{"email":"a@b.cd","password":"x","cookie":true}"#)
        try answer.expectProblem(422, "validation-failed")
        #expect(try answer.pointers == ["/cookie"])
    }

    @Test("is good for reading, among other cookies and in fields of their own")
    func reading() async throws {
        let server = try await TestServer()
        let cookie = "\(Self.name)=\(try server.adminToken())"
        for cookies in [[cookie], ["a=b; \(cookie); c=d"], ["a=b", cookie], ["a; \(cookie)"]] {
            #expect(try await self.send(server, cookies: cookies).status == 200, "\(cookies)")
        }
        #expect(try await self.send(server, .head, cookies: [cookie]).status == 200)
    }

    @Test("changes nothing, whatever a site makes a browser send")
    func writing() async throws {
        let server = try await TestServer()
        let cookie = "\(Self.name)=\(try server.adminToken())"
        for entry in server.responder.table.entries
        where entry.side == .admin && entry.requirement == .administrator && entry.method != .get {
            let path = entry.path.replacing("{id}", with: server.acme.id.description)
            for origin in ["https://admin.example.com", "https://evil.example"] {
                let answer = try await self.send(
                    server, entry.method, path, cookies: [cookie],
                    headers: [("Origin", origin), ("Content-Type", "text/plain")], json: "{}")
                try answer.expectProblem(401, "token-required")
            }
        }
        // Nor by a method that a proxy or a framework might take for another one.
        let override = try await self.send(
            server, .get, "\(AdminAPITests.path)/\(server.acme.id)?_method=DELETE", cookies: [cookie],
            headers: [("X-HTTP-Method-Override", "DELETE")])
        #expect(override.status == 200)
        #expect(try await server.catalog.tenant(server.acme.id)?.status == .active)
        #expect(server.catalog.state.withLock { $0.effects } == 0)
    }

    @Test("signing in again works in spite of a stale cookie")
    func signingInAgain() async throws {
        let server = try await TestServer()
        let answer = try await self.send(
            server, .post, "/api/admin/sessions", cookies: ["\(Self.name)=stale"],
            json: #"{"email":"root@example.com","password":"\#(TestServer.password)","cookie":true}"#)
        #expect(answer.status == 200)
    }

    @Test("counts only where there is no Authorization field, whatever that holds")
    func authorization() async throws {
        let server = try await TestServer()
        let cookie = "\(Self.name)=\(try server.adminToken())"
        for (value, slug) in [
            ("Bearer a.b.c", "token-invalid"), ("Basic eDp5", "token-required"), ("x", "token-required"),
        ] {
            try await self.send(server, cookies: [cookie], headers: [("Authorization", value)])
                .expectProblem(401, slug)
        }
        let bearer = ("Authorization", "Bearer \(try server.adminToken())")
        #expect(try await self.send(server, cookies: ["\(Self.name)=x"], headers: [bearer]).status == 200)
        let written = try await self.send(
            server, .post, AdminAPITests.path, cookies: [cookie], headers: [bearer], json: AdminAPITests.input)
        #expect(written.status == 202)
    }

    @Test("is refused if there are two, even equal ones")
    func repeated() async throws {
        let server = try await TestServer()
        let cookie = "\(Self.name)=\(try server.adminToken())"
        for cookies in [
            ["\(cookie); \(cookie)"], [cookie, cookie], ["\(Self.name)=x; \(cookie)"], ["\(Self.name); \(cookie)"],
        ] {
            try await self.send(server, cookies: cookies).expectProblem(401, "token-invalid")
        }
    }

    @Test("is refused if it is none of ours: other names, junk, expired, for another host, of nobody")
    func hostile() async throws {
        let server = try await TestServer()
        let token = try server.adminToken()
        for name in ["bulkhead_session", "__host-bulkhead_session", "__Secure-bulkhead_session", "__Host-bulkhead"] {
            try await self.send(server, cookies: ["\(name)=\(token)"]).expectProblem(401, "token-required")
        }
        let elsewhere = try server.tokens.issue(.admin(server.admin.id), audience: "acme.example.com").token
        let stranger = try server.tokens.issue(.admin(.random()), audience: "admin.example.com").token
        for value in ["", "x", "a.b.c", "\"\(token)\"", token + "x", "=" + token, elsewhere, stranger] {
            try await self.send(server, cookies: ["\(Self.name)=\(value)"]).expectProblem(401, "token-invalid")
        }
    }

    @Test("a tenant's token in it is an attempt to cross over")
    func crossing() async throws {
        let server = try await TestServer()
        let cookie = "\(Self.name)=\(try server.token(server.acme))"
        try await self.send(server, cookies: [cookie]).expectProblem(403, "forbidden")
        #expect(server.catalog.events.map(\.action) == ["isolation.violation"])
    }

    @Test("means nothing on the hosts of tenants")
    func tenantHosts() async throws {
        let server = try await TestServer()
        let cookie = "\(Self.name)=\(try server.token(server.acme))"
        try await server.send(.get, "/api/tenant/info", headers: [("Cookie", cookie)])
            .expectProblem(401, "token-required")
    }
}
