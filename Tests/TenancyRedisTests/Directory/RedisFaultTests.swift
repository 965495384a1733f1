import Foundation
import Redis
import RedisTestSupport
import Tenancy
import TenancyRedis
import Testing

/// What becomes of requests when Redis does.
@Suite("Tenants are found although Redis") struct RedisFaultTests {
    @Test("is killed, and share it again when it is back") func killed() async throws {
        let tenants = try (0..<20).map { try Tenant.example("tenant-\($0)") }
        let source = CountingSource()
        for tenant in tenants { source.put(tenant) }
        try await RedisServer.use { server in
            try await Process.use(server.url(), source) { process in
                #expect(try await process.directory.entry(for: tenants[0].id) == tenants[0])
                try await server.stop()
                for tenant in tenants { #expect(try await process.directory.entry(for: tenant.id) == tenant) }
                #expect(source.asked == 20)
                // Nobody hears of changes now: nothing is taken for absent, and who changes a tenant is not held up.
                try await eventually("silence") { !process.watch.isAlive }
                let start = ContinuousClock.now
                await process.change(tenants[1].changed(.suspended), in: source)
                #expect(start.duration(to: .now) < .seconds(1))
                try await server.startAgain()
                try await process.client.isConnected()
                try await eventually("messages again") { process.watch.isAlive }
                var number = 0
                try await eventually("kept") {
                    // The pause after the failure may not be over: another tenant each time.
                    number += 1
                    let late = try Tenant.example("late-\(number)")
                    source.put(late)
                    _ = try await process.directory.entry(for: late.subdomain)
                    return try await process.client.send(RedisCommand("DBSIZE")).integer ?? 0 > 0
                }
            }
        }
    }

    @Test("hangs: one request waits for a moment, the others do not") func hung() async throws {
        let tenants = try (0..<200).map { try Tenant.example("tenant-\($0)") }
        let source = CountingSource()
        for tenant in tenants { source.put(tenant) }
        try await RedisServer.use { server in
            try await Process.use(server.url(), source, patience: .milliseconds(400)) { process in
                try await server.pause()
                var waited: [Duration] = []
                for tenant in tenants {
                    let start = ContinuousClock.now
                    #expect(try await process.directory.entry(for: tenant.id) == tenant)
                    waited.append(start.duration(to: .now))
                }
                #expect(waited.allSatisfy { $0 < .seconds(5) })
                // By the deadline, and now and then by one who looks whether it is back.
                #expect(waited.filter { $0 > .milliseconds(350) }.count <= 4, "\(waited.sorted().suffix(5))")
                let start = ContinuousClock.now
                await process.change(tenants[0].changed(.suspended), in: source)
                #expect(start.duration(to: .now) < .seconds(1))
                #expect(try await process.directory.entry(for: tenants[0].id)?.status == .suspended)
                server.resume()
                try await process.client.isConnected()
            }
        }
    }

    @Test("was away when a tenant changed: the old value is removed when it is back") func stale() async throws {
        let acme = try Tenant.example()
        let source = CountingSource()
        source.put(acme)
        try await RedisServer.use { server in
            try await Process.use(server.url(), source) { process in
                _ = try await process.directory.entry(for: acme.id)
                try await eventually("kept") { try await process.value(.id(acme.id))?.first == 1 }
                try await server.pause()
                await process.change(acme.changed(.suspended), in: source)
                server.resume()
                try await process.client.isConnected()
                try await eventually("removed") {
                    await process.redis.messages.tryAgain()
                    guard process.client.isConnected else { return false }
                    return try await process.value(.id(acme.id)) == nil
                }
            }
        }
    }

    @Test("is flushed under load: the catalog is asked once a tenant and process") func flushed() async throws {
        let tenants = try (0..<10).map { try Tenant.example("tenant-\($0)") }
        let source = CountingSource()
        for tenant in tenants { source.put(tenant) }
        source.pause(for: .milliseconds(50))
        try await RedisServer.use { server in
            try await Process.use(server.url(), source) { process in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<500 {
                        group.addTask {
                            let tenant = tenants[number % tenants.count]
                            for _ in 0..<20 {
                                let found = try await process.directory.entry(for: tenant.subdomain)
                                try #require(found?.id == tenant.id)
                            }
                        }
                    }
                    group.addTask { _ = try await process.client.send(RedisCommand("FLUSHALL")) }
                    try await group.waitForAll()
                }
                #expect(source.asked == 10)
                // Everybody at once for what nobody remembers.
                _ = try await process.client.send(RedisCommand("FLUSHALL"))
                for tenant in tenants { process.directory.changed(TenantChange(tenant.changed(.active))) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<500 {
                        group.addTask {
                            _ = try await process.directory.entry(for: tenants[number % tenants.count].subdomain)
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(source.asked == 20)
            }
        }
    }

    @Test("is full: what it has is read, and nothing fails") func full() async throws {
        let (acme, globex) = (try Tenant.example(), try Tenant.example("globex"))
        let source = CountingSource()
        source.put(acme, globex)
        try await RedisServer.use(options: ["--maxmemory-policy", "noeviction"]) { server in
            try await Process.use(server.url(), source) { first in
                _ = try await first.directory.entry(for: acme.id)
                try await eventually("kept") { try await first.value(.id(acme.id))?.first == 1 }
                _ = try await first.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
                await #expect(throws: RedisError.self) { try await first.client.set("x", to: [1]) }
            }
            try await Process.use(server.url(), source) { (second: Process) async throws in
                #expect(try await second.directory.entry(for: acme.id) == acme)
                #expect(source.asked == 1)
                #expect(try await second.directory.entry(for: globex.id) == globex)
                #expect(source.asked == 2)
                // Changes are announced, and what is old is removed.
                await second.change(acme.changed(.suspended), in: source)
                #expect(try await second.value(.id(acme.id)) == nil)
            }
        }
    }

    @Test("sends nonsense to those who listen") func nonsense() async throws {
        let acme = try Tenant.example()
        let source = CountingSource()
        source.put(acme)
        try await RedisServer.use { server in
            try await Process.use(server.url(), source) { process in
                _ = try await process.directory.entry(for: acme.id)
                for payload in [[], [0xFF, 0xFE], Array("x y z".utf8), [UInt8](repeating: 65, count: 100_000)] {
                    try await process.client.publish(payload, to: "bulkhead:example.test:tenants")
                }
                let suspended = acme.changed(.suspended)
                source.put(suspended)
                await process.redis.messages.announce(TenantChange(suspended))
                try await eventually("heard") { try await process.directory.entry(for: acme.id) == suspended }
            }
        }
    }
}

extension RedisClient {
    func isConnected() async throws { try await eventually("connected") { self.isConnected } }
}
