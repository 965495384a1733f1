import Foundation
import HummingbirdCore
import TLS
import Testing

@Suite(.timeLimit(.minutes(2))) struct RedirectTests {
    /// Status and location of the answer to a request, word for word.
    private static func ask(_ request: String, _ port: Int) async throws -> (status: String, location: String?) {
        let text = try await RawConnection.use(port: port) { connection in
            try await connection.send(request)
            return try await connection.read { $0.contains("\r\n\r\n") }
        }
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.count { $0.lowercased().hasPrefix("location:") } <= 1)
        #expect(!text.lowercased().contains("x-evil"))
        let location = lines.first { $0.lowercased().hasPrefix("location: ") }.map { String($0.dropFirst(10)) }
        return (String(lines[0].split(separator: " ").dropFirst().first ?? ""), location)
    }

    @Test func ourHostsAreSentToTheSameAddressWithTLS() async throws {
        try await SecureServer.use(.http1(), RedirectResponder(base: "Saas.test")) { server in
            let known = [
                ("acme.saas.test", "/", "https://acme.saas.test/"),
                ("acme.saas.test:80", "/a/b?c=d&e=%20f", "https://acme.saas.test/a/b?c=d&e=%20f"),
                ("SAAS.test.:8080", "//evil.test/", "https://saas.test//evil.test/"),
                ("a.b.saas.test", "/?next=https://evil.test", "https://a.b.saas.test/?next=https://evil.test"),
            ]
            for (host, target, location) in known {
                let answer = try await Self.ask("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n", server.port)
                #expect(answer.status == "308")
                #expect(answer.location == location)
            }
            // Even if nobody has looked for the contradiction before.
            let torn = try await Self.ask("GET http://evil.test/x HTTP/1.1\r\nHost: saas.test\r\n\r\n", server.port)
            #expect(torn.location == "https://saas.test/x")
            let old = try await Self.ask("GET /x HTTP/1.0\r\nHost: acme.saas.test\r\n\r\n", server.port)
            #expect(old.location == "https://acme.saas.test/x")
            let post = try await Self.ask(
                "POST /x HTTP/1.1\r\nHost: acme.saas.test\r\nContent-Length: 2\r\n\r\nab", server.port)
            #expect(post.status == "308")
        }
    }

    @Test func aPortOfItsOwnIsNamed() async throws {
        try await SecureServer.use(.http1(), RedirectResponder(base: "localhost", port: 8443)) { server in
            let answer = try await Self.ask("GET / HTTP/1.1\r\nHost: acme.localhost:8080\r\n\r\n", server.port)
            #expect(answer.location == "https://acme.localhost:8443/")
        }
    }

    @Test func nobodyIsSentToAStranger() async throws {
        try await SecureServer.use(.http1(), RedirectResponder(base: "saas.test")) { server in
            let hosts = ["evil.test", "notsaas.test", "saas.test.evil.test", "test", "127.0.0.1", "10.0.0.1:80"]
            for host in hosts {
                let answer = try await Self.ask("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", server.port)
                #expect(answer.status == "404", "\(host)")
                #expect(answer.location == nil)
            }
        }
    }

    @Test func whatIsNotInOrderIsRefused() async throws {
        try await SecureServer.use(.http1(), RedirectResponder(base: "saas.test")) { server in
            let requests = [
                "GET / HTTP/1.0\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: \r\n\r\n",
                "GET / HTTP/1.1\r\nHost: acme.saas.test\r\nHost: acme.saas.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: evil.test@saas.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: evil.test/.saas.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: evil.test\\.saas.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: evil.test#.saas.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: acme.saas.test:80@evil.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: acme.saas.test:99999\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: acme.saas.test:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: .saas.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: -a.saas.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
                "GET evil HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
                "GET /\u{e4} HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
                "GET /\r X-Evil: 1 HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
                "GET /\nX-Evil: 1 HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: acme.saas.test\rX-Evil: 1\r\n\r\n",
            ]
            for request in requests {
                let answer = try await Self.ask(request, server.port)
                // The parser of HTTP refuses some before anybody sees them.
                #expect(answer.status == "400", "\(request.debugDescription)")
                #expect(answer.location == nil, "\(request.debugDescription)")
            }
        }
    }
}
