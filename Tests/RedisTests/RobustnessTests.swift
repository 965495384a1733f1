import Redis
import Testing

@Suite("A server out of order") struct RobustnessTests {
    /// Answers the first PING as Redis does, and what comes then as told.
    private func after(
        _ text: String, closes: Bool = false, _ body: (RedisClient) async throws -> Void
    ) async throws {
        try await ScriptedServer.use { request in
            request.contains("PING") ? ("+PONG\r\n", false) : (text, closes)
        } _: { server in
            try await withClient(server.url) {
                $0.maximumReplySize = 10_000
            } _: {
                try await body($0)
            }
        }
    }

    private func causeOfLoss(_ text: String, closes: Bool = false) async throws -> RedisError? {
        var cause: RedisError?
        try await self.after(text, closes: closes) { redis in
            let error = await redisError { try await redis.get("k") }
            #expect(error?.code == .connectionLost && error?.outcome == .unknown)
            cause = error?.cause as? RedisError
            try await redis.isConnected(true)
        }
        return cause
    }

    @Test("that sends no reply loses the connection", arguments: ["hello\r\n", "\u{0}", "%1\r\n+a\r\n+b\r\n"])
    func malformed(_ text: String) async throws {
        #expect(try await self.causeOfLoss(text)?.code == .protocolViolation)
    }

    @Test("that sends too much loses the connection") func large() async throws {
        let text = "$1000000\r\n" + String(repeating: "x", count: 1_000_000) + "\r\n"
        #expect(try await self.causeOfLoss(text)?.code == .replyTooLarge)
    }

    @Test("that ends in the middle of a reply loses the connection", arguments: ["$10\r\nabc", "*2\r\n:1\r\n", "+O"])
    func cutOff(_ text: String) async throws {
        #expect(try await self.causeOfLoss(text, closes: true)?.code == .protocolViolation)
    }

    @Test("that ends without a reply loses the connection") func closed() async throws {
        #expect(try await self.causeOfLoss("", closes: true) == nil)
    }

    @Test("that sends more than was asked for loses the connection") func surplus() async throws {
        try await self.after("$1\r\na\r\n$1\r\nb\r\n") { redis in
            var states = redis.states.makeAsyncIterator()
            #expect(await states.next()?.isConnected == true)
            #expect(try await redis.get("k") == [97])
            guard case .disconnected(let error)? = await states.next() else { throw Failure("still connected") }
            #expect(error.code == .protocolViolation)
        }
    }

    @Test("that replies with the wrong type is not believed") func type() async throws {
        try await self.after("*0\r\n") { redis in
            #expect(await redisError { try await redis.get("k") }?.code == .unexpectedReply)
            #expect(await redisError { try await redis.delete(["k"]) }?.code == .unexpectedReply)
        }
    }

    @Test(
        "that is not ready is not used",
        arguments: ["-LOADING data\r\n", "-ERR max number of clients\r\n", "-MASTERDOWN x\r\n"])
    func notReady(_ text: String) async throws {
        try await ScriptedServer.use { _ in
            (text, false)
        } _: { server in
            try await withClient(server.url, connects: false) { redis in
                try await eventually("a cause") {
                    if case .disconnected(let error) = redis.state { return error.code == .connectionFailed }
                    return false
                }
                #expect(await redisError { try await redis.get("k") }?.code == .unavailable)
            }
        }
    }

    @Test("and one that never speaks is given up when the time to connect is over") func silent() async throws {
        try await ScriptedServer.use { _ in
            ("", false)
        } _: { server in
            try await withClient(server.url, connects: false) {
                $0.connectTimeout = .milliseconds(200)
            } _: { redis in
                try await eventually("given up") {
                    if case .disconnected(let error) = redis.state {
                        return (error.cause as? RedisError)?.code == .timedOut
                    }
                    return false
                }
            }
        }
    }
}
