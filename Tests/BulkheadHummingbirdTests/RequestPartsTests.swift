import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Tenancy
import Testing

@testable import BulkheadHummingbird

@Suite("Parts of requests")
struct RequestPartsTests {
    @Test(
        "Prefer: wait (RFC 7240)",
        arguments: [
            ("wait=30", 30), ("wait=60", 60), ("wait=61", 60), ("Wait = 5", 5), ("respond-async, wait=10;x=y", 10),
            (#"wait="7""#, 7), ("wait=1, wait=2", 1), ("wait=0", nil), ("wait=-1", nil), ("wait=x", nil), ("wait", nil),
            ("wait=99999999999999999999", nil), ("return=minimal", nil), ("", nil),
        ] as [(String, Int?)])
    func wait(value: String, seconds: Int?) {
        #expect(WaitPreference([.prefer: value])?.seconds == seconds)
    }

    @Test(
        "a target that would be two in a line of HTTP/1 is none",
        arguments: ["/a b", "/x HTTP/1.1", "/#a", "/\u{7F}a", "x", "*"])
    func target(path: String) throws {
        #expect(throws: ProblemDetails.self) { try Self.host(path) }
        #expect(try Self.host("/a%20b?c=%23") == HostName(authority: "acme.example.com"))
    }

    private static func host(_ path: String) throws -> HostName {
        let head = HTTPRequest(method: .get, scheme: "https", authority: "acme.example.com", path: path)
        return try RequestHost.read(Request(head: head, body: RequestBody(buffer: ByteBuffer())))
    }

    @Test("no Prefer, no wait")
    func noPrefer() {
        #expect(WaitPreference([:]) == nil)
        var headers = HTTPFields()
        headers.append(HTTPField(name: .prefer, value: "respond-async"))
        headers.append(HTTPField(name: .prefer, value: "wait=3"))
        #expect(WaitPreference(headers)?.applied == "wait=3")
    }

    @Test("bearer tokens are found in one field only, in any case of the scheme")
    func bearer() throws {
        #expect(try BearerToken.read(from: [:]) == nil)
        #expect(try BearerToken.read(from: [.authorization: "bearer abc"]) == "abc")
        #expect(try BearerToken.read(from: [.authorization: "BEARER  abc "]) == "abc")
        #expect(try BearerToken.read(from: [.authorization: "Bearer"]) == nil)
        #expect(try BearerToken.read(from: [.authorization: "Bearer "]) == nil)
        #expect(try BearerToken.read(from: [.authorization: "Digest abc"]) == nil)
        #expect(try BearerToken.read(from: [.authorization: "Bearerabc"]) == nil)
    }

    @Test(
        "blocks of addresses",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
            ("192.0.2.128/25", "192.0.2.200", true), ("192.0.2.128/25", "192.0.2.100", false),
            ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/32", "2001:db9::1", false), ("::1", "::1", true),
            ("::1/128", "::2", false), ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("::/0", "fe80::1", true),
        ])
    func ranges(block: String, address: String, expected: Bool) throws {
        let peers = TrustedPeers([try #require(AddressRange(block))])
        #expect(peers.contains(try SocketAddress(ipAddress: address, port: 1)) == expected)
    }

    @Test(
        "text that is no block",
        arguments: [
            "", "10", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "example.com",
            "10.0.0.256", "2001:db8::1/32", " 10.0.0.1",
        ])
    func noRange(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test("nobody is trusted by default, and no socket without an address ever")
    func nobody() throws {
        #expect(!TrustedPeers.none.contains(try SocketAddress(ipAddress: "127.0.0.1", port: 1)))
        let all = TrustedPeers([try #require(AddressRange("0.0.0.0/0")), try #require(AddressRange("::/0"))])
        #expect(!all.contains(nil))
        #expect(!all.contains(try SocketAddress(unixDomainSocketPath: "/tmp/socket")))
    }

    @Test(
        "who wants a page",
        arguments: [
            (nil, false), ("*/*", false), ("application/json", false), ("text/html", true),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json, text/html;q=0.5", false), ("text/html, application/json", false),
            ("text/html;q=0", false), ("application/problem+json;q=0.5, text/html;q=0.6", true), ("TEXT/HTML", false),
        ] as [(String?, Bool)])
    func accept(value: String?, expected: Bool) {
        #expect(ErrorPage.isPreferred(by: value) == expected)
    }

    @Test("conditions on versions")
    func conditions() {
        #expect(VersionCondition([:]) == .any)
        #expect(VersionCondition([.ifMatch: "*"]) == .any)
        #expect(VersionCondition([.ifMatch: #""v3""#]) == .oneOf([3]))
        #expect(VersionCondition([.ifMatch: #""v3", W/"v4", "x", "v5""#]) == .oneOf([3, 5]))
        #expect(VersionCondition([.ifMatch: ""]) == .oneOf([]))
    }
}

@Suite("Pages for people")
struct ErrorPageTests {
    private let browser = [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")]

    @Test("are shown on hosts without a tenant and for stopped tenants, under a strict policy")
    func shown() async throws {
        let server = try await TestServer()
        let statuses: [(TenantStatus?, Int)] = [
            (nil, 404), (.suspended, 403), (.maintenance, 503), (.provisioning, 503), (.failed, 503), (.deleted, 404),
        ]
        for (status, code) in statuses {
            if let status { server.catalog.setStatus(status, of: server.acme.id) }
            let host = status == nil ? "nobody.example.com" : "acme.example.com"
            let answer = try await server.send(.get, "/<script>", host: host, headers: self.browser)
            #expect(answer.status == code)
            #expect(answer["content-type"] == "text/html; charset=utf-8")
            let policy = try #require(answer["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'nonce-"))
            let nonce = try #require(policy.split(separator: "'nonce-").last?.split(separator: "'").first)
            #expect(answer.text.contains("<style nonce=\"\(nonce)\">"))
            #expect(answer.text.contains(try #require(answer["x-request-id"])))
            #expect(!answer.text.contains("script") && !answer.text.contains("acme") && !answer.text.contains("nobody"))
            #expect((answer["retry-after"] != nil) == (status == .maintenance || status == .provisioning))
        }
    }

    @Test("are not shown to programs, nor for other problems")
    func notShown() async throws {
        let server = try await TestServer()
        try await server.send(.get, "/", host: "nobody.example.com", headers: [("Accept", "application/json")])
            .expectProblem(404, "tenant-not-found")
        try await server.send(.get, "/nothing", headers: self.browser).expectProblem(404, "not-found")
        try await server.send(.get, "/api/tenant/info", headers: self.browser).expectProblem(401, "token-required")
    }

    @Test("use another nonce each time")
    func nonces() async throws {
        let server = try await TestServer()
        let first = try await server.send(.get, "/", host: "nobody.example.com", headers: self.browser)
        let second = try await server.send(.get, "/", host: "nobody.example.com", headers: self.browser)
        #expect(first["content-security-policy"] != second["content-security-policy"])
    }
}
