import EdgeTestSupport
import Testing

@Suite("Requests that mean two things", .timeLimit(.minutes(1)))
struct SmugglingTests {
    /// What the backend got, and what the client.
    private func send(_ text: String, answers: Int = 1) async throws -> (heads: [Head], text: String) {
        try await Backend.use(Backend.echo) { backend in
            let heard = try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    try await wire.send(text)
                    var heard = ""
                    // Each gets an answer, or the end of the connection, or both.
                    do { for _ in 1...answers { heard += try await wire.answer().head.first } } catch is Wire.Cut {}
                    return heard
                }
            }
            return (backend.heads, heard)
        }
    }

    @Test(
        "are refused, and nothing of them reaches an upstream",
        arguments: [
            // Two lengths, or a length and chunks.
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nContent-Length: 1, 2\r\n\r\nab",
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nContent-Length: +1\r\n\r\na",
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nContent-Length: 0x1\r\n\r\na",
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: acme.saas.test\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            // Two hosts.
            "GET / HTTP/1.1\r\nHost: acme.saas.test\r\nHost: globex.saas.test\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: acme.saas.test\r\nhost: acme.saas.test\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: acme.saas.test, globex.saas.test\r\n\r\n",
            "GET http://globex.saas.test/ HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
            "GET http://globex.saas.test@acme.saas.test/ HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
            // Hosts that are none.
            "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n", "GET / HTTP/1.1\r\nHost: acme.saas.test:99999\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: acme.saas.test:80:80\r\n\r\n", "GET / HTTP/1.1\r\nHost: x@acme.saas.test\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: acme.saas.test/x\r\n\r\n", "GET / HTTP/1.1\r\nHost: acme.saas.test\u{E4}\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: acme..saas.test\r\n\r\n", "GET / HTTP/1.1\r\nHost: acme.saas.test%00\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: acme.saas.test#.evil.test\r\n\r\n",
            // Lines that go on, and ends of lines that are none.
            "GET / HTTP/1.1\r\nHost: acme.saas.test\r\n X: folded\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: acme.saas.test\r\nX: a\r\n\tb\r\n\r\n",
            "GET / HTTP/1.1\nHost: acme.saas.test\n\n", "GET / HTTP/1.1\r\nHost: acme.saas.test\r\nX: a\rY: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: acme.saas.test\r\nX: a\0b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : acme.saas.test\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\nHost: acme.saas.test\r\n\r\n",
            // Targets that are no paths.
            "GET acme HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
            "CONNECT acme.saas.test:80 HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
            "GET /\u{1}x HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n", "GET / x HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n",
            "GET / HTTP/2.0\r\nHost: acme.saas.test\r\n\r\n", "GET / HTTP/1.1 \r\nHost: acme.saas.test\r\n\r\n",
        ])
    func refused(text: String) async throws {
        let (heads, heard) = try await self.send(text)
        #expect(heads.isEmpty, "\(heads)")
        #expect(heard.isEmpty || heard.hasPrefix("HTTP/1.1 4") || heard.hasPrefix("HTTP/1.1 505"), "\(heard)")
    }

    @Test("never reach another tenant behind a request that is in order")
    func pipelined() async throws {
        let hidden = "GET /hidden HTTP/1.1\r\nHost: globex.saas.test\r\nX: y\r\n\r\n"
        for framing in [
            "Content-Length: \(hidden.utf8.count)\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nX: \r\n y",
            "Content-Length: 0\r\nContent-Length: \(hidden.utf8.count)",
        ] {
            let (heads, _) = try await self.send(
                "POST /first HTTP/1.1\r\nHost: acme.saas.test\r\n\(framing)\r\n\r\n0\r\n\r\n\(hidden)", answers: 2)
            #expect(!heads.contains { $0.first.contains("/hidden") }, "\(framing)")
        }
        // In order: a body that looks like a request is a body, and a second request is a second request.
        let (heads, _) = try await self.send(
            Edge.request("POST", "/first", body: hidden) + Edge.request("GET", "/second", host: "globex.saas.test"),
            answers: 2)
        #expect(heads.map(\.first) == ["POST /first HTTP/1.1", "GET /second HTTP/1.1"])
        #expect(heads.map { $0["x-tenant-subdomain"] } == ["acme", "globex"])
    }

    @Test("an absolute target that agrees with its host is served as a path")
    func absolute() async throws {
        let (heads, heard) = try await self.send(
            "GET http://acme.saas.test/x?y HTTP/1.1\r\nHost: acme.saas.test\r\n\r\n")
        #expect(heard.hasPrefix("HTTP/1.1 200"))
        #expect(heads.first?.first == "GET /x?y HTTP/1.1")
    }
}
