import BulkheadHummingbird
import Foundation
import HTTPTypes
import Identity
import Synchronization
import Tenancy
import Testing

@Suite("The admin API")
struct AdminAPITests {
    static let path = "/api/admin/tenants"
    static let input = #"{"name":"Initech","subdomain":"Initech","tier":"free","adminEmail":"bill@initech.test"}"#

    @Test("signs an administrator in")
    func signIn() async throws {
        let server = try await TestServer()
        let answer = try await server.send(
            .post, "/api/admin/sessions", host: "admin.example.com",
            json: #"{"email":"root@example.com","password":"\#(TestServer.password)"}"#)
        #expect(answer.status == 200)
        #expect(try answer.json["expiresIn"] as? Int == 900)
        #expect(try answer.string("refreshToken")?.count == 43)
        let list = try await server.send(
            .get, Self.path, host: "admin.example.com", token: answer.string("accessToken"))
        #expect(list.status == 200)
    }

    @Test("says the same for a wrong password and an unknown address")
    func badCredentials() async throws {
        let server = try await TestServer()
        let id = [("X-Request-Id", "same")]
        func send(_ email: String) async throws -> Answer {
            try await server.send(
                .post, "/api/admin/sessions", host: "admin.example.com", headers: id,
                json: #"{"email":"\#(email)","password":"wrong password"}"#)
        }
        let wrong = try await send("root@example.com")
        try wrong.expectProblem(401, "bad-credentials")
        let unknown = try await send("nobody@example.com")
        #expect(wrong.text == unknown.text)
        let junk = try await send("no address")
        #expect(wrong.text == junk.text)
    }

    @Test("names both fields of a sign-in that are wrong")
    func signInFields() async throws {
        let server = try await TestServer()
        for (json, pointers) in [
            ("{}", ["/email", "/password"]), (#"{"email":1,"password":[]}"#, ["/email", "/password"]),
            (#"{"email":"","password":" "}"#, ["/email", "/password"]),
            (#"{"email":"a@b.cd","password":"\u0000","code":1}"#, ["/password", "/code"]),
            (#"{"email":"a@b.cd","password":"\#(String(repeating: "p", count: 257))"}"#, ["/password"]),
        ] {
            let answer = try await server.send(
                .post, "/api/admin/sessions", host: "admin.example.com", json: json)
            try answer.expectProblem(422, "validation-failed")
            #expect(try answer.pointers == pointers)
        }
    }

    @Test("creates a tenant: 202 at once, with where to look")
    func create() async throws {
        let server = try await TestServer()
        let answer = try await server.admin(.post, Self.path, json: Self.input)
        #expect(answer.status == 202)
        let id = try #require(try answer.string("id"))
        #expect(answer["location"] == "\(Self.path)/\(id)")
        #expect(answer["link"] == "<\(Self.path)/\(id)/provisioning>; rel=\"monitor\"")
        #expect(answer["preference-applied"] == nil)
        #expect(try answer.string("subdomain") == "initech")
        #expect(try answer.string("status") == "provisioning")
        #expect(try answer.string("url") == "https://initech.example.com")
        #expect(try answer.string("createdAt") == "2026-01-01T00:00:00.250000Z")
        #expect(try answer.json["schemaVersion"] as? Int == 7)
        let placement = try #require(try answer.json["placement"] as? [String: String])
        #expect(placement["cluster"] == "main" && placement["isolation"] == "schema")
        #expect(placement["schema"] == "tenant_" + id.replacing("-", with: ""))
        let got = try await server.admin(.get, "\(Self.path)/\(id)")
        #expect(got.text == answer.text.replacing("provisioning", with: "active"))
    }

    @Test("waits for a tenant if asked to: 201 when it is active, 202 with what it is by then")
    func wait() async throws {
        let server = try await TestServer()
        let waited = try await server.admin(
            .post, Self.path, headers: [("Prefer", "respond-async, wait=30")], json: Self.input)
        #expect(waited.status == 201)
        #expect(try waited.string("status") == "active")
        #expect(waited["preference-applied"] == "wait=30")
        #expect(waited["location"] == "\(Self.path)/\(try #require(try waited.string("id")))")

        server.catalog.state.withLock { $0.worksAtOnce = false }
        let late = try await server.admin(
            .post, Self.path, headers: [("Prefer", "wait=1")],
            json: Self.input.replacing("Initech\",\"tier", with: "umbrella\",\"tier"))
        #expect(late.status == 202)
        #expect(try late.string("status") == "provisioning")
        #expect(late["preference-applied"] == "wait=1")
        #expect(late["link"] != nil)
    }

    @Test("a tenant that becomes active while somebody waits is 201 without waiting to the end")
    func waitEndsEarly() async throws {
        let server = try await TestServer()
        server.catalog.state.withLock { $0.worksAtOnce = false }
        async let answer = server.admin(.post, Self.path, headers: [("Prefer", "wait=60")], json: Self.input)
        try await eventually { server.catalog.journal.watchers == 1 }
        try await server.catalog.completeWork(about: "initech")
        #expect(try await answer.status == 201)
    }

    @Test("removes a tenant: 202, and where to look")
    func delete() async throws {
        let server = try await TestServer()
        server.catalog.state.withLock { $0.worksAtOnce = false }
        let answer = try await server.admin(.delete, "\(Self.path)/\(server.acme.id)")
        #expect(answer.status == 202)
        #expect(try answer.string("status") == "deleting")
        #expect(answer["location"] == "\(Self.path)/\(server.acme.id)/provisioning")
        try await server.admin(.delete, "\(Self.path)/\(TenantID.random())").expectProblem(404, "tenant-not-found")
    }

    @Test("a name that is taken is a conflict with its field")
    func taken() async throws {
        let server = try await TestServer()
        let answer = try await server.admin(
            .post, Self.path, json: Self.input.replacing("\"Initech\",\"tier", with: "\"ACME\",\"tier"))
        try answer.expectProblem(409, "subdomain-taken")
        #expect(try answer.pointers == ["/subdomain"])
    }

    @Test("each rule of subdomains is refused at its field")
    func subdomains() async throws {
        let server = try await TestServer()
        for name in [
            "ab", String(repeating: "a", count: 64), "1abc", "-abc", "abc-", "a_b", "a.b", "ab--cd", "xn--abc",
            "münchen",
            "", "admin", "www", "wpad", "_dmarc", "localhost", "postmaster", "api", "mail", "autodiscover", "isatap",
        ] {
            let answer = try await server.admin(
                .post, Self.path, json: Self.input.replacing("\"Initech\",\"tier", with: "\"\(name)\",\"tier"))
            try answer.expectProblem(422, "validation-failed")
            #expect(try answer.pointers == ["/subdomain"], "\(name)")
        }
    }

    @Test("an unknown tier is told the known ones")
    func tier() async throws {
        let server = try await TestServer()
        let answer = try await server.admin(.post, Self.path, json: Self.input.replacing("free", with: "platinum"))
        try answer.expectProblem(422, "validation-failed")
        #expect(try answer.detail(at: "/tier") == "must be one of: free, standard, premium, enterprise")
    }

    @Test("everything that is wrong is named at once, and nothing is made")
    func allAtOnce() async throws {
        let server = try await TestServer()
        let answer = try await server.admin(
            .post, Self.path,
            json: #"""
                {"name":"Acme\r\nBcc: x@evil","subdomain":7,"tier":null,"adminEmail":"x","adminName":"",
                 "settings":{"locale":1,"currency":"XXXX","nonsense":"x"},"plan":"x"}
                """#)
        try answer.expectProblem(422, "validation-failed")
        let expected = [
            "/name", "/subdomain", "/tier", "/adminEmail", "/adminName", "/settings/locale", "/settings/currency",
            "/settings/nonsense", "/plan",
        ]
        #expect(try answer.pointers == expected)
        #expect(server.catalog.state.withLock { $0.tenants.count } == 2)
    }

    @Test("lists tenants page by page")
    func list() async throws {
        let server = try await TestServer()
        let first = try await server.admin(.get, Self.path + "?limit=1")
        #expect(try first.data.map { $0["subdomain"] as? String } == ["acme"])
        let cursor = try #require(try first.string("nextCursor"))
        let second = try await server.admin(.get, Self.path + "?cursor=\(cursor)&limit=1")
        #expect(try second.data.map { $0["subdomain"] as? String } == ["globex"])
        #expect(try second.json["nextCursor"] is NSNull)
    }

    @Test("limit and cursor are checked, both at once")
    func badPage() async throws {
        let server = try await TestServer()
        for (query, pointers) in [
            ("limit=0", ["/limit"]), ("limit=201", ["/limit"]), ("limit=", ["/limit"]), ("limit", ["/limit"]),
            ("limit=+5", ["/limit"]), ("limit=5.0", ["/limit"]), ("limit=99999999999999999999", ["/limit"]),
            ("limit=1&limit=1", ["/limit"]), ("cursor=x", ["/cursor"]), ("cursor=%00&limit=x", ["/cursor", "/limit"]),
        ] {
            let answer = try await server.admin(.get, Self.path + "?" + query)
            try answer.expectProblem(422, "validation-failed")
            #expect(try answer.pointers == pointers)
        }
        #expect(try await server.admin(.get, Self.path + "?limit=200&other=1").status == 200)
    }

    @Test(
        "an unknown tenant and an id that is none are the same 404",
        arguments: ["x", "", "%20", "\(TenantID.random())"])
    func unknownTenant(id: String) async throws {
        let server = try await TestServer()
        try await server.admin(.get, "\(Self.path)/\(id.isEmpty ? "-" : id)").expectProblem(404, "tenant-not-found")
        try await server.admin(.post, "\(Self.path)/\(id.isEmpty ? "-" : id)/activation-links")
            .expectProblem(404, "tenant-not-found")
    }

    @Test("makes an activation link, with the host of the registry and the token in the fragment")
    func activationLink() async throws {
        let server = try await TestServer()
        _ = try server.catalog.addMember("ann@acme.test", .admin, of: server.acme.id, status: .invited)
        for json in [nil, "{}"] {
            let answer = try await server.admin(
                .post, "\(Self.path)/\(server.acme.id)/activation-links", json: json)
            #expect(answer.status == 201)
            let url = try #require(try answer.string("url"))
            #expect(url.hasPrefix("https://acme.example.com/activate#token="))
            #expect(try answer.string("expiresAt")?.hasSuffix("Z") == true)
        }
        #expect(server.catalog.events.map(\.action) == ["tenant.activationLink", "tenant.activationLink"])
        let refused = try await server.admin(
            .post, "\(Self.path)/\(server.acme.id)/activation-links", json: #"{"email":"evil@evil"}"#)
        try refused.expectProblem(422, "validation-failed")
        server.catalog.setStatus(.suspended, of: server.acme.id)
        try await server.admin(.post, "\(Self.path)/\(server.acme.id)/activation-links").expectProblem(409, "conflict")
    }

    @Test("wants an administrator's token")
    func unauthorized() async throws {
        let server = try await TestServer()
        func get(_ token: String?) async throws -> Answer {
            try await server.send(.get, Self.path, host: "admin.example.com", token: token)
        }
        try await get(nil).expectProblem(401, "token-required")
        try await get("a.b.c").expectProblem(401, "token-invalid")
        let elsewhere = try server.tokens.issue(.admin(server.admin.id), audience: "acme.example.com").token
        try await get(elsewhere).expectProblem(401, "token-invalid")
        let stranger = try server.tokens.issue(.admin(.random()), audience: "admin.example.com").token
        try await get(stranger).expectProblem(401, "token-invalid")
    }

    @Test("a tenant's token on the admin host is refused and recorded, on every route")
    func memberToken() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        for path in [Self.path, "/.well-known/jwks.json", "/nothing"] {
            let answer = try await server.send(.get, path, host: "admin.example.com", token: token)
            try answer.expectProblem(403, "forbidden")
        }
        let events = server.catalog.events
        #expect(events.count == 3)
        #expect(events.allSatisfy { $0.action == "isolation.violation" && $0.tenant == nil })
        #expect(events.first?.details["claimedTenant"] == server.acme.id.description)
    }

    @Test("a disabled administrator is refused, at the latest when the short memory ends")
    func disabled() async throws {
        let server = try await TestServer()
        server.catalog.state.withLock { $0.admins[server.admin.id]?.isActive = false }
        try await server.admin(.get, Self.path).expectProblem(401, "token-invalid")
    }

    @Test("does not ask the catalog on every request whether the administrator is active")
    func remembered() async throws {
        let server = try await TestServer()
        for _ in 0..<5 { #expect(try await server.admin(.get, Self.path).status == 200) }
        #expect(server.catalog.state.withLock { $0.adminChecks } == 1)
    }

    @Test("answers on the bare domain and the loopback names in development only")
    func bareHost() async throws {
        for bare in [true, false] {
            let server = try await TestServer(bareIsAdmin: bare)
            for host in ["example.com", "localhost:8080", "127.0.0.1:8080"] {
                let answer = try await server.send(.get, Self.path, host: host, token: server.adminToken())
                #expect(answer.status == (bare ? 200 : 404))
            }
        }
    }

    @Test("publishes the public keys, and nothing private")
    func keys() async throws {
        let server = try await TestServer()
        for host in ["admin.example.com", "acme.example.com"] {
            let answer = try await server.send(.get, "/.well-known/jwks.json", host: host)
            #expect(answer.status == 200)
            let keys = try #require(try answer.json["keys"] as? [[String: String]])
            #expect(keys.map { $0["kid"] } == [server.key.kid])
            #expect(keys.allSatisfy { $0["d"] == nil })
            #expect(answer["cache-control"] == "public, max-age=60")
        }
    }
}
