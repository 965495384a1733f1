public import BulkheadHummingbird
import Identity
public import Logging
public import Postgres
public import Redis
public import ServiceLifecycle
public import Tenancy
public import TenancyPostgres
import TenancyRedis

/// How a process finds tenants: the directory, and whatever keeps it true.
///
/// The same for a server and for an edge, which differ in the role they log in as and in ``DirectoryLimits``.
public struct TenantFinding: Sendable {
    /// Finds tenants.
    public let directory: CachingTenantDirectory
    /// Tells this process and others of tenants that were changed.
    public let announcer: any TenantAnnouncer
    private let watches: [TenantMessageWatch]
    private let forwarder: ChangeForwarder?
    private let redis: RedisClient?

    /// Nothing happens before ``services`` run; until then the catalog is asked, and nothing is taken for absent.
    ///
    /// - Parameters:
    ///   - source: the catalog, through a client of its own.
    ///   - listener: for LISTEN; connected past any pooler.
    ///   - redis: nil for none; somebody runs it.
    ///   - sharedKey: seals what is kept in Redis; nil for messages only.
    ///   - baseDomain: tells the installations on one Redis server apart.
    ///   - limits: how much is remembered, and for how long.
    public init(
        source: PostgresTenantCatalog, listener: PostgresClient, redis: RedisClient?, sharedKey: [UInt8]?,
        baseDomain: BaseDomain, limits: DirectoryLimits = DirectoryLimits(), logger: Logger
    ) {
        let tenants = redis.map {
            RedisTenants(client: $0, installation: baseDomain.description, key: sharedKey, logger: logger)
        }
        let directory = CachingTenantDirectory(source: source, store: tenants?.store, limits: limits) {
            switch $0 {
            case .servesStale: logger.warning("The catalog does not answer; tenants are served as they last were")
            case .isFresh: logger.notice("The catalog answers again")
            }
        }
        let forwarder = tenants.map { ChangeForwarder(messages: $0.messages) }
        self.directory = directory
        self.redis = redis
        self.forwarder = forwarder
        self.announcer = ChangeAnnouncer(directory: directory, redis: tenants?.messages)
        var watches = [
            TenantMessageWatch(PostgresTenantMessages(listener: listener), for: directory) {
                forwarder?.heardFromDatabase($0)
            }
        ]
        if let tenants {
            watches.append(
                TenantMessageWatch(tenants.messages, for: directory) { forwarder?.heardFromRedis($0) })
        }
        self.watches = watches
    }

    /// What keeps the directory true.
    public var services: [any Service] {
        let watching = self.watches.map { watch in
            DirectoryService(label: "messages by \(watch.messages.name)") { await watch.run() }
        }
        let directory = self.directory
        let forwarder = self.forwarder
        return watching + [DirectoryService(label: "check of tenants") { await directory.keepChecked() }]
            + (forwarder.map { forwarder in [DirectoryService(label: "forwarding") { await forwarder.run() }] } ?? [])
    }

    /// How it stands with messages and Redis: remarks, since without them changes take effect later and no more.
    public var checks: [ReadinessCheck] {
        var checks = self.watches.map { watch in
            ReadinessCheck("messages.\(watch.messages.name)") {
                guard !watch.isAlive else { return .ready() }
                let since = watch.lastProof.map { "for \($0.components.seconds) s" } ?? "so far"
                return .ready(
                    "nothing that is sent arrives \(since); without any messages a change of a tenant takes effect "
                        + "after up to 30 s")
            }
        }
        if let redis {
            checks.append(
                ReadinessCheck("redis") {
                    switch redis.state {
                    case .connected: return .ready()
                    case .disconnected(let error): return .ready("not available: \(error)")
                    case .idle, .ended: return .ready("not connected")
                    }
                })
        }
        return checks
    }
}

/// Tells this process first, then Redis; the database has told its listeners by itself.
private struct ChangeAnnouncer: TenantAnnouncer {
    let directory: CachingTenantDirectory
    let redis: RedisTenantMessages?

    func announce(_ change: TenantChange) async {
        self.directory.changed(change)
        await self.redis?.announce(change)
    }
}

/// Runs until graceful shutdown.
private struct DirectoryService: Service, CustomStringConvertible {
    let label: String
    let body: @Sendable () async -> Void

    var description: String { self.label }

    func run() async throws { await cancelWhenGracefulShutdown { await self.body() } }
}
