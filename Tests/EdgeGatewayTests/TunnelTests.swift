import EdgeGateway
import EdgeTestSupport
import Foundation
import LocalServers
import NIOCore
import Synchronization
import Tenancy
import Testing

@Suite("WebSockets", .timeLimit(.minutes(2)))
struct TunnelTests {
    static let wish = [
        "Connection: keep-alive, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: chat", "Origin: https://acme.saas.test",
    ]
    private static let acceptance =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade, X-Hop\r\nX-Hop: 1\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\nSet-Cookie: a=b\r\n\r\n"

    /// Says yes and gives back what it gets.
    static let echo: @Sendable (Wire, Backend.Log) async throws -> Void = { wire, log in
        guard let head = try await wire.head() else { return }
        log.heads.withLock { $0.append(head) }
        // The first bytes come together with the answer.
        try await wire.send(Self.acceptance + "early")
        while let piece = try await wire.piece() { try await wire.push(piece) }
    }

    private func open(_ wire: Wire, host: String = "acme.saas.test", _ fields: [String] = []) async throws -> Answer {
        try await wire.ask(Edge.request("GET", "/socket?x=y", host: host, Self.wish + fields))
    }

    @Test("bytes go both ways, the first ones too; the upstream sees the tenant", arguments: [false, true])
    func bothWays(isSecure: Bool) async throws {
        let authority = try Authority()
        try await Backend.use(Self.echo) { backend in
            try await Edge.use(before: backend.port, certificate: isSecure ? authority.live() : nil) { edge in
                try await Wire.open(edge.port, tls: isSecure ? authority.client() : nil) { wire in
                    let answer = try await self.open(wire, ["X-Tenant-ID: forged", "X-Forwarded-Host: forged"])
                    #expect(answer.status == 101)
                    #expect(answer["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                    #expect(answer["sec-websocket-protocol"] == "chat")
                    #expect(answer["upgrade"] == "websocket")
                    #expect(answer["connection"]?.lowercased() == "upgrade")
                    #expect(answer["set-cookie"] == "a=b")
                    #expect(answer["x-hop"] == nil)
                    #expect(answer["x-request-id"] != nil)
                    #expect(try await wire.bytes(5) == "early")
                    for size in [1, 100, 70_000, 1_000_000] {
                        let text = String(repeating: "w", count: size)
                        try await wire.send(text)
                        #expect(try await wire.bytes(size) == text)
                    }
                }
                let head = try #require(backend.heads.first)
                #expect(head.first == "GET /socket?x=y HTTP/1.1")
                #expect(head["host"] == "acme.saas.test")
                #expect(head.values("x-tenant-id") == [edge.town.acme.id.description])
                #expect(head.values("x-forwarded-host") == ["acme.saas.test"])
                #expect(head["x-forwarded-proto"] == (isSecure ? "https" : "http"))
                #expect(head["sec-websocket-key"] == "dGhlIHNhbXBsZSBub25jZQ==")
                #expect(head.values("upgrade") == ["websocket"])
                #expect(head.values("connection").map { $0.lowercased() } == ["upgrade"])
            }
        }
    }

    @Test("the tenant is checked before anything is passed on")
    func checks() async throws {
        try await Backend.use(Self.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                let town = edge.town
                func status(_ host: String = "acme.saas.test", _ fields: [String] = []) async throws -> Int {
                    try await Wire.open(edge.port) { wire in
                        let answer = try await self.open(wire, host: host, fields)
                        #expect(answer["connection"] == "close")
                        #expect(answer["content-type"] == "application/problem+json")
                        let rest = try await wire.rest()
                        #expect(rest.isEmpty)
                        return answer.status
                    }
                }
                #expect(try await status("nobody.saas.test") == 404)
                let token = try town.token(of: town.globex)
                #expect(try await status("acme.saas.test", ["Authorization: Bearer \(token)"]) == 403)
                town.set(.suspended, of: town.acme)
                #expect(try await status() == 403)
                town.set(.maintenance, of: town.acme)
                #expect(try await status() == 503)
                #expect(try await status("acme.saas.test", ["Host: globex.saas.test"]) == 400)
                #expect(backend.connections == 0)
                #expect(town.events.count == 1)
            }
        }
    }

    @Test("an upstream may say no: its answer is the answer")
    func refused() async throws {
        let text = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 4\r\n\r\nnope"
        try await Backend.use(Backend.answers(text)) { backend in
            try await Edge.use(before: backend.port) { edge in
                let answer = try await Wire.open(edge.port) { try await self.open($0) }
                #expect((answer.status, answer.body) == (401, "nope"))
                #expect(answer["www-authenticate"] == "Basic")
            }
        }
    }

    @Test("an upstream that is not there, silent or confused: 502 and 504")
    func faults() async throws {
        try await Edge.use(before: try FreePort.reserve()) { edge in
            let answer = try await Wire.open(edge.port) { try await self.open($0) }
            #expect(answer.status == 502)
        }
        try await Backend.use(Backend.then { wire in _ = try await wire.rest() }) { backend in
            try await Edge.use(before: backend.port, changing: { $0.timeouts.answer = .milliseconds(200) }) { edge in
                let answer = try await Wire.open(edge.port) { try await self.open($0) }
                #expect(answer.status == 504)
            }
        }
        for text in ["", "HTTP/1.1 1", "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n", "SSH\r\n\r\n"] {
            let script = Backend.then { wire in
                try await wire.send(text)
                throw CancellationError()
            }
            try await Backend.use(script) { backend in
                try await Edge.use(before: backend.port) { edge in
                    let answer = try await Wire.open(edge.port) { try await self.open($0) }
                    #expect(answer.status == 502, "\(text)")
                }
            }
        }
    }

    @Test(
        "other wishes are nobody's: the request is served without them",
        arguments: [
            ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"],
            ["Connection: Upgrade", "Upgrade: websocket, h2c"], ["Upgrade: websocket"],
            ["Connection: Upgrade", "Upgrade: websocket", "Upgrade: websocket"],
            ["Connection: Upgrade", "Upgrade: websocket", "Content-Length: 3"],
        ])
    func otherWishes(fields: [String]) async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                let body = fields.contains("Content-Length: 3") ? "abc" : ""
                let answer = try await Wire.open(edge.port) { wire in
                    try await wire.ask(Edge.request("GET", "/", fields) + body)
                }
                #expect((answer.status, answer.body) == (200, body))
                #expect(backend.heads.first?["upgrade"] == nil)
                #expect(backend.heads.first?["connection"] == nil)
            }
        }
    }

    @Test("a wish that is not a connection's first request is served as a request")
    func later() async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    _ = try await wire.ask(Edge.request())
                    let answer = try await self.open(wire)
                    #expect(answer.status == 200)
                }
                #expect(backend.heads.last?["upgrade"] == nil)
            }
        }
    }

    @Test("the end of one side is the end of the other, with everything that was said before")
    func ends() async throws {
        let ends = AsyncStream.makeStream(of: String.self)
        let script: @Sendable (Wire, Backend.Log) async throws -> Void = { wire, log in
            _ = try await wire.head()
            try await wire.send(Self.acceptance)
            guard log.connections.load(ordering: .relaxed) > 1 else {
                ends.continuation.yield(try await wire.rest())
                return
            }
            try await wire.push(ByteBuffer(repeating: 0x61, count: 500_000))
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    _ = try await self.open(wire)
                    try await wire.push(ByteBuffer(repeating: 0x62, count: 500_000))
                }
                for await text in ends.stream {
                    #expect(text.utf8.count == 500_000)
                    break
                }
                try await Wire.open(edge.port) { wire in
                    _ = try await self.open(wire)
                    let text = try await wire.rest()
                    #expect(text.utf8.count == 500_000)
                }
            }
        }
    }

    @Test("silence ends it, and so does the end of the edge", arguments: [true, false])
    func silence(isIdle: Bool) async throws {
        try await Backend.use(Self.echo) { backend in
            try await Edge.use(
                before: backend.port,
                changing: { $0.timeouts.tunnelIdle = isIdle ? .milliseconds(1500) : .minutes(5) }
            ) { edge in
                try await Wire.open(edge.port) { wire in
                    _ = try await self.open(wire)
                    _ = try await wire.bytes(5)
                    if isIdle {
                        for _ in 1...4 {
                            // Together longer than the silence that ends it.
                            try await Task.sleep(for: .milliseconds(500))
                            try await wire.send("x")
                            #expect(try await wire.bytes(1) == "x")
                        }
                    } else {
                        await edge.shutDown()
                    }
                    let rest = try await wire.rest()
                    #expect(rest.isEmpty)
                }
            }
        }
    }

    @Test("they are bounded")
    func bounded() async throws {
        try await Backend.use(Self.echo) { backend in
            try await Edge.use(before: backend.port, changing: { $0.tunnelLimit = 1 }) { edge in
                try await Wire.open(edge.port) { first in
                    let granted = try await self.open(first)
                    #expect(granted.status == 101)
                    let second = try await Wire.open(edge.port) { try await self.open($0) }
                    #expect(second.status == 503)
                }
                // When the first has gone there is room; the edge learns of it a moment later.
                for _ in 1...100 {
                    let status = try await Wire.open(edge.port) { try await self.open($0).status }
                    if status == 101 { return }
                }
                Issue.record("there is no room again")
            }
        }
    }

    @Test("a side that does not listen holds the other up")
    func backPressure() async throws {
        let sent = LargeBodyTests.Counter()
        let piece = ByteBuffer(repeating: 0x78, count: 1024 * 1024)
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self)
        let script: @Sendable (Wire, Backend.Log) async throws -> Void = { wire, _ in
            _ = try await wire.head()
            try await wire.send(Self.acceptance)
            for await _ in wakes { break }
            var received = 0
            while received < 100 * piece.readableBytes, let piece = try await wire.piece() {
                received += piece.readableBytes
            }
            try await wire.send("all")
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { wire in
                    _ = try await self.open(wire)
                    async let woken: Void = {
                        let amount = try await LargeBodyTests.standstill(of: sent.value)
                        #expect(amount < 40 * 1024 * 1024)
                        wake.finish()
                    }()
                    for _ in 1...100 {
                        try await wire.push(piece)
                        sent.value.wrappingAdd(piece.readableBytes, ordering: .relaxed)
                    }
                    try await woken
                    #expect(try await wire.bytes(3) == "all")
                }
            }
        }
    }
}
