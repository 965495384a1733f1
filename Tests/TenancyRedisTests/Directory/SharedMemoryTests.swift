import Foundation
import Logging
import Redis
import RedisTestSupport
import Synchronization
import Tenancy
import TenancyRedis
import Testing

/// Tenants in Redis, and what somebody puts there who should not.
@Suite("Tenants in Redis") struct SharedMemoryTests {
    @Test("are found by the next process without the catalog") func shared() async throws {
        let acme = try Tenant.example()
        let source = CountingSource()
        source.put(acme)
        try await RedisServer.use { server in
            try await Process.use(server.url(), source) { first in
                #expect(try await first.directory.entry(for: acme.subdomain) == acme)
                try await eventually("kept") { try await first.value(.subdomain(acme.subdomain))?.first == 1 }
                let lifetime = try await first.client.send(
                    RedisCommand("TTL", .text(Process.name(.subdomain(acme.subdomain)))))
                #expect((3590...3600).contains(lifetime.integer ?? 0))
            }
            try await Process.use(server.url(), source, checks: true) { (second: Process) async throws in
                #expect(try await second.directory.entry(for: acme.subdomain) == acme)
                #expect(source.asked == 1)
                // Confirmed by the catalog soon: Redis alone would be believed for five seconds, which have to pass.
                try await Task.sleep(for: .seconds(6))
                #expect(second.directory.remembered(acme.id) == acme && source.asked == 1)
            }
        }
    }

    @Test("that say something old are found out") func old() async throws {
        let acme = try Tenant.example()
        let source = CountingSource()
        source.put(acme)
        try await RedisServer.use { server in
            let old = try await Process.use(server.url(), source) { (first: Process) async throws in
                _ = try await first.directory.entry(for: acme.id)
                try await eventually("kept") { try await first.value(.id(acme.id))?.first == 1 }
                return try #require(try await first.value(.id(acme.id)))
            }
            // Changed while nobody could tell Redis.
            let suspended = acme.changed(.suspended)
            source.put(suspended)
            try await Process.use(server.url(), source, checks: true) { (second: Process) async throws in
                #expect(try await second.directory.entry(for: acme.id) == acme)
                let start = ContinuousClock.now
                try await eventually("found out", within: .seconds(2)) {
                    try await second.directory.entry(for: acme.id) == suspended
                }
                #expect(start.duration(to: .now) < .seconds(1))
                // And taken out of Redis, so that the next process does not see it; what is true may be there by now.
                try await eventually("removed") { try await second.value(.id(acme.id)) != old }
            }
        }
    }

    @Test("made by others are not used, and warned of once") func forged() async throws {
        let (acme, globex) = (try Tenant.example(), try Tenant.example("globex"))
        let source = CountingSource()
        source.put(acme, globex)
        let log = WarningLog()
        try await RedisServer.use { server in
            try await Process.use(server.url(), source) { first in
                for tenant in [acme, globex] { _ = try await first.directory.entry(for: tenant.subdomain) }
                try await eventually("kept") { try await first.value(.subdomain(globex.subdomain))?.first == 1 }
                try await eventually("kept") { try await first.value(.subdomain(acme.subdomain))?.first == 1 }
                // A genuine value under another name: the host of Acme would lead to Globex.
                let stolen = try #require(try await first.value(.subdomain(globex.subdomain)))
                try await first.client.set(Process.name(.subdomain(acme.subdomain)), to: stolen)
                var changed = stolen
                changed[changed.count - 1] ^= 1
                try await first.client.set(Process.name(.subdomain(globex.subdomain)), to: changed)
                try await first.client.set(Process.name(.id(acme.id)), to: Array("{\"status\":\"active\"}".utf8))
                try await first.client.set(Process.name(.id(globex.id)), to: [])
            }
            try await Process.use(server.url(), source, logger: log.logger) { (second: Process) async throws in
                #expect(try await second.directory.entry(for: acme.subdomain) == acme)
                #expect(try await second.directory.entry(for: globex.subdomain) == globex)
                #expect(source.asked == 4)
                // Replaced by what is true.
                try await eventually("mended") { try await second.value(.subdomain(acme.subdomain))?.first == 1 }
            }
            try await Process.use(server.url(), source) { (third: Process) async throws in
                #expect(try await third.directory.entry(for: acme.subdomain) == acme)
                #expect(source.asked == 4)
                #expect(try await third.directory.entry(for: acme.id) == acme)
            }
            // Another installation with the same name and another secret.
            try await Process.use(server.url(), source, key: [UInt8](repeating: 9, count: 32)) {
                (stranger: Process) async throws in
                #expect(try await stranger.directory.entry(for: acme.subdomain) == acme)
                #expect(source.asked == 5)
            }
        }
        #expect(log.count == 1)
    }

    @Test("are not put back by who read them before a change") func late() async throws {
        let acme = try Tenant.example()
        let source = CountingSource()
        source.put(acme)
        try await RedisServer.use { server in
            try await Process.use(server.url(), source) { slow in
                try await Process.use(server.url(), source) { other in
                    source.pause(for: .milliseconds(300))
                    async let found = slow.directory.entry(for: acme.subdomain)
                    try await eventually("asked") { source.asked == 1 }
                    source.pause(for: .zero)
                    let suspended = acme.changed(.suspended)
                    await other.change(suspended, in: source)
                    #expect(try await other.directory.entry(for: acme.subdomain) == suspended)
                    try await eventually("kept") { try await other.value(.subdomain(acme.subdomain))?.first == 1 }
                    #expect(try await found == acme)
                    // The late answer has come, and is nowhere.
                    #expect(try await slow.directory.entry(for: acme.subdomain) == suspended)
                }
            }
            try await Process.use(server.url(), source) { (third: Process) async throws in
                #expect(try await third.directory.entry(for: acme.subdomain)?.status == .suspended)
            }
        }
    }

    @Test("without a key are neither read nor written") func keyless() async throws {
        let acme = try Tenant.example()
        let source = CountingSource()
        source.put(acme)
        try await RedisServer.use { server in
            try await Process.use(server.url(), source, key: nil) { edge in
                let store = edge.redis.store
                #expect(store == nil)
                #expect(try await edge.directory.entry(for: acme.id) == acme)
                let size = try await edge.client.send(RedisCommand("DBSIZE"))
                #expect(size.integer == 0)
                // Messages it hears all the same.
                let suspended = acme.changed(.suspended)
                source.put(suspended)
                await edge.redis.messages.announce(TenantChange(suspended))
                try await eventually("heard", within: .seconds(1)) {
                    try await edge.directory.entry(for: acme.id) == suspended
                }
            }
        }
    }
}

extension Process {
    /// Where a tenant lies.
    static func name(_ key: TenantKey) -> String {
        switch key {
        case .id(let id): "bulkhead:example.test:tenants:id:\(id)"
        case .subdomain(let subdomain): "bulkhead:example.test:tenants:name:\(subdomain)"
        }
    }

    func value(_ key: TenantKey) async throws -> [UInt8]? { try await self.client.get(Self.name(key)) }
}

/// Counts warnings.
final class WarningLog: Sendable {
    private let warnings = Atomic<Int>(0)

    var count: Int { self.warnings.load(ordering: .sequentiallyConsistent) }
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: WarningLog
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.warning
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            if event.message.description.hasPrefix("A value in Redis") {
                self.log.warnings.wrappingAdd(1, ordering: .sequentiallyConsistent)
            }
        }
    }
}
