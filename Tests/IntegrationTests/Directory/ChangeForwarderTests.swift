import Foundation
import Logging
import Redis
import RedisTestSupport
import Synchronization
import Tenancy
import TenancyRedis
import TestSupport
import Testing

@testable import ServerBootstrap

/// Servers that hear the database tell those that hear only Redis.
@Suite("What the database announces reaches Redis", .timeLimit(.minutes(3))) struct ChangeForwarderTests {
    /// What came in on Redis' channel.
    private final class Heard: Sendable {
        private let messages = Mutex<[TenantMessage]>([])
        func take(_ message: TenantMessage) { self.messages.withLock { $0.append(message) } }
        func count(_ change: TenantChange) -> Int { self.messages.withLock { $0.count { $0 == .changed(change) } } }
        var gaps: Int { self.messages.withLock { $0.count { $0 == .gap } } }
    }

    /// Two processes: one forwards, the other hears Redis and nothing else.
    private struct Scene: Sendable {
        let forwarder: ChangeForwarder
        let client: RedisClient
        let heard: Heard

        /// Forwards new changes until one is heard.
        func waitUntilForwarding() async throws {
            var changes: [TenantChange] = []
            try await eventually(within: .seconds(60)) {
                let change = try ChangeForwarderTests.change("marker-\(changes.count)")
                changes.append(change)
                self.forwarder.heardFromDatabase(change)
                return changes.contains { self.heard.count($0) > 0 }
            }
        }
    }

    private static func change(_ subdomain: String, version: Int64 = 2) throws -> TenantChange {
        TenantChange(id: .random(), version: version, subdomain: try Subdomain(validating: subdomain))
    }

    private static func client(_ url: String) throws -> RedisClient {
        var configuration = try RedisConfiguration(url: url)
        configuration.reconnectLimit = .milliseconds(100)
        configuration.stallLimit = .seconds(1)
        return RedisClient(configuration: configuration, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
    }

    private func use(_ body: (Scene, RedisServer) async throws -> Void) async throws {
        try await RedisServer.use { server in
            let (first, second) = (try Self.client(server.url()), try Self.client(server.url()))
            let logger = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
            func messages(_ client: RedisClient) -> RedisTenantMessages {
                RedisTenants(client: client, installation: "example.test", key: nil, logger: logger).messages
            }
            let forwarder = ChangeForwarder(messages: messages(first))
            let listening = messages(second)
            let heard = Heard()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await first.run() }
                group.addTask { try await second.run() }
                group.addTask { await listening.listen { heard.take($0) } }
                group.addTask { await forwarder.run() }
                defer { group.cancelAll() }
                let scene = Scene(forwarder: forwarder, client: first, heard: heard)
                try await eventually(within: .seconds(60)) { heard.gaps > 0 && first.isConnected }
                try await body(scene, server)
            }
        }
    }

    @Test("once; and not what somebody else has told Redis meanwhile") func forwards() async throws {
        try await self.use { scene, _ in
            let (lone, told, later) = (try Self.change("lone"), try Self.change("told"), try Self.change("later"))
            scene.forwarder.heardFromRedis(told)
            scene.forwarder.heardFromDatabase(told)
            scene.forwarder.heardFromDatabase(lone)
            try await eventually(within: .seconds(60)) { scene.heard.count(lone) == 1 }
            // A newer word by Redis stands for an older one by the database; an older one does not for a newer.
            let newer = TenantChange(id: later.id, version: 9, subdomain: later.subdomain)
            scene.forwarder.heardFromRedis(later)
            scene.forwarder.heardFromDatabase(newer)
            try await eventually(within: .seconds(60)) { scene.heard.count(newer) == 1 }
            #expect(scene.heard.count(told) == 0 && scene.heard.count(later) == 0)
            #expect(scene.heard.count(lone) == 1)
        }
    }

    @Test("again when Redis is back; what was missed is known to have been missed") func killed() async throws {
        try await self.use { scene, server in
            let gaps = scene.heard.gaps
            try await server.stop()
            for number in 0..<300 { scene.forwarder.heardFromDatabase(try Self.change("lost-\(number)")) }
            try await server.startAgain()
            try await eventually(within: .seconds(60)) { scene.heard.gaps > gaps }
            try await scene.waitUntilForwarding()
        }
    }

    @Test("again when Redis has been hanging") func hung() async throws {
        try await self.use { scene, server in
            try await server.pause()
            scene.forwarder.heardFromDatabase(try Self.change("held-up"))
            server.resume()
            try await scene.waitUntilForwarding()
        }
    }
}
