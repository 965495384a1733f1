import EdgeTestSupport
import Foundation
import LocalServers
import Synchronization
import TestSupport
import Testing

/// `bulkhead serve --role edge` in front of `bulkhead serve --role api`, and of servers that say what a test wants.
@Suite("The edge as a process") struct EdgeRoleTests {
    private static let wish = [
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]

    /// A front end: an echo, by WebSocket too.
    private static let frontEnd: @Sendable (Wire, Backend.Log) async throws -> Void = { wire, log in
        while let head = try await wire.head() {
            log.heads.withLock { $0.append(head) }
            let body = try await wire.body(of: head)
            if head["upgrade"] == "websocket" {
                try await wire.send(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
                while let piece = try await wire.piece() { try await wire.push(piece) }
                return
            }
            let text = "page of \(head["x-tenant-subdomain"] ?? "nobody")\(body)"
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
        }
    }

    private static func request(_ path: String, host: String, _ fields: [String] = []) -> String {
        (["GET \(path) HTTP/1.1", "Host: \(host).\(Deployment.domain)"] + fields).joined(separator: "\r\n")
            + "\r\n\r\n"
    }

    private static func ask(
        _ edge: RunningServer, _ fields: [String] = [], path: String = "/", host: String = "acme"
    ) async throws -> Answer {
        try await Wire.open(edge.port) { try await $0.ask(Self.request(path, host: host, fields)) }
    }

    /// Makes a tenant through the edge, and its administrator a member who is signed in.
    private func member(of subdomain: String, _ deployment: Deployment, _ edge: RunningServer) async throws -> String {
        let caller = HTTPCaller(port: edge.port)
        let admin = try await deployment.signIn(edge)
        let made = try await admin.begin(subdomain, headers: ["Prefer": "wait=30"])
        try #require(made.status == 201, "\(made.testDescription)")
        let id = try made.decoded(HTTPCaller.Tenant.self).id
        let link = try await admin.send("/api/admin/tenants/\(id)/activation-links", json: [:])
        try #require(link.status == 201, "\(link.testDescription)")
        let token = try link.decoded(HTTPCaller.Link.self).url.split(separator: "=").last.map(String.init)
        let host = "\(subdomain).\(Deployment.domain)"
        let password = "a long password for a member"
        let activation = try await caller.send(
            "/api/tenant/activations", host: host, json: ["token": try #require(token), "password": password])
        try #require((200..<300).contains(activation.status), "\(activation.testDescription)")
        let session = try await caller.send(
            "/api/tenant/sessions", host: host,
            json: ["email": "\(subdomain)@mail.example", "password": password])
        try #require((200..<300).contains(session.status), "\(session.testDescription)")
        return try session.decoded(HTTPCaller.Session.self).accessToken
    }

    @Test("from the first tenant to a WebSocket: everything through the edge", .timeLimit(.minutes(3)))
    func story() async throws {
        try await Deployment.use(["TRUSTED_PROXIES": "127.0.0.1"]) { deployment in
            try await Backend.use(Self.frontEnd) { pages in
                let api = try await deployment.serve()
                let edge = try await deployment.edge([
                    "EDGE_UPSTREAM": "http://127.0.0.1:\(pages.port)",
                    "EDGE_API_UPSTREAM": "http://127.0.0.1:\(api.port)",
                ])
                let caller = HTTPCaller(port: edge.port)
                let acme = try await self.member(of: "acme", deployment, edge)
                let globex = try await self.member(of: "globex", deployment, edge)
                func clients(_ host: String, _ token: String) async throws -> Int {
                    try await caller.send(
                        "/api/tenant/clients", host: "\(host).\(Deployment.domain)", token: token
                    ).status
                }
                #expect(try await clients("acme", acme) == 200)
                #expect(try await clients("globex", globex) == 200)
                #expect(try await clients("acme", globex) == 403)
                // Pages know no token, but the edge does, by its public key.
                let crossing = try await Self.ask(edge, ["Authorization: Bearer \(globex)"])
                #expect(crossing.status == 403)
                #expect(try edge.log.contains("Isolation violation"))
                let page = try await Self.ask(edge, ["X-Tenant-ID: forged"])
                #expect(page.body == "page of acme")
                #expect(try await Self.ask(edge, host: "nobody").status == 404)
                #expect(try await Self.ask(edge, host: "admin").body == "page of nobody")
                #expect(pages.heads.allSatisfy { !$0.fields.contains { $0.value == "forged" } })
                try await self.echo(edge)
                #expect(try await edge.readiness().status == 200)
                #expect(try await edge.terminate() == .exited(0))
            }
        }
    }

    private func echo(_ edge: RunningServer) async throws {
        try await Wire.open(edge.port) { wire in
            let granted = try await wire.ask(Self.request("/socket", host: "acme", Self.wish))
            #expect(granted.status == 101)
            try await wire.send("hello")
            #expect(try await wire.bytes(5) == "hello")
        }
        let refused = try await Self.ask(edge, Self.wish, path: "/socket", host: "nobody")
        #expect(refused.status == 404)
    }

    @Test("TLS by files: pages, WebSockets, HTTP/2, and the way from plain HTTP", .timeLimit(.minutes(3)))
    func secure() async throws {
        let folder = try TemporaryFolder()
        let authority = try Authority(for: Deployment.domain)
        let files = try authority.files(in: folder)
        try await Deployment.use { deployment in
            try await Backend.use(Self.frontEnd) { pages in
                let api = try await deployment.serve()
                let admin = try await deployment.signIn(api)
                _ = try await admin.begin("acme", headers: ["Prefer": "wait=30"])
                let edge = try await deployment.edge([
                    "EDGE_UPSTREAM": "http://127.0.0.1:\(pages.port)", "TLS_SOURCE": "files",
                    "TLS_CERTIFICATE_FILE": files.chain, "TLS_KEY_FILE": files.key, "TLS_HSTS_SECONDS": "60",
                ])
                let host = "acme.\(Deployment.domain)"
                try await Wire.open(edge.port, tls: authority.client(), host: host) { wire in
                    let page = try await wire.ask(Self.request("/", host: "acme"))
                    #expect((page.status, page.body) == (200, "page of acme"))
                    #expect(page["strict-transport-security"] == "max-age=60; includeSubDomains")
                }
                try await Wire.open(edge.port, tls: authority.client(), host: host) { wire in
                    let granted = try await wire.ask(Self.request("/socket", host: "acme", Self.wish))
                    #expect(granted.status == 101)
                    try await wire.send("hello")
                    #expect(try await wire.bytes(5) == "hello")
                }
                #expect(pages.heads.allSatisfy { $0["x-forwarded-proto"] == "https" })
                #expect(try await edge.terminate() == .exited(0))
            }
        }
    }

    @Test(
        "the catalog stopped: known tenants are served, others wait, and all is well afterwards",
        .timeLimit(.minutes(5)))
    func catalogStopped() async throws {
        try await Deployment.use { deployment in
            try await Backend.use(Self.frontEnd) { pages in
                let api = try await deployment.serve()
                let admin = try await deployment.signIn(api)
                for name in ["acme", "globex"] { _ = try await admin.begin(name, headers: ["Prefer": "wait=30"]) }
                let settings = ["EDGE_UPSTREAM": "http://127.0.0.1:\(pages.port)", "EDGE_STALE_SECONDS": "300"]
                let edge = try await deployment.edge(settings)
                #expect(try await Self.ask(edge).body == "page of acme")
                try await deployment.cluster.crash()
                // Well past the time for which a server trusts its memory.
                let until = ContinuousClock.now + .seconds(35)
                while ContinuousClock.now < until {
                    #expect(try await Self.ask(edge).body == "page of acme")
                    // Now and then over a time; a question in a hurry would show no more.
                    try await Task.sleep(for: .milliseconds(500))
                }
                let unknown = try await Self.ask(edge, host: "globex")
                #expect(unknown.status == 503)
                #expect(unknown["retry-after"] != nil)
                let readiness = try await edge.readiness()
                #expect(readiness.status == 200 && readiness.text.contains("not available"))
                #expect(try edge.log.contains("served as they last were"))
                let other = try await BuiltCommand.run(
                    ["serve", "--role", "edge"], in: deployment.folder,
                    environment: deployment.edgeEnvironment(settings))
                #expect(other.status == 1)

                try await deployment.cluster.startAgain()
                try await eventually(within: .seconds(30)) { try await Self.ask(edge, host: "globex").status == 200 }
                try await deployment.cluster.execute(
                    "UPDATE public.tenants SET status = 'suspended' WHERE subdomain = 'acme'", database: "app")
                try await eventually(within: .seconds(30)) { try await Self.ask(edge).status == 403 }
                #expect(try await edge.terminate() == .exited(0))
            }
        }
    }

    @Test("a server behind hung, killed and started again: 504, 502, and recovery", .timeLimit(.minutes(3)))
    func serverBehind() async throws {
        try await Deployment.use { deployment in
            let port = try FreePort.reserve()
            let api = try await deployment.serve("all", ["HTTP_PORT": "\(port)"])
            let edge = try await deployment.edge([
                "EDGE_UPSTREAM": "http://127.0.0.1:\(port)", "EDGE_ANSWER_SECONDS": "1",
            ])
            func status() async throws -> Int {
                try await Self.ask(edge, path: "/.well-known/jwks.json", host: "admin").status
            }
            #expect(try await status() == 200)
            try await api.pause()
            #expect(try await status() == 504)
            api.resume()
            try await eventually(within: .seconds(10)) { try await status() == 200 }
            try await api.kill()
            #expect(try await status() == 502)
            let again = try await deployment.serve("all", ["HTTP_PORT": "\(port)"])
            try await eventually(within: .seconds(10)) { try await status() == 200 }
            #expect(try await again.terminate() == .exited(0))
        }
    }

    @Test("SIGTERM finishes what is under way", .timeLimit(.minutes(2)))
    func gracefulStop() async throws {
        let (gates, gate) = AsyncStream.makeStream(of: Void.self)
        let begun = AsyncStream.makeStream(of: Void.self)
        let script = Backend.then { wire in
            begun.continuation.yield()
            for await _ in gates { break }
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
        }
        try await Deployment.use { deployment in
            let api = try await deployment.serve()
            try await Backend.use(script) { pages in
                let edge = try await deployment.edge(["EDGE_UPSTREAM": "http://127.0.0.1:\(pages.port)"])
                try await Wire.open(edge.port) { wire in
                    try await wire.send(Self.request("/", host: "admin"))
                    for await _ in begun.stream { break }
                    async let end = edge.terminate()
                    // The edge listens no more when it has heard.
                    try await eventually {
                        do {
                            _ = try await Wire.open(edge.port) { try await $0.ask(Self.request("/", host: "nobody")) }
                            return false
                        } catch {
                            return true
                        }
                    }
                    gate.finish()
                    let answer = try await wire.answer()
                    #expect(answer.body == "done")
                    #expect(try await end == .exited(0))
                }
            }
            _ = api
        }
    }

    @Test("a key that another process made is known within a minute", .timeLimit(.minutes(3)))
    func newKey() async throws {
        try await Deployment.use { deployment in
            try await Backend.use(Self.frontEnd) { pages in
                var api = try await deployment.serve()
                let port = api.port
                let edge = try await deployment.edge([
                    "EDGE_UPSTREAM": "http://127.0.0.1:\(pages.port)", "EDGE_API_UPSTREAM": "http://127.0.0.1:\(port)",
                ])
                _ = try await self.member(of: "acme", deployment, edge)
                let rotated = try await deployment.command("keys", "rotate", "token")
                #expect(rotated.status == 0, "\(rotated.testDescription)")
                // A server that starts now signs with the new key at once.
                #expect(try await api.terminate() == .exited(0))
                api = try await deployment.serve("all", ["HTTP_PORT": "\(port)"])
                let globex = try await self.member(of: "globex", deployment, edge)
                try await eventually(within: .seconds(60)) {
                    try await Self.ask(edge, ["Authorization: Bearer \(globex)"]).status == 403
                }
            }
        }
    }

    @Test("strangers who try out names are held up, tenants are not", .timeLimit(.minutes(3)))
    func strangers() async throws {
        try await Deployment.use { deployment in
            let api = try await deployment.serve()
            let edge = try await deployment.edge(["EDGE_UPSTREAM": "http://127.0.0.1:\(api.port)"])
            var refused: Answer?
            // Ten a second become free while this goes on.
            for number in 0..<5_000 {
                let answer = try await Self.ask(edge, host: "scan-\(number)")
                guard answer.status != 429 else {
                    refused = answer
                    #expect(number >= 100)
                    break
                }
                #expect(answer.status == 404)
            }
            #expect(refused?.head["retry-after"] == "1")
            #expect(try await edge.terminate() == .exited(0))
        }
    }

    @Test("200 MB each way to sides that go to sleep: the edge's memory stays", .timeLimit(.minutes(3)))
    func memory() async throws {
        let piece = 1024 * 1024
        let total = 200 * piece
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self)
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let babbler = wire.babbler
            async let sending: Void = {
                for _ in 1..<200 { try await babbler.push(bytes: piece) }
            }()
            for await _ in wakes { break }
            var received = 0
            while received < total, let count = try await wire.pieceLength() { received += count }
            try await sending
            // An answer that is whole would end the request.
            try await babbler.push(bytes: piece)
        }
        try await Deployment.use { deployment in
            let api = try await deployment.serve()
            try await Backend.use(script) { pages in
                let edge = try await deployment.edge([
                    "EDGE_UPSTREAM": "http://127.0.0.1:\(pages.port)", "EDGE_BODY_BYTES": "0",
                ])
                _ = try await Self.ask(edge, host: "nobody")
                let before = try edge.residentMemory()
                try await Wire.open(edge.port) { wire in
                    try await wire.send(
                        "PUT / HTTP/1.1\r\nHost: admin.\(Deployment.domain)\r\nContent-Length: \(total)\r\n\r\n")
                    let babbler = wire.babbler
                    async let sending: Void = {
                        for _ in 0..<200 { try await babbler.push(bytes: piece) }
                    }()
                    var peak = before
                    for _ in 0..<20 {
                        // Both sides sleep; what the edge reads meanwhile it would have to keep.
                        try await Task.sleep(for: .milliseconds(100))
                        peak = max(peak, try edge.residentMemory())
                    }
                    wake.finish()
                    _ = try await wire.head()
                    var received = 0
                    while received < total, let count = try await wire.pieceLength() {
                        received += count
                        if received % (16 * piece) < count { peak = max(peak, try edge.residentMemory()) }
                    }
                    try await sending
                    #expect(received == total)
                    #expect(peak - before < 48 * piece)
                }
                #expect(try await edge.terminate() == .exited(0))
            }
            _ = api
        }
    }
}
