import BulkheadHummingbird
import Foundation
import HTTPTypes
import Identity
import Logging
import Synchronization
import Tenancy
import Testing

@Suite("Finding the tenant of a request")
struct TenantMiddlewareTests {
    @Test("host and token agree: served, with the tenant's own rows")
    func agreement() async throws {
        let server = try await TestServer()
        let answer = try await server.send(.get, "/api/tenant/info", token: server.token(server.acme))
        #expect(answer.status == 200)
        #expect(try answer.string("id") == server.acme.id.description)
        #expect(server.catalog.events.isEmpty)
    }

    @Test("a token of one tenant on another's host is refused, recorded and logged")
    func crossing() async throws {
        let server = try await TestServer()
        let user = UserID.random()
        let answer = try await server.send(
            .get, "/api/tenant/clients", host: "globex.example.com", token: server.token(server.acme, user: user),
            headers: [("X-Request-Id", "req-1")])
        try answer.expectProblem(403, "tenant-mismatch")
        #expect(
            !answer.text.contains(server.acme.id.description) && !answer.text.contains(server.globex.id.description))
        let event = AuditEvent(
            actor: "member:\(user)", action: "isolation.violation", tenant: server.globex.id,
            details: [
                "host": "globex.example.com", "claimedTenant": server.acme.id.description, "evidence": "token",
            ], requestID: "req-1")
        #expect(server.catalog.events == [event])
        #expect(server.catalog.clientCalls == 0)
        let line = try #require(server.log.lines.first { $0.level == .error })
        #expect(line.metadata["tenant.claimed"]?.description == server.acme.id.description)
        #expect(line.metadata["request.id"] == "req-1")
    }

    @Test("the same on routes that need no token")
    func crossingOnOpenRoutes() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        for path in ["/api/tenant/sessions", "/api/tenant/activations", "/nothing"] {
            let answer = try await server.send(.post, path, host: "globex.example.com", token: token, json: "{}")
            try answer.expectProblem(403, "tenant-mismatch")
        }
        #expect(server.catalog.events.count == 3)
    }

    @Test("a refusal stands even if it cannot be recorded")
    func auditDown() async throws {
        let server = try await TestServer()
        server.catalog.state.withLock { $0.auditFailure = CancellationError() }
        let answer = try await server.send(
            .get, "/api/tenant/clients", host: "globex.example.com", token: server.token(server.acme))
        try answer.expectProblem(403, "tenant-mismatch")
        #expect(server.log.lines.contains { $0.level == .critical })
    }

    @Test("the right tenant with the audience of another host of ours is a mismatch")
    func foreignAudience() async throws {
        let server = try await TestServer()
        for audience in ["globex.example.com", "admin.example.com", "old-name.example.com"] {
            let token = try server.tokens.issue(.member(.random(), .admin, server.acme.id), audience: audience).token
            try await server.send(.get, "/api/tenant/info", token: token).expectProblem(403, "tenant-mismatch")
        }
        #expect(server.catalog.events.map { $0.details["evidence"] } == ["audience", "audience", "audience"])
    }

    @Test(
        "an audience that is none of our hosts is a bad token",
        arguments: [
            "acme.example.com.evil.org", "example.com", "evil.org", "ACME.example.com", "acme.example.com:443",
            "acme.example.com.", "xacme.example.org", "a.acme.example.com", "https://acme.example.com",
        ])
    func strangeAudience(audience: String) async throws {
        let server = try await TestServer()
        let token = try server.tokens.issue(.member(.random(), .admin, server.acme.id), audience: audience).token
        try await server.send(.get, "/api/tenant/info", token: token).expectProblem(401, "token-invalid")
        #expect(server.catalog.events.isEmpty)
    }

    @Test("an administrator's token is no token on a tenant's host")
    func adminToken() async throws {
        let server = try await TestServer()
        try await server.send(.get, "/api/tenant/info", token: server.adminToken()).expectProblem(401, "token-invalid")
        let odd = try server.tokens.issue(.admin(server.admin.id), audience: "acme.example.com").token
        try await server.send(.get, "/api/tenant/info", token: odd).expectProblem(401, "token-invalid")
    }

    @Test("without a token: 401 with a challenge that names no error (RFC 6750, section 3.1)")
    func noToken() async throws {
        let server = try await TestServer()
        let answer = try await server.send(.get, "/api/tenant/clients")
        try answer.expectProblem(401, "token-required")
        #expect(answer["www-authenticate"] == #"Bearer realm="bulkhead""#)
        let basic = try await server.send(.get, "/api/tenant/clients", headers: [("Authorization", "Basic YTpi")])
        try basic.expectProblem(401, "token-required")
    }

    @Test("two Authorization fields are refused, whatever they hold")
    func twoTokens() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let answer = try await server.send(
            .get, "/api/tenant/clients", token: token, headers: [("Authorization", "Bearer \(token)")])
        try answer.expectProblem(400, "bad-request")
        #expect(answer["www-authenticate"]?.contains(#"error="invalid_request""#) == true)
    }

    @Test("an unknown host is 404, with and without a token, and for every method")
    func unknownHost() async throws {
        let server = try await TestServer()
        for host in [
            "nobody.example.com", "evil.tld", "example.com", "a.b.example.com", "acmeexample.com", "localhost",
        ] {
            try await server.send(.get, "/api/tenant/info", host: host).expectProblem(404, "tenant-not-found")
            try await server.send(
                .post, "/api/tenant/sessions", host: host, token: server.token(server.acme), json: "{}"
            )
            .expectProblem(404, "tenant-not-found")
        }
        #expect(server.catalog.events.isEmpty)
    }

    @Test(
        "the name of a host has one meaning in every spelling",
        arguments: ["ACME.Example.COM.", "acme.example.com:8080"])
    func spelling(host: String) async throws {
        let server = try await TestServer()
        let answer = try await server.send(.get, "/api/tenant/info", host: host, token: server.token(server.acme))
        #expect(answer.status == 200)
    }

    // MARK: Status

    static let statuses: [(TenantStatus, read: Int, write: Int, slug: String)] = [
        (.provisioning, 503, 503, "tenant-provisioning"), (.failed, 503, 503, "tenant-unavailable"),
        (.maintenance, 503, 503, "tenant-maintenance"), (.suspended, 403, 403, "tenant-suspended"),
        (.deleting, 404, 404, "tenant-not-found"), (.deleted, 404, 404, "tenant-not-found"),
        (.purging, 404, 404, "tenant-not-found"), (.purged, 404, 404, "tenant-not-found"),
        (.readOnly, 200, 403, "tenant-read-only"),
    ]

    @Test("the status decides before the token is missed", arguments: Self.statuses.indices)
    func status(index: Int) async throws {
        let (status, read, write, slug) = Self.statuses[index]
        let server = try await TestServer()
        server.catalog.setStatus(status, of: server.acme.id)
        let token = try server.token(server.acme)
        let reading = try await server.send(.get, "/api/tenant/clients", token: token)
        if read == 200 { #expect(reading.status == 200) } else { try reading.expectProblem(read, slug) }
        let writing = try await server.send(.post, "/api/tenant/clients", token: token, json: #"{"name":"x"}"#)
        try writing.expectProblem(write, slug)
        if read != 200 { try await server.send(.get, "/api/tenant/clients").expectProblem(read, slug) }
        #expect(server.catalog.state.withLock { $0.clients.values.allSatisfy(\.isEmpty) })
    }

    @Test("a deleted tenant answers exactly like one that never was")
    func deletedLooksUnknown() async throws {
        let server = try await TestServer()
        server.catalog.setStatus(.deleted, of: server.acme.id)
        for token in [nil, try server.token(server.acme), try server.token(server.globex)] {
            let id = [("X-Request-Id", "same")]
            let deleted = try await server.send(.get, "/api/tenant/info", token: token, headers: id)
            let unknown = try await server.send(
                .get, "/api/tenant/info", host: "nobody.example.com", token: token, headers: id)
            #expect(deleted.status == unknown.status)
            #expect(deleted.text == unknown.text)
            #expect(deleted.headers == unknown.headers)
        }
    }

    @Test("a mismatch goes before the status: a stranger learns nothing")
    func mismatchFirst() async throws {
        let server = try await TestServer()
        server.catalog.setStatus(.suspended, of: server.globex.id)
        try await server.send(
            .get, "/api/tenant/info", host: "globex.example.com", token: server.token(server.acme)
        ).expectProblem(403, "tenant-mismatch")
    }

    @Test("signing in stays possible in a read-only tenant")
    func readOnlySignIn() async throws {
        let server = try await TestServer()
        let hash = try await server.hasher.hash(TestServer.password)
        _ = try server.catalog.addMember("ann@acme.test", .admin, of: server.acme.id, hash: hash)
        server.catalog.setStatus(.readOnly, of: server.acme.id)
        let answer = try await server.send(
            .post, "/api/tenant/sessions", json: #"{"email":"ann@acme.test","password":"\#(TestServer.password)"}"#)
        #expect(answer.status == 200)
        let info = try await server.send(.get, "/api/tenant/info", token: answer.string("accessToken"))
        #expect(try info.string("status") == "readOnly")
    }

    // MARK: Headers of proxies

    @Test("tenant headers of strangers are stripped: A's token never reaches B with them")
    func untrustedHeaders() async throws {
        let server = try await TestServer(trusted: ["10.0.0.0/8"])
        for (name, value) in [
            ("X-Tenant-ID", server.globex.id.description), ("X-Tenant-Subdomain", "globex"),
            ("X-Forwarded-Host", "globex.example.com"), ("X-Tenant-Name", "Globex"), ("X-Tenant-ID", "junk"),
        ] {
            for peer in [nil, "192.0.2.1", "11.0.0.1", "::1", "::a00:1"] {
                let answer = try await server.send(
                    .get, "/api/tenant/info", token: server.token(server.acme), headers: [(name, value)], peer: peer)
                #expect(try answer.string("id") == server.acme.id.description)
            }
        }
        let unknown = try await server.send(
            .get, "/api/tenant/info", host: "app.internal", token: server.token(server.acme),
            headers: [("X-Tenant-ID", server.acme.id.description)], peer: "192.0.2.1")
        try unknown.expectProblem(404, "tenant-not-found")
        #expect(server.catalog.events.isEmpty)
    }

    @Test("a trusted proxy names the tenant where the host does not", arguments: ["10.1.2.3", "::ffff:10.1.2.3"])
    func trustedHeaders(peer: String) async throws {
        let server = try await TestServer(trusted: ["10.0.0.0/8"])
        for header in [("X-Tenant-ID", server.acme.id.description), ("X-Tenant-Subdomain", "acme")] {
            let answer = try await server.send(
                .get, "/api/tenant/info", host: "app.internal", token: server.token(server.acme), headers: [header],
                peer: peer)
            #expect(try answer.string("id") == server.acme.id.description)
            try await server.send(
                .get, "/api/tenant/info", host: "app.internal", token: server.token(server.globex), headers: [header],
                peer: peer
            ).expectProblem(403, "tenant-mismatch")
        }
        #expect(server.catalog.events.map { $0.tenant } == [server.acme.id, server.acme.id])
    }

    @Test("a trusted proxy that contradicts the host is an isolation violation")
    func contradictingProxy() async throws {
        let server = try await TestServer(trusted: ["10.1.2.3"])
        let answer = try await server.send(
            .get, "/api/tenant/info", token: server.token(server.acme),
            headers: [("X-Tenant-ID", server.globex.id.description)], peer: "10.1.2.3")
        try answer.expectProblem(403, "tenant-mismatch")
        #expect(server.catalog.events.first?.details["evidence"] == "header")
        #expect(server.catalog.events.first?.details["claimedTenant"] == server.globex.id.description)
        let agreeing = try await server.send(
            .get, "/api/tenant/info", token: server.token(server.acme),
            headers: [("X-Tenant-ID", server.acme.id.description), ("X-Tenant-Subdomain", "acme")], peer: "10.1.2.3")
        #expect(agreeing.status == 200)
    }

    @Test("nonsense from a trusted proxy is refused")
    func badProxy() async throws {
        let server = try await TestServer(trusted: ["10.1.2.3"])
        func send(_ headers: [(String, String)], host: String = "app.internal") async throws -> Answer {
            try await server.send(.get, "/api/tenant/info", host: host, headers: headers, peer: "10.1.2.3")
        }
        let acme = server.acme.id.description
        try await send([("X-Tenant-ID", "acme")]).expectProblem(400, "bad-request")
        try await send([("X-Tenant-ID", acme), ("X-Tenant-ID", acme)]).expectProblem(400, "bad-request")
        try await send([("X-Tenant-Subdomain", "no good")]).expectProblem(400, "bad-request")
        try await send([("X-Tenant-ID", acme), ("X-Tenant-Subdomain", "globex")]).expectProblem(403, "tenant-mismatch")
        #expect(server.catalog.events.map { $0.details["evidence"] } == ["header"])
        try await send([("X-Tenant-Subdomain", "acme"), ("X-Tenant-Subdomain", "acme")])
            .expectProblem(400, "bad-request")
        try await send([("X-Tenant-ID", TenantID.random().description)]).expectProblem(404, "tenant-not-found")
        try await send([("X-Tenant-ID", TenantID.random().description)], host: "acme.example.com")
            .expectProblem(404, "tenant-not-found")
    }

    @Test("a tenant named in the query is ignored, one in the body refused")
    func smuggled() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let id = server.globex.id
        let query = try await server.send(.get, "/api/tenant/info?tenant_id=\(id)&tenantId=\(id)", token: token)
        #expect(try query.string("id") == server.acme.id.description)
        let body = try await server.send(
            .post, "/api/tenant/clients", token: token, json: #"{"name":"x","tenant_id":"\#(id)"}"#)
        try body.expectProblem(422, "validation-failed")
        #expect(try body.pointers == ["/tenant_id"])
        #expect(server.catalog.state.withLock { $0.clients.values.allSatisfy(\.isEmpty) })
    }
}
