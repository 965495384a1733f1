import BulkheadHummingbird
import Foundation
import HTTPTypes
import Identity
import Tenancy
import Testing

@Suite("Tokens that must not work")
struct HostileTokenTests {
    @Test("get 401 with invalid_token, and reach no repository")
    func refused() async throws {
        let server = try await TestServer()
        let good = try server.token(server.acme)
        let other = TokenAuthority(issuer: "https://example.com", keys: SigningKeySet(current: .generate()))
        let staging = TokenAuthority(issuer: "https://staging", keys: SigningKeySet(current: server.key))
        let subject = TokenSubject.member(.random(), .admin, server.acme.id)
        let past = TokenAuthority(
            issuer: "https://example.com", keys: SigningKeySet(current: server.key),
            now: { Date(timeIntervalSinceNow: -7_200) })
        let future = TokenAuthority(
            issuer: "https://example.com", keys: SigningKeySet(current: server.key),
            now: { Date(timeIntervalSinceNow: 7_200) })
        func none(_ header: String) -> String {
            let parts = good.split(separator: ".")
            return [Self.base64(header), String(parts[1]), ""].joined(separator: ".")
        }
        let kid = #""kid":"\#(server.key.kid)","typ":"at+jwt""#
        var tokens: [String] = [
            "x", "a.b.c", "a.b.c.d", good + "=", good + "A", String(good.dropLast()), "é" + good,
            good.replacing(".", with: ".."), String(repeating: "a", count: 10_000),
            try other.issue(subject, audience: "acme.example.com").token,
            try staging.issue(subject, audience: "acme.example.com").token,
            try future.issue(subject, audience: "acme.example.com").token,
        ]
        for algorithm in ["none", "None", "NONE", "nOnE", "HS256", "RS256"] {
            tokens.append(none(#"{"alg":"\#(algorithm)",\#(kid)}"#))
        }
        for kid in ["../../../../dev/null", "' UNION SELECT 'k'--", String(repeating: "k", count: 3_000)] {
            tokens.append(Self.swap(header: #"{"alg":"EdDSA","kid":"\#(kid)","typ":"at+jwt"}"#, in: good))
        }
        for extra in [#""jku":"http://127.0.0.1:9999/jwks""#, #""x5u":"http://127.0.0.1:9999/""#, #""crit":["exp"]"#] {
            tokens.append(Self.swap(header: #"{"alg":"EdDSA",\#(kid),\#(extra)}"#, in: good))
        }
        for token in tokens {
            let answer = try await server.send(.get, "/api/tenant/clients", token: token)
            try answer.expectProblem(401, "token-invalid")
            #expect(answer["www-authenticate"] == #"Bearer realm="bulkhead", error="invalid_token""#)
        }
        let expired = try past.issue(subject, audience: "acme.example.com").token
        try await server.send(.get, "/api/tenant/clients", token: expired).expectProblem(401, "token-expired")
        #expect(server.catalog.clientCalls == 0)
        #expect(server.catalog.events.isEmpty)
    }

    @Test("do not stand in the way of signing in")
    func openRoutes() async throws {
        let server = try await TestServer()
        let answer = try await server.send(.get, "/.well-known/jwks.json", token: "a.b.c")
        #expect(answer.status == 200)
    }

    @Test("raising the role in the payload breaks the signature")
    func editedRole() async throws {
        let server = try await TestServer()
        let parts = try server.token(server.acme, .viewer).split(separator: ".").map(String.init)
        let padded = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        let data = try #require(Data(base64Encoded: padded + String(repeating: "=", count: (4 - padded.count % 4) % 4)))
        let payload = String(decoding: data, as: UTF8.self).replacing("viewer", with: "admin")
        let token = [parts[0], Self.base64(payload), parts[2]].joined(separator: ".")
        try await server.send(.get, "/api/tenant/clients", token: token).expectProblem(401, "token-invalid")
    }

    private static func base64(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    private static func swap(header: String, in token: String) -> String {
        let parts = token.split(separator: ".").map(String.init)
        return [Self.base64(header), parts[1], parts[2]].joined(separator: ".")
    }
}
