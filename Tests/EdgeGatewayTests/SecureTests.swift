import AsyncHTTPClient
import EdgeGateway
import EdgeTestSupport
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import Tenancy
import Testing

@Suite("TLS in front and behind, HTTP/2", .timeLimit(.minutes(2)))
struct SecureTests {
    /// Lends a client that trusts the authority and takes `*.saas.test` for 127.0.0.1.
    private func client<Value: Sendable>(
        _ authority: Authority, _ version: HTTPClient.Configuration.HTTPVersion = .automatic,
        _ body: (HTTPClient) async throws -> Value
    ) async throws -> Value {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.pem.utf8)))
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.dnsOverride = ["acme.saas.test": "127.0.0.1", "globex.saas.test": "127.0.0.1"]
        configuration.httpVersion = version
        configuration.redirectConfiguration = .disallow
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let value = try await body(client)
            try await client.shutdown()
            return value
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private func url(_ edge: Edge, _ path: String = "/", host: String = "acme.saas.test") -> String {
        "https://\(host):\(edge.port)\(path)"
    }

    @Test("HTTP/2 and HTTP/1.1 are served alike", arguments: [true, false])
    func versions(isHTTP2: Bool) async throws {
        let authority = try Authority()
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(
                before: backend.port, certificate: authority.live(),
                changing: { $0.strictTransportSecurity = "max-age=1" }
            ) { edge in
                try await self.client(authority, isHTTP2 ? .automatic : .http1Only) { client in
                    var request = HTTPClientRequest(url: self.url(edge, "/x?y"))
                    request.headers = ["cookie": "a=1", "x-tenant-id": "forged", "x-forwarded-proto": "http"]
                    let plain = try await client.execute(request, timeout: .seconds(20))
                    #expect(plain.version == (isHTTP2 ? .http2 : .http1_1))
                    #expect(plain.status == .ok)
                    #expect(plain.headers["strict-transport-security"] == ["max-age=1"])
                    request.method = .POST
                    request.body = .bytes(ByteBuffer(string: "hello"))
                    let posted = try await client.execute(request, timeout: .seconds(20))
                    #expect(String(buffer: try await posted.body.collect(upTo: 100)) == "hello")
                    request.body = .stream(
                        [ByteBuffer(string: "hel"), ByteBuffer(string: "lo")].async, length: .unknown)
                    let streamed = try await client.execute(request, timeout: .seconds(20))
                    #expect(String(buffer: try await streamed.body.collect(upTo: 100)) == "hello")
                }
                #expect(
                    backend.heads.map(\.first) == ["GET /x?y HTTP/1.1", "POST /x?y HTTP/1.1", "POST /x?y HTTP/1.1"])
                #expect(backend.heads.map { $0["content-length"] } == [nil, "5", nil])
                #expect(backend.heads.map { $0["transfer-encoding"] } == [nil, nil, "chunked"])
                for head in backend.heads {
                    #expect(head["host"] == "acme.saas.test:\(edge.port)")
                    #expect(head.values("x-tenant-id") == [edge.town.acme.id.description])
                    #expect(head["x-forwarded-proto"] == "https")
                    #expect(head["forwarded"]?.hasSuffix("proto=https") == true)
                    #expect(head["cookie"] == "a=1")
                }
            }
        }
    }

    @Test("200 MB down over HTTP/2 to a slow reader")
    func largeDownload() async throws {
        let authority = try Authority()
        let total = LargeBodyTests.total
        let piece = ByteBuffer(repeating: 0x78, count: 1024 * 1024)
        let sent = LargeBodyTests.Counter()
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            for _ in 0..<(total / piece.readableBytes) {
                try await wire.push(piece)
                sent.value.wrappingAdd(piece.readableBytes, ordering: .relaxed)
            }
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port, certificate: authority.live()) { edge in
                try await self.client(authority) { client in
                    let answer = try await client.execute(
                        HTTPClientRequest(url: self.url(edge)), timeout: .seconds(100))
                    #expect(answer.version == .http2)
                    let stuck = try await LargeBodyTests.standstill(of: sent.value)
                    #expect(stuck < 40 * 1024 * 1024)
                    var received = 0
                    for try await buffer in answer.body { received += buffer.readableBytes }
                    #expect(received == total)
                }
            }
        }
    }

    @Test("an answer that is cut off is an error over HTTP/2 too")
    func cutOff() async throws {
        let authority = try Authority()
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            throw CancellationError()
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port, certificate: authority.live()) { edge in
                try await self.client(authority) { client in
                    _ = await #expect(throws: (any Error).self) {
                        let answer = try await client.execute(
                            HTTPClientRequest(url: self.url(edge)), timeout: .seconds(20))
                        _ = try await answer.body.collect(upTo: 100)
                    }
                }
            }
        }
    }

    @Test("a stream that is given up takes its request with it")
    func givenUp() async throws {
        let authority = try Authority()
        let begun = AsyncStream.makeStream(of: Void.self)
        let ends = AsyncStream.makeStream(of: Void.self)
        let script = Backend.then { wire in
            begun.continuation.yield()
            _ = try await wire.rest()
            ends.continuation.yield()
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port, certificate: authority.live()) { edge in
                try await self.client(authority) { client in
                    let url = self.url(edge)
                    await withTaskGroup(of: Void.self) { tasks in
                        tasks.addTask {
                            _ = await #expect(throws: (any Error).self) {
                                try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(60))
                            }
                        }
                        for await _ in begun.stream { break }
                        tasks.cancelAll()
                    }
                    for await _ in ends.stream { break }
                }
            }
        }
    }

    @Test("connections of HTTP/2 are used across names: the tenant is that of each request")
    func coalescing() async throws {
        let authority = try Authority()
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port, certificate: authority.live()) { edge in
                try await self.client(authority) { client in
                    for host in ["acme.saas.test", "globex.saas.test", "acme.saas.test"] {
                        _ = try await client.execute(
                            HTTPClientRequest(url: self.url(edge, host: host)), timeout: .seconds(20))
                    }
                }
                #expect(backend.heads.map { $0["x-tenant-subdomain"] } == ["acme", "globex", "acme"])
            }
        }
    }

    @Test("an upstream with TLS is believed if its authority is, and it is who it says")
    func upstreamTLS() async throws {
        let authority = try Authority(for: "localhost")
        let folder = try TemporaryFolder()
        let trusted = try folder.write(authority.pem, to: "ca.pem")
        let stranger = try folder.write(Authority(for: "localhost").pem, to: "other.pem")
        try await Backend.use(tls: authority.server(), Backend.echo) { backend in
            func status(_ host: String, _ file: String) async throws -> Int {
                try await Edge.use(
                    changing: {
                        $0.pages = .upstream([UpstreamAddress(isSecure: true, host: host, port: backend.port)])
                        $0.api = []
                        $0.upstreamAuthorities = file
                    }
                ) { edge in try await edge.ask("POST", "/", body: "hello").status }
            }
            let wrongName = try await status("127.0.0.1", trusted)
            let wrongAuthority = try await status("localhost", stranger)
            #expect((wrongName, wrongAuthority) == (502, 502))
            #expect(backend.heads.isEmpty)
            let right = try await status("localhost", trusted)
            #expect(right == 200)
        }
    }
}

extension Array where Element: Sendable {
    /// The elements one after the other.
    fileprivate var async: AsyncStream<Element> {
        let (stream, continuation) = AsyncStream.makeStream(of: Element.self)
        for element in self { continuation.yield(element) }
        continuation.finish()
        return stream
    }
}
