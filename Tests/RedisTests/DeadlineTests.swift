import Redis
import RedisTestSupport
import Testing

@Suite("Deadlines") struct DeadlineTests {
    @Test("end the wait, and late replies go to nobody else") func late() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                try await server.pause()
                let start = ContinuousClock.now
                let error = await redisError {
                    try await redis.send(RedisCommand("ECHO", "late"), deadline: .now + .milliseconds(100))
                }
                #expect(error?.code == .timedOut && error?.outcome == .unknown)
                #expect((.milliseconds(100)...(.seconds(4))).contains(.now - start))
                async let next = redis.send(RedisCommand("ECHO", "next"))
                server.resume()
                #expect(try await next.text == "next")
                #expect(try await redis.send(RedisCommand("ECHO", "third")).text == "third")
                let clients = try await redis.send(RedisCommand("INFO", "stats")).text ?? ""
                #expect(clients.contains("total_connections_received:1\r\n"))
            }
        }
    }

    @Test("that have passed send nothing") func passed() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                let error = await redisError { try await redis.set("k", to: [1], deadline: .now - .seconds(1)) }
                #expect(error?.code == .timedOut && error?.outcome == .notSent)
                let value = try await redis.get("k")
                #expect(value == nil)
            }
        }
    }

    @Test("are not waited for by a task that is cancelled") func cancellation() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                try await server.pause()
                let code = await withTaskGroup(of: RedisError?.self) { group in
                    group.addTask { await redisError { try await redis.send(RedisCommand("ECHO", "gone")) } }
                    group.cancelAll()
                    return await group.next() ?? nil
                }
                #expect(code?.code == .cancelled)
                server.resume()
                #expect(try await redis.send(RedisCommand("ECHO", "next")).text == "next")
            }
        }
    }

    @Test("or not: too many commands that wait are refused at once") func overload() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) {
                $0.maximumPendingCommands = 10
            } _: { redis in
                try await server.pause()
                let codes = await withTaskGroup(of: RedisError?.self) { group in
                    for _ in 0..<30 {
                        group.addTask {
                            await redisError {
                                try await redis.send(RedisCommand("PING"), deadline: .now + .seconds(2))
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1?.code) }
                }
                #expect(codes.count { $0 == .overloaded } == 20)
                #expect(codes.count { $0 == .timedOut } == 10)
                // What was given up still waits for its reply, so it still counts.
                #expect(await redisError { try await redis.get("k") }?.code == .overloaded)
                server.resume()
                try await eventually("room again") { await redisError { try await redis.get("k") } == nil }
            }
        }
    }

    @Test("apply to a server that hangs: the connection is given up") func stall() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) {
                $0.stallLimit = .milliseconds(300)
                $0.connectTimeout = .milliseconds(300)
            } _: { redis in
                try await server.pause()
                let error = await redisError { try await redis.get("k") }
                #expect(error?.code == .connectionLost && error?.outcome == .unknown)
                try await redis.isConnected(false)
                let start = ContinuousClock.now
                #expect(await redisError { try await redis.get("k") }?.code == .unavailable)
                #expect(.now - start < .milliseconds(200))
                server.resume()
                try await redis.isConnected(true)
                #expect(try await redis.get("k") == nil)
            }
        }
    }

    @Test("are for idle connections, too: a server that hangs is noticed") func idle() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) {
                $0.stallLimit = .milliseconds(200)
                $0.idleCheckInterval = .milliseconds(100)
                $0.connectTimeout = .milliseconds(200)
            } _: { redis in
                try await eventually("a PING") {
                    try await redis.send(RedisCommand("INFO", "commandstats")).text?.contains("cmdstat_ping:calls=1,")
                        == true
                }
                try await server.pause()
                try await redis.isConnected(false)
                server.resume()
                try await redis.isConnected(true)
            }
        }
    }
}
