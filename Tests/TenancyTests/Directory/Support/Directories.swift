import Foundation
import Synchronization

@testable import Tenancy

/// A clock that goes when it is told to.
final class SceneClock: Sendable {
    private let time = Atomic<Int64>(1_000_000)

    var now: Int64 { self.time.load(ordering: .sequentiallyConsistent) }

    func advance(_ duration: Duration) {
        self.time.wrappingAdd(duration.inMilliseconds, ordering: .sequentiallyConsistent)
    }
}

/// A directory before a catalog that can be held back, with a clock for hands.
struct DirectoryScene: Sendable {
    let source: HeldSource
    let clock = SceneClock()
    let directory: CachingTenantDirectory
    private let told = Told()

    final class Told: Sendable {
        private let events = Mutex<[CachingTenantDirectory.Event]>([])
        var all: [CachingTenantDirectory.Event] { self.events.withLock { $0 } }
        func add(_ event: CachingTenantDirectory.Event) { self.events.withLock { $0.append(event) } }
    }

    init(_ tenants: Tenant..., store: (any TenantStore)? = nil, change: (inout DirectoryLimits) -> Void = { _ in }) {
        var limits = DirectoryLimits()
        // By the clock on the wall: a busy machine must not end what a test holds back.
        limits.loadTime = .seconds(60)
        change(&limits)
        self.source = HeldSource()
        for tenant in tenants { self.source.put(tenant) }
        let (clock, told) = (self.clock, self.told)
        self.directory = CachingTenantDirectory(
            source: self.source, store: store, limits: limits, onEvent: { told.add($0) }, clock: { clock.now })
    }

    var events: [CachingTenantDirectory.Event] { self.told.all }

    /// Waits until so many requests wait for one answer; there is no event for a suspended task.
    func waitUntilLoading(_ key: TenantKey) async {
        while self.directory.change({ state, _ in state.loads[key] == nil }) { await Task.yield() }
    }
}

extension Tenant {
    static func example(
        _ subdomain: String = "acme", id: TenantID = .random(), status: TenantStatus = .active, version: Int64 = 1
    ) -> Tenant {
        guard let label = Subdomain(stored: subdomain) else { preconditionFailure("\(subdomain) is no subdomain") }
        return Tenant(
            id: id, name: subdomain.capitalized, subdomain: label, tier: TierName("standard"), status: status,
            placement: .ownSchema(of: id), createdAt: Date(timeIntervalSince1970: 1_000_000),
            updatedAt: Date(timeIntervalSince1970: 2_000_000), schemaVersion: 1, version: version)
    }

    /// The same, changed once more.
    func changed(_ status: TenantStatus) -> Tenant {
        var copy = self
        copy.status = status
        copy.version += 1
        return copy
    }
}
