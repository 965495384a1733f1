import BulkheadHummingbird
import Foundation
import HTTPTypes
import Identity
import Synchronization
import Tenancy
import Testing

@Suite("The tenant API")
struct TenantAPITests {
    static let path = "/api/tenant/clients"

    @Test("signs a member in, for this tenant's host only")
    func signIn() async throws {
        let server = try await TestServer()
        let hash = try await server.hasher.hash(TestServer.password)
        let member = try server.catalog.addMember("ann@acme.test", .member, of: server.acme.id, hash: hash)
        let json = #"{"email":"Ann@Acme.Test","password":"\#(TestServer.password)"}"#
        let answer = try await server.send(.post, "/api/tenant/sessions", json: json)
        #expect(answer.status == 200)
        let token = try #require(try answer.string("accessToken"))
        let verified = try server.tokens.verify(token, audience: "acme.example.com")
        #expect(verified.subject == .member(member.id, .member, server.acme.id))
        let elsewhere = try await server.send(.post, "/api/tenant/sessions", host: "globex.example.com", json: json)
        try elsewhere.expectProblem(401, "bad-credentials")
        let info = try await server.send(.get, "/api/tenant/info", token: token)
        let me = try #require(try info.json["member"] as? [String: String])
        #expect(me == ["id": member.id.description, "role": "member"])
        #expect(try info.string("url") == "https://acme.example.com")
    }

    @Test("uses an activation link up, once")
    func activation() async throws {
        let server = try await TestServer()
        let link = OpaqueToken.random()
        _ = try server.catalog.addMember(
            "ann@acme.test", .admin, of: server.acme.id, status: .invited, activation: link.hash)
        func activate(_ token: String, _ password: String, host: String = "acme.example.com") async throws -> Answer {
            try await server.send(
                .post, "/api/tenant/activations", host: host, json: #"{"token":"\#(token)","password":"\#(password)"}"#)
        }
        let weak = try await activate(link.text, "short")
        try weak.expectProblem(422, "validation-failed")
        #expect(try weak.pointers == ["/password"])
        try await activate(link.text, "a good long passphrase", host: "globex.example.com").expectProblem(
            410, "link-gone")
        try await activate("nonsense", "a good long passphrase").expectProblem(410, "link-gone")
        let answer = try await activate(link.text, "a good long passphrase")
        #expect(answer.status == 200)
        #expect(try answer.string("email") == "ann@acme.test")
        #expect(try answer.string("status") == "active")
        #expect(!answer.text.contains("passphrase"))
        try await activate(link.text, "a good long passphrase").expectProblem(410, "link-gone")
        // A scanner that opens the address uses nothing up.
        try await server.send(.get, "/api/tenant/activations").expectProblem(405, "method-not-allowed")
    }

    @Test("stores, shows, changes and removes a client")
    func client() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let created = try await server.send(
            .post, Self.path, token: token,
            json: #"{"name":"Müller & Söhne","email":"Info@Mueller.test","phone":"+49 30 1","notes":"a\nb"}"#)
        #expect(created.status == 201)
        let id = try #require(try created.string("id"))
        let address = "\(Self.path)/\(id)"
        #expect(created["location"] == address)
        #expect(created["etag"] == #""v1""#)
        #expect(try created.string("email") == "info@mueller.test")
        #expect(try created.string("notes") == "a\nb")
        #expect(try created.string("createdAt") == "2026-01-01T00:00:00.250000Z")
        let got = try await server.send(.get, address, token: token)
        #expect(got.text == created.text)
        #expect(got["etag"] == #""v1""#)
        let list = try await server.send(.get, Self.path + "?limit=20", token: token)
        #expect(try list.data.count == 1)
        #expect(try list.json["nextCursor"] is NSNull)
        let changed = try await server.send(
            .put, address, token: token, headers: [("If-Match", #""v1""#)], json: #"{"name":"Müller"}"#)
        #expect(changed.status == 200)
        #expect(changed["etag"] == #""v2""#)
        #expect(try changed.json["email"] is NSNull)
        let removed = try await server.send(.delete, address, token: token)
        #expect(removed.status == 204)
        #expect(removed.text.isEmpty && removed["content-type"] == nil)
        try await server.send(.get, address, token: token).expectProblem(404, "client-not-found")
        try await server.send(.delete, address, token: token).expectProblem(404, "client-not-found")
    }

    @Test("honours If-Match: a change on top of an unseen change is refused")
    func conditions() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let created = try await server.send(.post, Self.path, token: token, json: #"{"name":"x"}"#)
        let address = "\(Self.path)/\(try #require(try created.string("id")))"
        func put(_ tag: String) async throws -> Answer {
            try await server.send(.put, address, token: token, headers: [("If-Match", tag)], json: #"{"name":"y"}"#)
        }
        for tag in [#""v2""#, #"W/"v1""#, "v1", #""1""#, #""v""#, #""v1x""#, "junk", #""v2", "v3""#] {
            try await put(tag).expectProblem(412, "precondition-failed")
        }
        let stale = try await server.send(.delete, address, token: token, headers: [("If-Match", #""v9""#)])
        try stale.expectProblem(412, "precondition-failed")
        #expect(try await put("*").status == 200)
        #expect(try await put(#""v7", "v2""#).status == 200)
        #expect(try await put("").status == 200)
        let missing = try await server.send(
            .put, "\(Self.path)/\(ClientID.random())", token: token, headers: [("If-Match", "*")],
            json: #"{"name":"y"}"#)
        try missing.expectProblem(404, "client-not-found")
    }

    @Test("what one tenant stores, another does not see")
    func isolation() async throws {
        let server = try await TestServer()
        let created = try await server.send(
            .post, Self.path, token: server.token(server.acme), json: #"{"name":"x","email":"a@b.test"}"#)
        let address = "\(Self.path)/\(try #require(try created.string("id")))"
        let other = try server.token(server.globex)
        try await server.send(.get, address, host: "globex.example.com", token: other)
            .expectProblem(404, "client-not-found")
        #expect(try await server.send(.get, Self.path, host: "globex.example.com", token: other).data.isEmpty)
        let same = try await server.send(
            .post, Self.path, host: "globex.example.com", token: other, json: #"{"name":"x","email":"a@b.test"}"#)
        #expect(same.status == 201)
    }

    @Test("a taken address is a conflict")
    func taken() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let json = #"{"name":"x","email":"a@b.test"}"#
        #expect(try await server.send(.post, Self.path, token: token, json: json).status == 201)
        try await server.send(.post, Self.path, token: token, json: json).expectProblem(409, "email-taken")
    }

    @Test("ids that are none are 404", arguments: ["x", "1", "00000000-0000-0000-0000-00000000000g", "%27%20OR%201=1"])
    func badID(id: String) async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let address = "\(Self.path)/\(id)"
        try await server.send(.get, address, token: token).expectProblem(404, "client-not-found")
        try await server.send(.delete, address, token: token).expectProblem(404, "client-not-found")
        try await server.send(.put, address, token: token, json: #"{"name":"x"}"#).expectProblem(
            404, "client-not-found")
        #expect(server.catalog.clientCalls == 0)
    }

    @Test("a viewer reads and does not write")
    func viewer() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme, .viewer)
        #expect(try await server.send(.get, Self.path, token: token).status == 200)
        try await server.send(.post, Self.path, token: token, json: #"{"name":"x"}"#).expectProblem(403, "forbidden")
        let address = "\(Self.path)/\(ClientID.random())"
        try await server.send(.put, address, token: token, json: #"{"name":"x"}"#).expectProblem(403, "forbidden")
        try await server.send(.delete, address, token: token).expectProblem(403, "forbidden")
    }

    @Test("a member who was disabled is refused by the transaction itself")
    func disabled() async throws {
        let server = try await TestServer()
        server.catalog.fail(with: DomainError.badCredentials)
        try await server.send(.get, Self.path, token: server.token(server.acme)).expectProblem(401, "bad-credentials")
    }

    @Test("wrong types, over-long texts and control characters are all named, and nothing is stored")
    func validation() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let long = String(repeating: "x", count: 4_001)
        let cases: [(String, [String])] = [
            ("{}", ["/name"]),
            (#"{"name":1,"email":true,"phone":{},"notes":[]}"#, ["/name", "/email", "/phone", "/notes"]),
            (#"{"name":"","email":"x","phone":"","notes":"\#(long)"}"#, ["/name", "/email", "/phone", "/notes"]),
            (
                #"{"name":"a\u0000b","email":"a@b.test\r\nBcc: x","phone":"\u202e1","notes":"\u001b[2J"}"#,
                ["/name", "/email", "/phone", "/notes"]
            ),
            (#"{"name":"\#(long)","email":5}"#, ["/name", "/email"]),
            (#"{"name":"x","id":"1","version":3,"__proto__":{}}"#, ["/id", "/version", "/__proto__"]),
            ("[]", [""]), ("null", [""]), ("7", [""]),
        ]
        for (json, pointers) in cases {
            let answer = try await server.send(.post, Self.path, token: token, json: json)
            try answer.expectProblem(422, "validation-failed")
            #expect(try answer.pointers == pointers, "\(json.prefix(60))")
        }
        #expect(server.catalog.clientCalls == 0)
    }

    @Test(
        "bodies that are no JSON are 400",
        arguments: ["", "{", "{}x", #"{"name":"a","name":"b"}"#, "name=x", "\u{FEFF}{}"])
    func malformed(body: String) async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let answer = try await server.send(.post, Self.path, token: token, json: body)
        try answer.expectProblem(400, "malformed-json")
        #expect(server.catalog.clientCalls == 0)
    }

    @Test(
        "other types of bodies are 415",
        arguments: [
            "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1",
            "application/jsonp", "multipart/form-data; boundary=x",
        ])
    func mediaType(type: String) async throws {
        let server = try await TestServer()
        let answer = try await server.send(
            .post, Self.path, token: server.token(server.acme), headers: [("Content-Type", type)],
            json: #"{"name":"x"}"#)
        try answer.expectProblem(415, "unsupported-media-type")
        #expect(answer["accept"] == "application/json")
    }

    @Test(
        "JSON in UTF-8 is fine however it is spelt", arguments: ["Application/JSON", "application/json; charset=UTF-8"])
    func goodMediaType(type: String) async throws {
        let server = try await TestServer()
        let answer = try await server.send(
            .post, Self.path, token: server.token(server.acme), headers: [("Content-Type", type)],
            json: #"{"name":"x"}"#)
        #expect(answer.status == 201)
    }

    @Test("bodies beyond 64 KiB are 413, whether the length is announced or not")
    func tooLarge() async throws {
        let server = try await TestServer()
        let token = try server.token(server.acme)
        let json = #"{"name":"\#(String(repeating: "x", count: 65_536))"}"#
        try await server.send(.post, Self.path, token: token, json: json).expectProblem(413, "body-too-large")
        let announced = try await server.send(
            .post, Self.path, token: token, headers: [("Content-Length", "65537")], json: "{}")
        try announced.expectProblem(413, "body-too-large")
        let largest = #"{"name":"x","notes":"\#(String(repeating: "n", count: 4_000))"}"#
        #expect(try await server.send(.post, Self.path, token: token, json: largest).status == 201)
    }

    @Test("a token is missed before the body is looked at")
    func order() async throws {
        let server = try await TestServer()
        try await server.send(.post, Self.path, json: "{").expectProblem(401, "token-required")
    }
}
