import Foundation
import Logging
import Redis
import RedisTestSupport
import Synchronization
import Tenancy
import TenancyRedis

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Waits for a condition.
func eventually(
    _ what: String, within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Failure("never: \(what)") }
        // Nothing tells when another program has come so far: ask again.
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// A catalog in memory that counts how often it is asked, and answers as slowly as it is told to.
final class CountingSource: TenantCatalog {
    private struct State {
        var rows: [TenantID: Tenant] = [:]
        var asked = 0
        var underWay = 0
        var mostUnderWay = 0
        var pause = Duration.zero
    }

    private let state = Mutex(State())

    var asked: Int { self.state.withLock { $0.asked } }
    var mostUnderWay: Int { self.state.withLock { $0.mostUnderWay } }

    func put(_ tenants: Tenant...) {
        self.state.withLock { state in for tenant in tenants { state.rows[tenant.id] = tenant } }
    }

    func pause(for pause: Duration) { self.state.withLock { $0.pause = pause } }

    func tenant(_ key: TenantKey, deadline: ContinuousClock.Instant) async throws -> Tenant? {
        let (row, pause) = self.state.withLock { state in
            state.asked += 1
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            return (Self.row(key, state.rows), state.pause)
        }
        // The time that a question to a catalog takes.
        if pause > .zero { try await Task.sleep(for: pause) }
        self.state.withLock { $0.underWay -= 1 }
        return row
    }

    func versions(of ids: [TenantID], deadline: ContinuousClock.Instant) async throws -> [TenantID: Int64] {
        self.state.withLock { state in
            Dictionary(uniqueKeysWithValues: ids.compactMap { id in state.rows[id].map { (id, $0.version) } })
        }
    }

    private static func row(_ key: TenantKey, _ rows: [TenantID: Tenant]) -> Tenant? {
        switch key {
        case .id(let id): rows[id]
        case .subdomain(let label): rows.values.first { $0.subdomain == label && $0.status != .purged }
        }
    }
}

/// One process of an installation: a client, a directory, and what listens for it.
struct Process: Sendable {
    let client: RedisClient
    let redis: RedisTenants
    let directory: CachingTenantDirectory
    let watch: TenantMessageWatch

    static let key = [UInt8](repeating: 7, count: 32)

    /// Lends one.
    ///
    /// - Parameters:
    ///   - checks: whether the versions of tenants are checked all the time.
    ///   - logger: for warnings.
    static func use<Value: Sendable>(
        _ url: String, _ source: CountingSource, key: [UInt8]? = Self.key, checks: Bool = false,
        patience: Duration = .seconds(4),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (Process) async throws -> Value
    ) async throws -> Value {
        var configuration = try RedisConfiguration(url: url)
        configuration.reconnectLimit = .milliseconds(100)
        configuration.stallLimit = .seconds(1)
        let client = RedisClient(configuration: configuration, logger: logger)
        let redis = RedisTenants(
            client: client, installation: "example.test", key: key, patience: patience, logger: logger)
        let directory = CachingTenantDirectory(source: source, store: redis.store)
        let watch = TenantMessageWatch(redis.messages, for: directory, interval: .milliseconds(100))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            group.addTask { await watch.run() }
            if checks { group.addTask { await directory.keepChecked() } }
            defer { group.cancelAll() }
            try await eventually("messages arrive") { watch.isAlive }
            return try await body(Process(client: client, redis: redis, directory: directory, watch: watch))
        }
    }

    /// Does what a process does that has changed a tenant.
    func change(_ tenant: Tenant, in source: CountingSource) async {
        source.put(tenant)
        self.directory.changed(TenantChange(tenant))
        await self.redis.messages.announce(TenantChange(tenant))
    }
}

extension Tenant {
    static func example(_ subdomain: String = "acme", status: TenantStatus = .active) throws -> Tenant {
        let id = TenantID.random()
        return Tenant(
            id: id, name: "Åcme & Söhne \u{1F980}", subdomain: try Subdomain(validating: subdomain),
            tier: TierName("standard"), status: status, placement: .ownSchema(of: id),
            createdAt: Date(timeIntervalSince1970: 1_700_000_000.123456),
            updatedAt: Date(timeIntervalSince1970: 1_800_000_000.5),
            schemaVersion: 3, version: 1)
    }

    func changed(_ status: TenantStatus) -> Tenant {
        var copy = self
        copy.status = status
        copy.version += 1
        return copy
    }
}
