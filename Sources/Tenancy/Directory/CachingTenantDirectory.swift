import Synchronization

/// Finds tenants: in the memory of this process first, then in a shared store if there is one, then in the catalog.
///
/// A tenant that is remembered is found without a lock, a question or a suspension. How old an answer may be, and what
/// is asked when, is said by ``DirectoryLimits``; docs/request-path.md has the whole picture. Whoever hears of changes
/// tells ``hear(_:)``; ``keepChecked()`` finds those of which nobody heard.
public final class CachingTenantDirectory: TenantDirectory {
    /// What an operator may want to know.
    public enum Event: Sendable, Hashable {
        /// The catalog cannot be asked, and what was true a while ago is served.
        case servesStale
        /// The catalog answers again.
        case isFresh
    }

    /// How much is remembered, and for how long.
    public let limits: DirectoryLimits
    let source: any TenantCatalog
    let store: (any TenantStore)?
    let bySubdomain: TenantTable<Subdomain>
    let byID: TenantTable<TenantID>
    private let state: Mutex<DirectoryState>
    private let isStale = Atomic<Bool>(false)
    private let clock: @Sendable () -> Int64
    private let onEvent: @Sendable (Event) -> Void
    let checks = CheckSignal()

    /// A directory that remembers nothing yet.
    ///
    /// - Parameters:
    ///   - source: the catalog.
    ///   - store: a memory that several processes share; nil for none.
    ///   - limits: how much is remembered, and for how long.
    ///   - onEvent: told when stale tenants begin to be served, and when that ends; must be quick.
    public convenience init(
        source: any TenantCatalog, store: (any TenantStore)? = nil, limits: DirectoryLimits = DirectoryLimits(),
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        let start = ContinuousClock.now
        self.init(source: source, store: store, limits: limits, onEvent: onEvent) {
            start.duration(to: .now).inMilliseconds
        }
    }

    /// - Parameter clock: milliseconds since any time, never less than before.
    init(
        source: any TenantCatalog, store: (any TenantStore)? = nil, limits: DirectoryLimits = DirectoryLimits(),
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }, clock: @escaping @Sendable () -> Int64
    ) {
        let state = DirectoryState(limits, hasStore: store != nil)
        self.limits = limits
        self.source = source
        self.store = store
        self.bySubdomain = state.bySubdomain
        self.byID = state.byID
        self.state = Mutex(state)
        self.clock = clock
        self.onEvent = onEvent
    }

    // MARK: Finding

    /// The tenant, if it is remembered and may be used without a question: at once, without a lock.
    public func remembered(_ subdomain: Subdomain) -> Tenant? { self.used(self.bySubdomain.entry(subdomain)) }

    /// The tenant, if it is remembered and may be used without a question: at once, without a lock.
    public func remembered(_ id: TenantID) -> Tenant? { self.used(self.byID.entry(id)) }

    /// Whether a tenant with this subdomain is remembered, due for a question or not: at once, without a lock.
    public func isKnown(_ subdomain: Subdomain) -> Bool { self.bySubdomain.entry(subdomain) != nil }

    private func used(_ entry: RememberedTenant?) -> Tenant? {
        guard let entry, entry.isUsed(at: self.clock()) else { return nil }
        return entry.tenant
    }

    /// The tenant with this subdomain; see ``TenantDirectory/entry(for:)-(Subdomain)``.
    ///
    /// - Throws: `DomainError.busy` if the catalog cannot be asked, and nothing is remembered that may be used instead;
    ///   what the source throws.
    public func entry(for subdomain: Subdomain) async throws -> Tenant? {
        if let tenant = self.remembered(subdomain) { return tenant }
        return try await self.find(.subdomain(subdomain))
    }

    /// The tenant with this id; see ``TenantDirectory/entry(for:)-(TenantID)``.
    ///
    /// - Throws: as for a subdomain.
    public func entry(for id: TenantID) async throws -> Tenant? {
        if let tenant = self.remembered(id) { return tenant }
        return try await self.find(.id(id))
    }

    private func find(_ key: TenantKey) async throws -> Tenant? {
        switch self.change({ $0.ask(key, now: $1) }) {
        case .answer(let tenant): return tenant
        case .stale(let tenant): return self.stale(tenant)
        case .busy: throw DomainError.busy(retryAfterSeconds: 1)
        case .wait(let load, let begins):
            if begins {
                // Without a parent: others wait for the answer when the request that asked first has gone. It ends when
                // the source has answered, which has a deadline.
                Task { await self.run(load) }
            }
            do {
                return try await load.value()
            } catch let error where !(error is CancellationError) {
                let fallback = self.change { $0.tolerated($0.entry(key), now: $1) }
                guard case .stale(let tenant)? = fallback else { throw error }
                return self.stale(tenant)
            }
        }
    }

    private func stale(_ tenant: Tenant) -> Tenant {
        // One that is served because too much is asked at once is no news.
        if !self.isStale.load(ordering: .relaxed), self.change({ state, _ in state.isSourceDown }),
            !self.isStale.exchange(true, ordering: .relaxed)
        {
            self.onEvent(.servesStale)
        }
        return tenant
    }

    // MARK: Hearing

    /// Takes the hint that a tenant has changed.
    ///
    /// Anybody may have sent it: it makes the tenant be read again, not more often than the limits say.
    public func hear(_ change: TenantChange) {
        self.change { state, now in state.hear(change, isOwn: false, now: now) }
    }

    /// Takes note of a change that this process has made.
    public func changed(_ change: TenantChange) {
        self.change { state, now in state.hear(change, isOwn: true, now: now) }
    }

    /// Takes note that hints may have been missed: everything in use is checked, and nothing is taken for absent.
    public func missedHints() {
        self.change { state, _ in state.missedMessages() }
        self.checks.signal()
    }

    /// Takes note that hints are known to arrive; it counts for ``DirectoryLimits/proofLifetime``.
    public func hearsHints() { self.change { $0.provenAt = $1 } }

    // MARK: Parts

    /// Decides under the lock; `body` gets the time.
    @discardableResult
    func change<Value>(_ body: (inout DirectoryState, Int64) -> sending Value) -> sending Value {
        var isUrgent = false
        defer { if isUrgent { self.checks.signal() } }
        return self.state.withLock { state in
            defer { isUrgent = !state.urgent.isEmpty }
            return body(&state, self.clock())
        }
    }

    func answered() {
        if self.isStale.load(ordering: .relaxed), self.isStale.exchange(false, ordering: .relaxed) {
            self.onEvent(.isFresh)
        }
    }

    /// How many tenants are remembered.
    public var count: Int { self.state.withLock { $0.records.count - $0.freeSlots.count } }
}
