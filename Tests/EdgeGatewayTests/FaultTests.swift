import EdgeGateway
import EdgeTestSupport
import Foundation
import LocalServers
import NIOCore
import Synchronization
import Testing

@Suite("When an upstream fails", .timeLimit(.minutes(1)))
struct FaultTests {
    @Test("nobody there: 502 for programs and people, and recovery as soon as somebody is")
    func refused() async throws {
        let port = try FreePort.reserve()
        try await Edge.use(before: port) { edge in
            let problem = try await edge.ask()
            #expect(problem.status == 502)
            #expect(problem["content-type"] == "application/problem+json")
            #expect(problem["retry-after"] == "5")
            #expect(problem["cache-control"] == "no-store")
            let page = try await edge.ask("GET", "/", ["Accept: text/html"])
            #expect(page.status == 502)
            #expect(page["content-type"] == "text/html; charset=utf-8")
            #expect(page.body.contains("Acme Ltd"))
            try await Backend.use(port: port, Backend.echo) { _ in
                let answer = try await edge.ask("POST", "/", body: "back")
                #expect(answer.body == "back")
            }
        }
    }

    @Test("one of two there: every request is served, with a body too")
    func failover() async throws {
        let nobody = try FreePort.reserve()
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: nobody, backend.port) { edge in
                for number in 1...10 {
                    let answer = try await edge.ask("POST", "/", body: "\(number)")
                    #expect((answer.status, answer.body) == (200, "\(number)"))
                }
            }
        }
    }

    @Test("silence: 504, and no second try")
    func silence() async throws {
        try await Backend.use(Backend.then { wire in _ = try await wire.piece() }) { backend in
            try await Edge.use(before: backend.port, changing: { $0.timeouts.answer = .milliseconds(200) }) { edge in
                for body in [nil, "x"] {
                    let answer = try await edge.ask(body == nil ? "GET" : "POST", "/", body: body)
                    #expect(answer.status == 504)
                }
                #expect(backend.connections == 2)
            }
        }
    }

    @Test("time to begin counts from the last sign of life: a slow upload is no silence")
    func slowUpload() async throws {
        try await Backend.use(Backend.echo) { backend in
            try await Edge.use(before: backend.port, changing: { $0.timeouts.answer = .seconds(2) }) { edge in
                let answer = try await Wire.open(edge.port) { wire in
                    try await wire.send(Edge.request("POST", "/", ["Content-Length: 8"]))
                    for _ in 1...8 {
                        // Slow on purpose: longer in all than an answer may take.
                        try await Task.sleep(for: .milliseconds(400))
                        try await wire.send("x")
                    }
                    return try await wire.answer()
                }
                #expect((answer.status, answer.body) == (200, "xxxxxxxx"))
            }
        }
    }

    @Test("a client that stops in the middle of its body: 408, and the upstream is let go")
    func stalledClient() async throws {
        let ends = AsyncStream.makeStream(of: Bool.self)
        let script = Backend.then { wire in
            let rest = try await wire.rest()
            ends.continuation.yield(rest == "xx")
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port, changing: { $0.timeouts.answer = .milliseconds(300) }) { edge in
                let answer = try await Wire.open(edge.port) { wire in
                    try await wire.ask(Edge.request("POST", "/", ["Content-Length: 8"]) + "xx")
                }
                #expect(answer.status == 408)
            }
            for await end in ends.stream {
                #expect(end)
                break
            }
        }
    }

    /// Ends the first connections without a word, once a request is there, and serves the later ones.
    private func failing(first count: Int) -> @Sendable (Wire, Backend.Log) async throws -> Void {
        { wire, log in
            guard log.connections.load(ordering: .relaxed) <= count else { return try await Backend.echo(wire, log) }
            let head = try #require(try await wire.head())
            log.heads.withLock { $0.append(head) }
        }
    }

    @Test(
        "an end before the first byte: tried once more, if that can do no harm",
        arguments: [
            ("GET", nil, 200), ("HEAD", nil, 200), ("OPTIONS", nil, 200), ("DELETE", nil, 200), ("PUT", nil, 200),
            ("POST", nil, 502), ("PATCH", nil, 502), ("PUT", "x", 502), ("POST", "x", 502),
        ] as [(String, String?, Int)])
    func retries(method: String, body: String?, expected: Int) async throws {
        try await Backend.use(self.failing(first: 1)) { backend in
            try await Edge.use(before: backend.port) { edge in
                let answer = try await edge.ask(method, "/", body: body)
                #expect(answer.status == expected)
                #expect(backend.heads.count == (expected == 200 ? 2 : 1))
            }
        }
    }

    @Test("twice without a word is enough")
    func retriesOnce() async throws {
        try await Backend.use(self.failing(first: 5)) { backend in
            try await Edge.use(before: backend.port) { edge in
                let answer = try await edge.ask()
                #expect(answer.status == 502)
                #expect(backend.heads.count == 2)
            }
        }
    }

    @Test("the second try goes to another upstream")
    func retriesElsewhere() async throws {
        try await Backend.use(self.failing(first: 99)) { bad in
            try await Backend.use(Backend.echo) { good in
                try await Edge.use(before: bad.port, good.port) { edge in
                    for _ in 1...6 {
                        let answer = try await edge.ask()
                        #expect(answer.status == 200)
                    }
                    #expect(good.heads.count == 6)
                    #expect(bad.heads.count == 3)
                }
            }
        }
    }

    @Test(
        "nonsense, or an end in the middle of a head: 502, and no second try",
        arguments: [
            "HTTP/1.1 20", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 99 Low\r\n\r\n",
        ])
    func nonsense(text: String) async throws {
        let script = Backend.then { wire in
            try await wire.send(text)
            throw CancellationError()
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                let answer = try await edge.ask()
                #expect(answer.status == 502, "\(answer)")
                #expect(backend.connections == 1)
            }
        }
    }

    @Test(
        "an end in the middle of a body cuts the client off: never a part that looks whole",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
        ])
    func cutOff(text: String) async throws {
        let script = Backend.then { wire in
            try await wire.send(text)
            throw CancellationError()
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                _ = await #expect(throws: Wire.Cut.self) { _ = try await edge.ask() }
            }
        }
    }

    @Test("a body that stops coming cuts the client off")
    func stalledBody() async throws {
        let script = Backend.then { wire in
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            _ = try await wire.piece()
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port, changing: { $0.timeouts.idle = .milliseconds(200) }) { edge in
                _ = await #expect(throws: Wire.Cut.self) { _ = try await edge.ask() }
            }
        }
    }

    @Test("a client that goes away takes its request with it, before and during the answer", arguments: [true, false])
    func clientGone(resets: Bool) async throws {
        for begins in [false, true] {
            let ends = AsyncStream.makeStream(of: Void.self)
            let begun = AsyncStream.makeStream(of: Void.self)
            let script = Backend.then { wire in
                if begins { try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello") }
                begun.continuation.yield()
                _ = try await wire.rest()
                ends.continuation.yield()
            }
            try await Backend.use(script) { backend in
                try await Edge.use(before: backend.port) { edge in
                    try await Wire.open(edge.port) { wire in
                        try await wire.send(Edge.request())
                        for await _ in begun.stream { break }
                        if begins { _ = try await wire.head() }
                        if resets { try await wire.reset() } else { wire.finish() }
                        for await _ in ends.stream { break }
                    }
                }
            }
        }
    }

    @Test("connections are bounded; who waits gets one, or 503 in time")
    func bounded() async throws {
        let open = Counter()
        let (gates, gate) = AsyncStream.makeStream(of: Void.self)
        let script = Backend.then { wire in
            open.enter()
            for await _ in gates { break }
            open.leave()
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        try await Backend.use(script) { backend in
            try await Edge.use(
                before: backend.port,
                changing: {
                    $0.connectionLimit = 3
                    $0.timeouts.connect = .seconds(3)
                }
            ) { edge in
                let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                    for _ in 1...8 { tasks.addTask { try await edge.ask().status } }
                    var statuses: [Int] = []
                    for try await status in tasks {
                        statuses.append(status)
                        if statuses.count == 5 { gate.finish() }
                    }
                    return statuses
                }
                #expect(statuses == [503, 503, 503, 503, 503, 200, 200, 200])
                #expect(open.peak == 3)
            }
            try await Edge.use(before: backend.port, changing: { $0.connectionLimit = 3 }) { edge in
                let many = try await withThrowingTaskGroup(of: Int.self) { tasks in
                    for _ in 1...50 { tasks.addTask { try await edge.ask().status } }
                    return try await tasks.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                }
                #expect(many == [200: 50])
                #expect(open.peak <= 3)
            }
        }
    }

    @Test("a kept connection that the upstream has ended is not used again, whatever the method")
    func stale() async throws {
        // Answers, and ends the connection a moment later although it said that it would keep it.
        let script: @Sendable (Wire, Backend.Log) async throws -> Void = { wire, log in
            let head = try #require(try await wire.head())
            let body = try await wire.body(of: head)
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                for number in 1...20 {
                    let answer = try await edge.ask("POST", "/", body: "\(number)")
                    #expect(answer.body == "\(number)")
                    // The end of the connection has to arrive; until then nobody can know of it.
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(backend.connections == 20)
            }
        }
    }

    @Test("requests under way are finished when the edge stops; idle connections are not waited for")
    func gracefulStop() async throws {
        let (gates, gate) = AsyncStream.makeStream(of: Void.self)
        let begun = AsyncStream.makeStream(of: Void.self)
        let script = Backend.then { wire in
            begun.continuation.yield()
            for await _ in gates { break }
            try await wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
        }
        try await Backend.use(script) { backend in
            try await Edge.use(before: backend.port) { edge in
                try await Wire.open(edge.port) { idle in
                    try await Wire.open(edge.port) { wire in
                        try await wire.send(Edge.request())
                        for await _ in begun.stream { break }
                        await edge.shutDown()
                        let end = try await idle.rest()
                        #expect(end.isEmpty)
                        gate.finish()
                        let answer = try await wire.answer()
                        #expect(answer.body == "done")
                        let rest = try await wire.rest()
                        #expect(rest.isEmpty)
                    }
                }
            }
        }
    }

    final class Counter: Sendable {
        private let state = Mutex((now: 0, peak: 0))
        var peak: Int { self.state.withLock { $0.peak } }
        func enter() {
            self.state.withLock {
                $0.now += 1
                $0.peak = max($0.peak, $0.now)
            }
        }
        func leave() { self.state.withLock { $0.now -= 1 } }
    }
}
