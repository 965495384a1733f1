import Foundation
import Logging
import Redis
import RedisTestSupport
import Testing

@Suite("Commands") struct CommandTests {
    @Test("store and read any bytes") func strings() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url(database: 3)) { redis in
                #expect(try await redis.get("key") == nil)
                let value: [UInt8] = [0, 13, 10, 255, 36]
                #expect(try await redis.set("key", to: value))
                #expect(try await redis.get("key") == value)
                #expect(try await !redis.set("key", to: [1], onlyIfAbsent: true))
                #expect(try await redis.set("short", to: [1], lifetime: .milliseconds(100_500)))
                let left = try await redis.send(RedisCommand("PTTL", "short")).integer ?? 0
                #expect((90_000...100_500).contains(left))
                #expect(try await redis.delete(["key", "short", "none"]) == 2)
            }
        }
    }

    @Test("of many tasks share a connection and each gets its own reply") func pipelining() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<64 {
                        group.addTask {
                            for turn in 0..<50 {
                                let text = "\(task)-\(turn)"
                                let reply = try await redis.send(RedisCommand("ECHO", .text(text)))
                                #expect(reply.text == text)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let clients = try await redis.send(RedisCommand("INFO", "clients")).text ?? ""
                #expect(clients.contains("connected_clients:1\r\n"))
            }
        }
    }

    @Test("in one pipeline fail one by one") func pipeline() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                let replies = try await redis.pipeline([
                    RedisCommand("SET", "k", "v"), RedisCommand("INCR", "k"), RedisCommand("GET", "k"),
                ])
                #expect(replies.count == 3)
                #expect(try replies[0].get() == .status("OK"))
                #expect(throws: RedisError.self) { try replies[1].get() }
                #expect(try replies[2].get().text == "v")
                #expect(try await redis.pipeline([]).isEmpty)
                let alone = try await redis.pipeline([RedisCommand("LPUSH", "k", 1)])
                #expect(throws: RedisError.self) { try alone[0].get() }
            }
        }
    }

    @Test("run scripts by digest, also on a server that has forgotten them") func scripts() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                let script = RedisScript("return {KEYS[1], tonumber(ARGV[1]) + redis.call('INCR', KEYS[1])}")
                func run() async throws -> RedisValue {
                    try await redis.evaluate(script, keys: ["n"], arguments: [40])
                }
                #expect(try await run() == .array([.bytes([110]), .integer(41)]))
                _ = try await redis.send(RedisCommand("SCRIPT", "FLUSH"))
                #expect(try await run() == .array([.bytes([110]), .integer(42)]))
                #expect(try await run().array?.last == .integer(43))
                let stats = try await redis.send(RedisCommand("INFO", "commandstats")).text ?? ""
                #expect(stats.contains("cmdstat_eval:calls=1,") && stats.contains("cmdstat_evalsha:calls=3,"))
                let error = await redisError { try await redis.evaluate(RedisScript("return redis.call('x')")) }
                #expect(error?.server?.kind == .other)
            }
        }
    }

    @Test(
        "that would disturb others on the connection are refused",
        arguments: [
            "select", "MULTI", "Subscribe", "BLPOP", "CLIENT", "AUTH", "HELLO", "QUIT", "WATCH", "EXEC", "MONITOR",
        ])
    func unsupported(_ name: String) async throws {
        let client = RedisClient(configuration: try RedisConfiguration(url: "redis://h"), logger: .init(label: "t"))
        #expect(await redisError { try await client.send(RedisCommand(name, "1")) }?.code == .unsupported)
        #expect(await redisError { try await client.pipeline([RedisCommand(name)]) }?.code == .unsupported)
    }

    @Test("that the server refuses throw what kind of error it is, in safe words") func errors() async throws {
        let options = ["--maxmemory", "1", "--maxmemory-policy", "noeviction"]
        try await RedisServer.use(options: options) { server in
            try await withClient(server.url()) { redis in
                let full = await redisError { try await redis.set("private-key", to: [1]) }
                #expect(full?.code == .serverError && full?.server?.kind == .outOfMemory && full?.outcome == .refused)
                let unknown = await redisError { try await redis.send(RedisCommand("NOSUCH", "private")) }
                #expect(unknown?.server?.kind == .other)
                #expect(unknown.map { "\($0)".contains("private") } == false)
                #expect(unknown.map { String(reflecting: $0).contains("private") } == true)
                let value = try await redis.get("private-key")
                #expect(value == nil)
            }
        }
    }

    @Test("of a replica without its primary say so") func readOnly() async throws {
        try await RedisServer.use(options: ["--replicaof", "127.0.0.1 1"]) { server in
            try await withClient(server.url()) { redis in
                let error = await redisError { try await redis.set("k", to: [1]) }
                #expect(error?.server?.kind == .readOnly)
            }
        }
    }

    @Test(
        "and their errors are known by the first word",
        arguments: RedisServerError.Kind.allCases)
    func kinds(_ kind: RedisServerError.Kind) {
        #expect(RedisServerError(line: "\(kind.rawValue) 3999 10.0.0.1:6381").kind == kind)
        #expect(RedisServerError(line: "\(kind.rawValue)X y").kind == .other)
    }
}
