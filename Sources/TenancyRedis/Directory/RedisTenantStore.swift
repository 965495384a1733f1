import Foundation
import Logging
import Redis
import Synchronization
public import Tenancy

/// Tenants in Redis, for all processes of an installation.
///
/// Whoever finds nothing under a key puts a lease there, and may replace it - and only it - by what the catalog says.
/// A change removes whatever is there, leases too, so an answer of the catalog that was under way cannot come back
/// after it. A server that does not answer costs a request ``patience`` at most, and is then left alone for a while.
public struct RedisTenantStore: TenantStore {
    /// How long a request waits for the server, unless somebody says otherwise.
    public static let patience: Duration = .milliseconds(50)
    /// How long a value stays.
    public static let lifetime: Duration = .seconds(3600)
    /// How long the right to put one there stays; longer than asking the catalog takes.
    static let leaseLifetime: Duration = .seconds(5)

    private let client: RedisClient
    private let names: RedisTenantNames
    private let seal: TenantSeal
    private let patience: Duration
    private let pause: RedisPause
    private let forgetting: RedisForgetting
    private let warnings: WarningLimit

    init(
        client: RedisClient, names: RedisTenantNames, seal: TenantSeal, pause: RedisPause,
        forgetting: RedisForgetting, patience: Duration, logger: Logger
    ) {
        self.client = client
        self.names = names
        self.seal = seal
        self.patience = patience
        self.pause = pause
        self.forgetting = forgetting
        self.warnings = WarningLimit(logger: logger)
    }

    /// What is there; see ``TenantStore/find(_:)``.
    public func find(_ key: TenantKey) async -> StoredTenant {
        let name = self.names.key(key)
        guard self.client.isConnected, !self.forgetting.isPending(name), self.pause.admits() else {
            return .absent(nil)
        }
        let deadline = ContinuousClock.now + self.patience
        do {
            let bytes = try await self.client.get(name, deadline: deadline)
            self.pause.succeeded()
            guard let bytes else { return .absent(try await self.lease(name, deadline: deadline)) }
            if bytes.first == Self.leaseMark { return .absent(nil) }
            if let (tenant, time) = self.seal.open(bytes, for: name), Self.matches(tenant, key) {
                return .found(tenant, age: .seconds(max(0, Date().timeIntervalSince(time))))
            }
            self.warnings.warn("A value in Redis was not made by this installation and is not used", key: name)
            try await self.client.delete([name], deadline: deadline)
            return .absent(try await self.lease(name, deadline: deadline))
        } catch {
            self.take(error)
            return .absent(nil)
        }
    }

    private static func matches(_ tenant: Tenant, _ key: TenantKey) -> Bool {
        switch key {
        case .id(let id): tenant.id == id
        case .subdomain(let subdomain): tenant.subdomain == subdomain && tenant.status != .purged
        }
    }

    /// Keeps what the catalog has said; see ``TenantStore/keep(_:for:under:)``.
    public func keep(_ tenant: Tenant, for key: TenantKey, under lease: StoreLease) async {
        let name = self.names.key(key)
        let value = self.seal.seal(tenant, at: Date(), for: name)
        let lifetime = Int64(Self.lifetime.components.seconds * 1000)
        do {
            _ = try await self.client.evaluate(
                Self.replacing, keys: [name],
                arguments: [.bytes(Self.bytes(of: lease)), .bytes(value), .integer(lifetime)],
                deadline: .now + self.patience)
        } catch {
            self.take(error)
        }
    }

    /// Forgets a tenant; see ``TenantStore/forget(_:)``.
    public func forget(_ change: TenantChange) async {
        await self.forgetting.forget([change], announcing: nil)
    }

    // MARK: Leases

    private static let leaseMark: UInt8 = 2

    private static func bytes(of lease: StoreLease) -> [UInt8] { [self.leaseMark] + Array(lease.token.utf8) }

    private func lease(_ name: String, deadline: ContinuousClock.Instant) async throws -> StoreLease? {
        let lease = StoreLease(token: UUID().uuidString)
        let isOurs = try await self.client.set(
            name, to: Self.bytes(of: lease), lifetime: Self.leaseLifetime, onlyIfAbsent: true, deadline: deadline)
        return isOurs ? lease : nil
    }

    private static let replacing = RedisScript(
        """
        if redis.call('GET', KEYS[1]) == ARGV[1] then
            redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            return 1
        end
        return 0
        """)

    /// A server that answers with an error - one that is full, say - is there, and what it has can be read.
    private func take(_ error: any Error) {
        guard let error = error as? RedisError, error.code != .cancelled else { return }
        guard error.server == nil else {
            return self.warnings.warn("Redis refuses to remember a tenant", key: error.server?.kind.rawValue ?? "")
        }
        self.pause.failed()
    }
}

/// Says the same only now and then.
private final class WarningLimit: Sendable {
    private static let interval = Duration.seconds(60)

    private let logger: Logger
    private let last = Mutex<[String: ContinuousClock.Instant]>([:])

    init(logger: Logger) { self.logger = logger }

    func warn(_ message: String, key: String) {
        let isNews = self.last.withLock { last in
            if let time = last[message], time > .now - Self.interval { return false }
            last[message] = .now
            return true
        }
        if isNews { self.logger.warning("\(message)", metadata: ["redis.key": "\(key)"]) }
    }
}
