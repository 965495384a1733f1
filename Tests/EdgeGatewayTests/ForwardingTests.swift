import EdgeGateway
import EdgeTestSupport
import Tenancy
import Testing

@Suite("What goes to an upstream, and what comes back", .timeLimit(.minutes(1)))
struct ForwardingTests {
    /// The head that the upstream gets.
    private func forwarded(
        _ method: String = "GET", _ target: String = "/", host: String = "acme.saas.test", _ fields: [String] = [],
        body: String? = nil, trusting: [String] = [], town: Town? = nil
    ) async throws -> Head {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port, trusting: trusting, town: town) { edge in
                let answer = try await edge.ask(method, target, host: host, fields, body: body)
                #expect(answer.status == 200, "\(answer)")
                #expect(backend.heads.count == 1)
                return try #require(backend.heads.first)
            }
        }
    }

    @Test("the tenant, in fields that nothing can break out of")
    func tenant() async throws {
        let town = try Town()
        let acme = try await self.forwarded(town: town)
        #expect(acme.first == "GET / HTTP/1.1")
        #expect(acme["host"] == "acme.saas.test")
        #expect(acme.values("x-tenant-id") == [town.acme.id.description])
        #expect(acme.values("x-tenant-subdomain") == ["acme"])
        #expect(acme.values("x-tenant-name") == ["Acme%20Ltd"])
        #expect(acme.values("x-request-id").count == 1)
        #expect(acme.values("via") == ["1.1 bulkhead-edge"])
        #expect(acme["content-length"] == nil)
        #expect(acme["transfer-encoding"] == nil)
        let globex = try await self.forwarded(host: "globex.saas.test", town: town)
        #expect(globex["x-tenant-name"] == "Globex%20%22S%C3%B6hne%22%20%26%20Co%E2%80%AE")
    }

    @Test("what only the edge may say is taken away from everybody else, in every spelling")
    func forged() async throws {
        let town = try Town()
        let other = town.globex.id.description
        let head = try await self.forwarded(
            "GET", "/",
            [
                "X-Tenant-ID: \(other)", "x-tenant-id: \(other)", "X-TENANT-NAME: Globex", "X_Tenant_ID: \(other)",
                "X-Tenant_Subdomain: globex", "X-Tenant-Anything: x", "X-Forwarded-Host: globex.saas.test",
                "X_Forwarded_Host: globex.saas.test", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https",
                "X-Forwarded-Prefix: /admin", "Forwarded: for=1.2.3.4;host=globex.saas.test", "X-Real-IP: 1.2.3.4",
                "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "True-Client-IP: 1.2.3.4", "X-Other: stays",
            ], town: town)
        #expect(head.values("x-tenant-id") == [town.acme.id.description])
        #expect(head.values("x-tenant-name") == ["Acme%20Ltd"])
        #expect(head.values("x-forwarded-host") == ["acme.saas.test"])
        #expect(head.values("x-forwarded-for") == ["127.0.0.1"])
        #expect(head.values("x-forwarded-proto") == ["http"])
        #expect(head.values("forwarded") == ["for=127.0.0.1;host=\"acme.saas.test\";proto=http"])
        #expect(head["x-other"] == "stays")
        let names = Set(head.fields.map { $0.name.lowercased().replacing("_", with: "-") })
        let expected: Set = [
            "host", "x-tenant-id", "x-tenant-name", "x-tenant-subdomain", "x-forwarded-host", "x-forwarded-for",
            "x-forwarded-proto", "forwarded", "x-request-id", "via", "x-other",
        ]
        #expect(names == expected)
        #expect(head.fields.count == expected.count)
        #expect(!head.fields.contains { $0.value.contains("globex") || $0.value.contains(other) })
    }

    @Test("a trusted proxy's word about the way before it is kept")
    func trusted() async throws {
        let town = try Town()
        let both = try await self.forwarded(
            "GET", "/",
            [
                "Forwarded: for=192.0.2.7;proto=https", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: HTTPS",
                "X-Forwarded-Host: www.acme.example", "X-Tenant-ID: \(town.acme.id)", "Via: 1.1 front",
                "X-Real-IP: 1.1.1.1",
            ], trusting: ["127.0.0.1"], town: town)
        #expect(
            both.values("forwarded")
                == ["for=192.0.2.7;proto=https, for=127.0.0.1;host=\"acme.saas.test\";proto=https"])
        #expect(both.values("x-forwarded-for") == ["192.0.2.7, 127.0.0.1"])
        #expect(both.values("x-forwarded-proto") == ["https"])
        #expect(both.values("x-forwarded-host") == ["www.acme.example"])
        #expect(both.values("via") == ["1.1 front, 1.1 bulkhead-edge"])
        #expect(both["x-real-ip"] == nil)
        let list = try await self.forwarded(
            "GET", "/", ["X-Forwarded-For: 2001:db8::1,192.0.2.7, <script>"], trusting: ["127.0.0.1"], town: town)
        // What cannot be read stays: with it gone, what a client wrote itself would be taken for a proxy's word.
        #expect(list.values("x-forwarded-for") == ["2001:db8::1, 192.0.2.7, unknown, 127.0.0.1"])
        #expect(
            list["forwarded"]
                == "for=\"[2001:db8::1]\", for=192.0.2.7, for=unknown, "
                + "for=127.0.0.1;host=\"acme.saas.test\";proto=http")
        let ports = try await self.forwarded(
            "GET", "/", ["X-Forwarded-For: 198.51.100.7, [2001:db8::9]:5555, 192.0.2.1:80"], trusting: ["127.0.0.1"],
            town: town)
        #expect(ports["x-forwarded-for"] == "198.51.100.7, 2001:db8::9, 192.0.2.1, 127.0.0.1")
        let standard = try await self.forwarded(
            "GET", "/", ["Forwarded: for=\"[2001:db8::1]:4711\";by=x, For=192.0.2.7:80, for=_hidden, by=y"],
            trusting: ["127.0.0.1"], town: town)
        #expect(standard["x-forwarded-for"] == "2001:db8::1, 192.0.2.7, _hidden, unknown, 127.0.0.1")
    }

    @Test("fields of the connection stay on it, and so do those that it names")
    func hopByHop() async throws {
        let head = try await self.forwarded(
            "POST", "/",
            [
                "Connection: close, X-Secret, x-tenant-id, content-length, host, via", "X-Secret: 1",
                "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: trailers", "Upgrade: h2c",
                "HTTP2-Settings: AAA", "Proxy-Authorization: Basic x", "Authorization: Basic abc", "Cookie: a=1; b=2",
            ], body: "hello")
        for name in [
            "connection", "x-secret", "keep-alive", "proxy-connection", "te", "upgrade", "http2-settings",
            "proxy-authorization", "transfer-encoding",
        ] { #expect(head[name] == nil, "\(name)") }
        #expect(head.values("x-tenant-id").count == 1)
        #expect(head["host"] == "acme.saas.test")
        #expect(head.values("content-length") == ["5"])
        #expect(head["authorization"] == "Basic abc")
        #expect(head["cookie"] == "a=1; b=2")
    }

    @Test(
        "the target goes on byte by byte",
        arguments: [
            "/", "//evil.test/x", "/a/../b", "/a%2Fb%00?x=%2e%2e&y=[1]|^\"<>`{}", "/?", "/a?b?c", "/api?x=http://y/",
            "/%E2%9C%93", "/;a=1:2@3",
        ])
    func target(target: String) async throws {
        #expect(try await self.forwarded("GET", target).first == "GET \(target) HTTP/1.1")
    }

    @Test(
        "every spelling of a host becomes one",
        arguments: [
            ("ACME.Saas.TEST", "acme.saas.test"), ("acme.saas.test.", "acme.saas.test"),
            ("Acme.saas.test.:8443", "acme.saas.test:8443"), ("acme.saas.test:80", "acme.saas.test:80"),
        ])
    func host(sent: String, expected: String) async throws {
        let head = try await self.forwarded(host: sent)
        #expect(head.values("host") == [expected])
        #expect(head["x-forwarded-host"] == expected)
        #expect(head["x-tenant-subdomain"] == "acme")
    }

    @Test("methods as they are, but none that would show a script what it must not read")
    func methods() async throws {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"] {
            let head = try await self.forwarded(method, "/x", body: method == "GET" ? nil : "b")
            #expect(head.first == "\(method) /x HTTP/1.1")
        }
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                let status = try await edge.ask("TRACE").status
                #expect(status == 405)
                #expect(backend.heads.isEmpty)
            }
        }
    }

    @Test("the admin host has no tenant, and hosts of nobody no upstream")
    func otherHosts() async throws {
        let admin = try await self.forwarded(host: "admin.saas.test", ["X-Tenant-ID: \(TenantID.random())"])
        #expect(admin.fields.allSatisfy { !$0.name.lowercased().hasPrefix("x-tenant-") })
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                for host in ["nobody.saas.test", "saas.test", "other.test", "127.0.0.1", "a.acme.saas.test"] {
                    let status = try await edge.ask(host: host).status
                    #expect(status == 404, "\(host)")
                }
                #expect(backend.connections == 0)
            }
        }
    }

    @Test("pages and the API go where they belong")
    func routes() async throws {
        try await Backend.use(Backend.answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npages")) { pages in
            try await Backend.use(Backend.answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\napi")) { api in
                try await Edge.use(before: pages.port, api: [api.port]) { edge in
                    for (path, expected) in [
                        ("/", "pages"), ("/api", "api"), ("/api/x?y", "api"), ("/api?x", "api"), ("/apis", "pages"),
                        ("/API/x", "pages"), ("/x/api/", "pages"), ("/.well-known/jwks.json", "api"),
                    ] {
                        let body = try await edge.ask("GET", path).body
                        #expect(body == expected, "\(path)")
                    }
                }
            }
        }
    }

    @Test("an answer comes back as it is, without the connection's fields and with the request's id")
    func answer() async throws {
        let text =
            "HTTP/1.1 299 Odd\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; Path=/\r\n"
            + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\n"
            + "Content-Encoding: gzip\r\nETag: \"x\"\r\nContent-Length: 4\r\n\r\n\u{1f}gz\0"
        try await Backend.use(Backend.answers(text)) { backend in
            try await Edge.use(before: backend.port) { edge in
                let answer = try await edge.ask("GET", "/", ["X-Request-Id: given-1", "Accept-Encoding: gzip"])
                #expect(answer.status == 299)
                #expect(answer.head.values("set-cookie") == ["a=1", "b=2; Path=/"])
                #expect(answer.head.values("date") == ["Mon, 01 Jan 2001 00:00:00 GMT"])
                #expect(answer["content-encoding"] == "gzip")
                #expect(answer["etag"] == "\"x\"")
                #expect(answer.body == "\u{1f}gz\0")
                #expect(answer.head.values("x-request-id") == ["given-1"])
                for name in ["x-hop", "keep-alive", "proxy-authenticate", "connection", "cache-control"] {
                    #expect(answer[name] == nil, "\(name)")
                }
            }
        }
    }

    @Test("errors and redirects of an upstream are its own")
    func errors() async throws {
        for text in [
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops",
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        ] {
            try await Backend.use(Backend.answers(text)) { backend in
                try await Edge.use(before: backend.port) { edge in
                    let answer = try await edge.ask()
                    #expect(text.hasPrefix("HTTP/1.1 \(answer.status) "))
                    #expect(text.hasSuffix("\r\n\r\n\(answer.body)"))
                    #expect(answer["content-type"] == nil)
                }
            }
        }
    }

    @Test("a request that comes by again and again is stopped")
    func loop() async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                let via = Array(repeating: "1.1 bulkhead-edge", count: 4).joined(separator: ", ")
                let circling = try await edge.ask("GET", "/", ["Via: \(via)"]).status
                let passing = try await edge.ask("GET", "/", ["Via: 1.1 bulkhead-edge, 1.1 x"]).status
                #expect((circling, passing) == (508, 200))
            }
        }
    }

    @Test("a connection is kept on both sides")
    func keptConnections() async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    for number in 1...20 {
                        let answer = try await wire.ask(Edge.request("POST", "/\(number)", body: "body \(number)"))
                        #expect(answer.body == "body \(number)")
                    }
                }
                #expect(backend.connections == 1)
                #expect(backend.heads.count == 20)
            }
        }
    }
}
