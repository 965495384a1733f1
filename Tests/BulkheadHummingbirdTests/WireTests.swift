import BulkheadHummingbird
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Identity
import Tenancy
import Testing

@Suite("On the wire")
struct WireTests {
    /// Runs a listening server; `send` sends raw lines and gives the answers.
    private func withServer<Value: Sendable>(
        trusted: [String] = [],
        _ body: @Sendable (TestServer, @Sendable ([String], String) async throws -> [Answer]) async throws -> Value
    ) async throws -> Value {
        let server = try await TestServer(trusted: trusted)
        let app = Application(
            responder: server.responder,
            server: .http1(configuration: .init(additionalChannelHandlers: [RequestHeadGuard()])),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            logger: server.log.logger)
        return try await app.test(.live) { client in
            let port = try #require(client.port)
            return try await body(server) { lines, rest in
                let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + rest
                return try Self.answers(await RawSocket.exchange(text, port: port))
            }
        }
    }

    /// Takes a stream of responses apart; all of ours have a length.
    private static func answers(_ text: String) throws -> [Answer] {
        var rest = text[...]
        var answers: [Answer] = []
        while !rest.isEmpty {
            let end = try #require(rest.range(of: "\r\n\r\n"))
            let lines = rest[..<end.lowerBound].components(separatedBy: "\r\n")
            var headers = HTTPFields()
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                let name = try #require(HTTPField.Name(String(parts[0])))
                headers.append(HTTPField(name: name, value: String(parts[1].dropFirst())))
            }
            let length = headers[.contentLength].flatMap { Int($0) } ?? 0
            let body = rest[end.upperBound...].utf8.prefix(length)
            let status = try #require(Int(lines[0].split(separator: " ")[1]))
            answers.append(Answer(status: status, headers: headers, text: String(decoding: Array(body), as: UTF8.self)))
            rest = rest[body.endIndex...]
        }
        return answers
    }

    @Test("requests that name no usable host, or two, are 400")
    func hosts() async throws {
        try await self.withServer { server, send in
            let token = try server.token(server.acme)
            let target = "/api/tenant/info"
            let cases: [[String]] = [
                ["GET \(target) HTTP/1.1", "Host: acme.example.com", "Host: globex.example.com"],
                ["GET \(target) HTTP/1.1", "Host: acme.example.com", "Host: acme.example.com"],
                ["GET \(target) HTTP/1.1", "Host: acme.example.com", "hOST: globex.example.com"],
                ["GET http://globex.example.com\(target) HTTP/1.1", "Host: acme.example.com"],
                ["GET http://acme.example.com:80@evil\(target) HTTP/1.1", "Host: acme.example.com"],
                ["GET \(target) HTTP/1.1", "Host: acme.example.com:80@evil"],
                ["GET \(target) HTTP/1.1", "Host: user@acme.example.com"],
                ["GET \(target) HTTP/1.1", "Host: acme.example.com, globex.example.com"],
                ["GET \(target) HTTP/1.1", "Host: acme.example.com globex.example.com"],
                ["GET \(target) HTTP/1.1", "Host: acme.example.com/globex"],
                ["GET \(target) HTTP/1.1", "Host: acme.example.com:99999"],
                ["GET \(target) HTTP/1.1", "Host: [::1]"],
                ["GET \(target) HTTP/1.1", "Host:"],
                ["GET \(target) HTTP/1.1"],
                ["GET \(target) HTTP/1.0"],
            ]
            for lines in cases {
                let answers = try await send(lines + ["Authorization: Bearer \(token)", "Connection: close"], "")
                #expect(answers.count == 1, "\(lines)")
                try answers.first?.expectProblem(400, "bad-host")
            }
            #expect(server.catalog.clientCalls == 0)
        }
    }

    @Test("every spelling of one host is served, absolute form included")
    func spellings() async throws {
        try await self.withServer { server, send in
            let token = try server.token(server.acme)
            for (target, host) in [
                ("/api/tenant/info", "acme.example.com"), ("/api/tenant/info", "ACME.EXAMPLE.COM."),
                ("/api/tenant/info", "acme.example.com:8080"),
                ("http://acme.example.com/api/tenant/info", "acme.example.com"),
            ] {
                let answers = try await send(
                    ["GET \(target) HTTP/1.1", "Host: \(host)", "Authorization: Bearer \(token)", "Connection: close"],
                    "")
                #expect(answers.map(\.status) == [200], "\(target) \(host)")
            }
        }
    }

    @Test("a target that is no path is refused", arguments: ["OPTIONS *", "CONNECT acme.example.com:443", "GET x"])
    func targets(line: String) async throws {
        try await self.withServer { _, send in
            let answers = try await send([line + " HTTP/1.1", "Host: acme.example.com", "Connection: close"], "")
            #expect(answers.map(\.status) == [400])
            #expect(try answers.first?.slug == "bad-request")
        }
    }

    @Test("a connection serves requests to several hosts, each with its own tenant")
    func reuse() async throws {
        try await self.withServer { server, send in
            let acme = try server.token(server.acme)
            let globex = try server.token(server.globex)
            func lines(_ host: String, _ token: String, _ more: [String] = []) -> [String] {
                ["GET /api/tenant/info HTTP/1.1", "Host: \(host)", "Authorization: Bearer \(token)"] + more
            }
            let text =
                lines("globex.example.com", globex).joined(separator: "\r\n") + "\r\n\r\n"
                + lines("globex.example.com", acme, ["Connection: close"]).joined(separator: "\r\n") + "\r\n\r\n"
            let answers = try await send(lines("acme.example.com", acme), text)
            #expect(answers.map(\.status) == [200, 200, 403])
            #expect(try answers.prefix(2).map { try $0.string("subdomain") } == ["acme", "globex"])
        }
    }

    @Test(
        "what is no HTTP is 400, as a problem, and the connection ends",
        arguments: [
            ["GARBAGE"], ["GET /api/tenant/info HTTP/1.1", "Host: acme.example.com", "X: a\u{0}b"],
            ["POST /api/tenant/sessions HTTP/1.1", "Host: acme.example.com", "Content-Length: x"],
            ["POST /x HTTP/1.1", "Host: acme.example.com", "Content-Length: 2", "Transfer-Encoding: chunked"],
        ])
    func noHTTP(lines: [String]) async throws {
        try await self.withServer { _, send in
            let answers = try await send(lines, "")
            #expect(answers.count == 1)
            let answer = try #require(answers.first)
            #expect(answer.status == 400)
            #expect(answer["connection"] == "close")
            #expect(try answer.slug == "bad-request")
            #expect(try answer.string("requestId") == answer["x-request-id"])
        }
    }

    @Test("a body that breaks off is never taken for a whole one")
    func brokenBody() async throws {
        try await self.withServer { server, send in
            let head = [
                "POST /api/tenant/clients HTTP/1.1", "Host: acme.example.com", "Content-Type: application/json",
                "Authorization: Bearer \(try server.token(server.acme))", "Transfer-Encoding: chunked",
            ]
            let answers = try await send(head, "c\r\n{\"name\":\"x\"}\r\nzz\r\n")
            #expect(answers.allSatisfy { $0.status == 400 })
            #expect(server.catalog.clientCalls == 0)
        }
    }

    @Test("large bodies are refused, announced or streamed")
    func largeBody() async throws {
        try await self.withServer { server, send in
            let head = [
                "POST /api/tenant/clients HTTP/1.1", "Host: acme.example.com", "Content-Type: application/json",
                "Authorization: Bearer \(try server.token(server.acme))", "Connection: close",
            ]
            let body = String(repeating: "x", count: 70_000)
            let announced = try await send(head + ["Content-Length: 70000"], body)
            try #require(announced.first).expectProblem(413, "body-too-large")
            let chunk = String(70_000, radix: 16) + "\r\n" + body + "\r\n0\r\n\r\n"
            let streamed = try await send(head + ["Transfer-Encoding: chunked"], chunk)
            try #require(streamed.first).expectProblem(413, "body-too-large")
        }
    }

    @Test("the direct peer decides whether tenant headers count")
    func peer() async throws {
        for (trusted, status) in [(["127.0.0.0/8"], 200), (["10.0.0.0/8"], 404), ([], 404)] {
            try await self.withServer(trusted: trusted) { server, send in
                let answers = try await send(
                    [
                        "GET /api/tenant/info HTTP/1.1", "Host: app.internal", "X-Tenant-Subdomain: acme",
                        "Authorization: Bearer \(try server.token(server.acme))", "X-Forwarded-For: 127.0.0.1",
                        "Connection: close",
                    ], "")
                #expect(answers.map(\.status) == [status])
            }
        }
    }
}
