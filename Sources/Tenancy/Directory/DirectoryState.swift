/// What a ``CachingTenantDirectory`` remembers beside the tables that are read without a lock: a decision without tasks.
///
/// Times are milliseconds of a clock that never goes back. Ticks count events, so that of two it can be told which was
/// first: an answer to a question that was asked before a tenant was declared changed is not remembered.
struct DirectoryState {
    /// The record of one remembered tenant.
    struct Record {
        var entry: RememberedTenant
        /// When the question was asked that last confirmed it.
        var checkedAt: Int64
        /// Whether the catalog has said it, and not only the store.
        var isConfirmed: Bool
        /// When it was last confirmed, or remembered.
        var settled: UInt64
        /// When it was declared changed; nil if it has been read or confirmed since.
        var doubted: UInt64?
    }

    /// What to do about a question.
    enum Decision {
        case answer(Tenant?)
        /// What was true a while ago, since the catalog cannot be asked.
        case stale(Tenant)
        case wait(TenantLoad, begins: Bool)
        case busy
    }

    let limits: DirectoryLimits
    let bySubdomain: TenantTable<Subdomain>
    let byID: TenantTable<TenantID>
    let hasStore: Bool

    var records: [Record?] = []
    var freeSlots: [Int] = []
    var hand = 0
    var tick: UInt64 = 0
    var loads: [TenantKey: TenantLoad] = [:]
    var strangeLoads = 0
    var knownLoads = 0
    /// Tenants to be checked before all others.
    var urgent: Set<TenantID> = []
    var absences: AbsentTenants
    var hints: HintLimit
    /// Whether the catalog has failed to answer lately.
    var isSourceDown = false
    var failures = 0
    /// When a request may find out whether the catalog answers again.
    var nextTrial: Int64 = 0
    /// When it was last shown that messages arrive.
    var provenAt: Int64?
    /// Whether all tenants that are used without a question are to be checked.
    var checksAll = false

    init(_ limits: DirectoryLimits, hasStore: Bool) {
        self.limits = limits
        self.bySubdomain = TenantTable(capacity: limits.capacity)
        self.byID = TenantTable(capacity: limits.capacity)
        self.hasStore = hasStore
        self.absences = AbsentTenants(limit: limits.absences, lifetime: limits.absence.inMilliseconds)
        self.hints = HintLimit(interval: limits.hintInterval.inMilliseconds, perSecond: limits.hintsPerSecond)
    }

    func entry(_ key: TenantKey) -> RememberedTenant? {
        switch key {
        case .subdomain(let subdomain): self.bySubdomain.entry(subdomain)
        case .id(let id): self.byID.entry(id)
        }
    }

    mutating func nextTick() -> UInt64 {
        self.tick += 1
        return self.tick
    }

    // MARK: Questions

    /// A question that the tables could not answer.
    mutating func ask(_ key: TenantKey, now: Int64) -> Decision {
        let entry = self.entry(key)
        if let entry, entry.isUsed(at: now) { return .answer(entry.tenant) }
        if entry == nil, self.hearsChanges(now), self.absences.contains(key, now: now) { return .answer(nil) }
        let fallback = self.tolerated(entry, now: now)
        if let fallback, self.isSourceDown { return fallback }
        if let load = self.loads[key] { return .wait(load, begins: false) }
        let asksSource = !self.isSourceDown || now >= self.nextTrial
        let asksStore = self.hasStore && entry == nil
        guard asksSource || asksStore, self.hasRoom(isKnown: entry != nil) else { return fallback ?? .busy }
        if self.isSourceDown, asksSource { self.nextTrial = now + Self.trialInterval }
        let load = TenantLoad(
            key: key, tick: self.nextTick(), isKnown: entry != nil, asksStore: asksStore, asksSource: asksSource)
        self.loads[key] = load
        if entry == nil { self.strangeLoads += 1 } else { self.knownLoads += 1 }
        return .wait(load, begins: true)
    }

    static let trialInterval: Int64 = 250

    private func hasRoom(isKnown: Bool) -> Bool {
        (isKnown ? self.knownLoads : self.strangeLoads) < self.limits.loads
    }

    /// What may be served although it is due for a question.
    func tolerated(_ entry: RememberedTenant?, now: Int64) -> Decision? {
        guard let entry, let record = self.records[entry.slot], record.entry === entry, record.doubted == nil,
            record.isConfirmed || self.limits.staleness != nil,
            now - record.checkedAt <= self.limits.tolerance.inMilliseconds
        else { return nil }
        entry.touch()
        return .stale(entry.tenant)
    }

    /// Whether some channel of messages is alive.
    func hearsChanges(_ now: Int64) -> Bool {
        self.provenAt.map { now - $0 <= self.limits.proofLifetime.inMilliseconds } ?? false
    }
}
