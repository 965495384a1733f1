import Foundation
import Identity
import Logging
import Redis
import Tenancy
import TenancyPostgres
import TenancyRedis

/// Times what finding a tenant and checking a token cost, each beside what it replaces.
///
/// Usage: `Lookups REDIS-URL`; prints one JSON object: nanoseconds an operation, bytes a remembered tenant.
@main
struct Lookups {
    static let tenants = 100_000

    static func main() async throws {
        let url = CommandLine.arguments.dropFirst().first ?? "redis://127.0.0.1:6379"
        var figures = try await Self.memory()
        figures.merge(try Self.tokens()) { $1 }
        figures.merge(try await Self.signing()) { $1 }
        figures.merge(try await Self.redis(url)) { $1 }
        let json = try JSONEncoder().encode(figures)
        print(String(decoding: json, as: UTF8.self))
    }

    // MARK: In process

    private static func memory() async throws -> [String: Double] {
        let made = try (0..<Self.tenants).map(SampleTenant.make)
        var limits = DirectoryLimits()
        limits.capacity = Self.tenants
        limits.freshness = .seconds(3600)
        let before = Self.residentBytes()
        let directory = CachingTenantDirectory(source: FixedSource(made), limits: limits)
        for tenant in made { _ = try await directory.entry(for: tenant.subdomain) }
        let after = Self.residentBytes()
        let subdomains = (0..<4096).map { _ in made[Int.random(in: made.indices)].subdomain }
        let lookups = 1_000_000
        let time = try await Self.time(lookups) {
            for number in 0..<lookups where try await directory.entry(for: subdomains[number & 4095]) == nil {
                throw Unexpected.miss
            }
        }
        return ["memoryLookup": time, "bytesPerTenant": Double(after - before) / Double(Self.tenants)]
    }

    /// The process' memory that is in use, by the kernel's count.
    private static func residentBytes() -> Int {
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)  // 0 where there is none
        let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4096
    }

    // MARK: Tokens

    private static func tokens() throws -> [String: Double] {
        let authority = TokenAuthority(issuer: "https://admin.example.com", keys: SigningKeySet(current: .generate()))
        let tokens = try (0..<2000).map { _ in
            try authority.issue(.member(.random(), .admin, .random()), audience: "acme.example.com").token
        }
        func pass() throws -> Double {
            let start = ContinuousClock.now
            for token in tokens { _ = try authority.inspect(token) }
            return Self.nanoseconds(since: start) / Double(tokens.count)
        }
        let first = try pass()
        return ["tokenFirst": first, "tokenRemembered": try (0..<20).map { _ in try pass() }.min() ?? 0]
    }

    // MARK: Contexts

    private static func signing() async throws -> [String: Double] {
        let key = ContextKey(kid: "bench", secret: Array(repeating: 7, count: 32), createdAt: Date())
        guard let signer = ContextSigner(keys: [key]) else { throw Unexpected.miss }
        let tenants = (0..<4096).map { _ in TenantID.random() }
        let count = 200_000
        let time = try await Self.time(count) {
            for number in 0..<count { _ = signer.credential(for: tenants[number & 4095], mode: .readOnly) }
        }
        return ["signing": time]
    }

    // MARK: Redis

    private static func redis(_ url: String) async throws -> [String: Double] {
        let client = RedisClient(configuration: try RedisConfiguration(url: url), logger: Logger(label: "bench"))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            while !client.isConnected { await Task.yield() }
            return try await Self.pairs(client)
        }
    }

    /// The same value, read as it is and as a tenant that is verified, in turn.
    private static func pairs(_ client: RedisClient) async throws -> [String: Double] {
        let redis = RedisTenants(
            client: client, installation: "bench", key: Array(repeating: 7, count: 32), logger: Logger(label: "bench"))
        guard let store = redis.store else { throw Unexpected.miss }
        let tenant = try SampleTenant.make(1)
        let key = TenantKey.subdomain(tenant.subdomain)
        guard case .absent(let lease?) = await store.find(key) else { throw Unexpected.miss }
        await store.keep(tenant, for: key, under: lease)
        let name = "bulkhead:bench:tenants:name:\(tenant.subdomain)"
        var raw: [Double] = []
        var found: [Double] = []
        for _ in 0..<10 {
            raw.append(
                try await Self.time(2000) {
                    for _ in 0..<2000 where try await client.get(name) == nil { throw Unexpected.miss }
                })
            found.append(
                try await Self.time(2000) {
                    for _ in 0..<2000 {
                        guard case .found = await store.find(key) else { throw Unexpected.miss }
                    }
                })
        }
        let ratios = zip(found, raw).map { $0 / $1 }
        return [
            "redisGet": Self.median(raw), "redisLookup": Self.median(found), "redisRatio": Self.median(ratios),
        ]
    }

    // MARK: Time

    private static func time(_ count: Int, _ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await body()
        return Self.nanoseconds(since: start) / Double(count)
    }

    private static func nanoseconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .nanoseconds(1)
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    enum Unexpected: Error { case miss }
}
