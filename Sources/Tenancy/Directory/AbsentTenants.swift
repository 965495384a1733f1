/// Keys for which there is no tenant, for a moment, bounded: a decision without a clock.
struct AbsentTenants {
    private let limit: Int
    private let lifetime: Int64
    private var until: [TenantKey: Int64] = [:]

    init(limit: Int, lifetime: Int64) {
        self.limit = limit
        self.lifetime = lifetime
    }

    var count: Int { self.until.count }

    func contains(_ key: TenantKey, now: Int64) -> Bool { self.until[key].map { now <= $0 } ?? false }

    /// Full of keys that have just been asked for, it starts anew.
    mutating func insert(_ key: TenantKey, now: Int64) {
        if self.until.count >= self.limit { self.until = self.until.filter { now <= $0.value } }
        if self.until.count >= self.limit { self.until = [:] }
        self.until[key] = now + self.lifetime
    }

    mutating func remove(_ key: TenantKey) { self.until[key] = nil }

    mutating func removeAll() { self.until = [:] }
}
