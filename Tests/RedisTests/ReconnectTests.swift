import Foundation
import Logging
import Redis
import RedisTestSupport
import ServiceLifecycle
import Synchronization
import Testing

@Suite("A connection") struct ReconnectTests {
    @Test("is opened again when the server is back; until then commands fail at once") func restart() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) {
                $0.connections = 2
            } _: { redis in
                var states = redis.states.makeAsyncIterator()
                #expect(await states.next()?.isConnected == true)
                try await server.stop()
                #expect(await states.next()?.isConnected == false)
                let start = ContinuousClock.now
                let error = await redisError { try await redis.get("k") }
                #expect(error?.code == .unavailable && error?.outcome == .notSent)
                #expect(.now - start < .milliseconds(200))
                try await server.startAgain()
                var last = await states.next()
                while last?.isConnected == false { last = await states.next() }
                #expect(last?.isConnected == true)
                #expect(try await redis.get("k") == nil)
            }
        }
    }

    @Test("that breaks fails what was sent, with unknown outcome") func lost() async throws {
        try await RedisServer.use { server in
            try await withClient(server.url()) { redis in
                try await server.pause()
                async let error = redisError { try await redis.send(RedisCommand("INCR", "n")) }
                // Nothing tells that the command is in the hands of the kernel; killed before, it says so, too.
                try await Task.sleep(for: .milliseconds(200))
                try await server.stop()
                #expect(await error?.code == .connectionLost)
                #expect(await error?.outcome == .unknown)
            }
        }
    }

    @Test("ends at once with the task that runs the client, whatever the server does") func cancelled() async throws {
        try await RedisServer.use { server in
            let start = Mutex(ContinuousClock.now)
            try await withClient(server.url()) {
                $0.stallLimit = .seconds(60)
            } _: { redis in
                try await server.pause()
                _ = await redisError { try await redis.send(RedisCommand("PING"), deadline: .now + .milliseconds(50)) }
                start.withLock { $0 = .now }
            }
            #expect(start.withLock { .now - $0 } < .seconds(5))
            server.resume()
        }
    }

    @Test("is not there before the client runs, nor after") func lifetime() async throws {
        try await RedisServer.use { server in
            let configuration = try RedisConfiguration(url: server.url())
            let redis = RedisClient(configuration: configuration, logger: Logger(label: "test"))
            #expect(await redisError { try await redis.get("k") }?.code == .unavailable)
            let group = ServiceGroup(services: [redis], logger: Logger(label: "test"))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await redis.isConnected(true)
                try await server.pause()
                async let slow = redis.send(RedisCommand("ECHO", "slow"), deadline: .now + .seconds(20))
                try await Task.sleep(for: .milliseconds(100))  // so that it is under way; it would fail otherwise
                await group.triggerGracefulShutdown()
                try await eventually("ends") { await redisError { try await redis.get("k") }?.code == .shutDown }
                server.resume()
                #expect(try await slow.text == "slow")
                try await tasks.waitForAll()
            }
            #expect(await redisError { try await redis.get("k") }?.code == .shutDown)
            #expect(await redisError { try await redis.run() }?.code == .unsupported)
            var states = redis.states.makeAsyncIterator()
            if case .ended = await states.next() {} else { Issue.record("not ended") }
            #expect(await states.next() == nil)
        }
    }
}

@Suite("Authentication") struct AuthenticationTests {
    private static let users = ["user default off", "user app on >s3cret-app ~* &* +@all"]

    @Test("by user and password, and by password alone") func works() async throws {
        try await RedisServer.use(users: Self.users) { server in
            try await withClient(server.url("app:s3cret-app@")) { redis in
                let name = try await redis.send(RedisCommand("ACL", "WHOAMI")).text
                #expect(name == "app")
            }
        }
        try await RedisServer.use(options: ["--requirepass", "s3cret"]) { server in
            try await withClient(server.url(":s3cret@")) { _ = try await $0.get("k") }
        }
    }

    @Test("that fails says so, shows no secret, and is not tried again and again", arguments: ["app:hunter2@", ""])
    func refused(_ credentials: String) async throws {
        try await RedisServer.use(users: Self.users + ["user watch on >w ~* &* +@all"]) { server in
            try await withClient(server.url(credentials), connects: false) { redis in
                try await eventually("refused") {
                    if case .disconnected(let error) = redis.state { return error.code == .authenticationFailed }
                    return false
                }
                let error = await redisError { try await redis.get("k") }
                #expect(error?.code == .unavailable)
                #expect((error?.cause as? RedisError)?.code == .authenticationFailed)
                #expect(error.map { String(reflecting: $0).contains("hunter2") } == false)
                try await withClient(server.url("watch:w@")) { watch in
                    let stats = try await watch.send(RedisCommand("INFO", "stats")).text ?? ""
                    #expect(stats.contains("total_connections_received:2\r\n"))
                }
            }
        }
    }

    @Test("does not need the right to PING") func restricted() async throws {
        try await RedisServer.use(users: ["user default off", "user app on >s ~a:* -@all +get"]) { server in
            try await withClient(server.url("app:s@")) { redis in
                let value = try await redis.get("a:1")
                #expect(value == nil)
                #expect(await redisError { try await redis.get("b:1") }?.server?.kind == .noPermission)
                #expect(await redisError { try await redis.set("a:1", to: []) }?.server?.kind == .noPermission)
                #expect(redis.isConnected)
            }
        }
    }
}

@Suite("TLS") struct TLSTests {
    @Test("verifies the server") func verifies() async throws {
        try await RedisServer.use(tls: true) { server in
            let file = server.folder.appending(path: "ca.pem").path
            for host in ["127.0.0.1", "localhost"] {
                try await withClient("rediss://\(host):\(server.port)") {
                    $0.caFile = file
                } _: { redis in
                    try await redis.set("k", to: Array(repeating: 7, count: 200_000))
                    let count = try await redis.get("k")?.count
                    #expect(count == 200_000)
                }
            }
            try await withClient(server.url(tls: true), connects: false) { redis in
                try await eventually("refused") {
                    if case .disconnected(let error) = redis.state {
                        return String(reflecting: error).contains("CERTIFICATE_VERIFY_FAILED")
                    }
                    return false
                }
            }
        }
    }

    @Test("cannot do without its file") func file() async throws {
        var configuration = try RedisConfiguration(url: "rediss://h")
        configuration.caFile = "/nonexistent"
        let redis = RedisClient(configuration: configuration, logger: Logger(label: "test"))
        #expect(await redisError { try await redis.run() }?.code == .invalidConfiguration)
    }
}
