import Tenancy

/// Which tenants have a client of their own, and when it ends: a decision without a network.
struct DedicatedRegister<Client> {
    /// A client of one tenant.
    struct Pool {
        let number: Int
        let tenant: TenantID
        let connections: Int
        let client: Client
        let madeAt: ContinuousClock.Instant
        /// How many use it now; in a loan, how many did before.
        var users = 0
        var idleSince: ContinuousClock.Instant
    }

    /// How many connections all of them may have together.
    let limit: Int
    /// How long one may be idle.
    let idleTime: Duration
    /// Those that may be used, and those that are only to be given back, by number.
    private(set) var pools: [Int: Pool] = [:]
    private var current: [TenantID: Int] = [:]
    private var made = 0
    /// What has to be run, and what has to end, since the last time somebody took it.
    private var started: [Client] = []
    private var ended: [Client] = []

    init(limit: Int, idleTime: Duration) {
        self.limit = limit
        self.idleTime = idleTime
    }

    var connections: Int { self.pools.values.reduce(0) { $0 + $1.connections } }

    /// The client of a tenant that is to have so many connections, nil if it shares: because its tier has none, or because
    /// there would be too many.
    ///
    /// A client with another number of connections ends, as soon as everybody has given it back: the tier has changed.
    mutating func borrow(
        _ tenant: TenantID, connections: Int?, _ now: ContinuousClock.Instant, make: () -> Client
    ) -> Pool? {
        if let number = self.current[tenant], let pool = self.pools[number] {
            if pool.connections == connections {
                self.pools[number]?.users += 1
                return pool
            }
            self.leave(number)
        }
        guard let connections, self.connections + connections <= self.limit else { return nil }
        self.made += 1
        let pool = Pool(
            number: self.made, tenant: tenant, connections: connections, client: make(), madeAt: now,
            users: 1, idleSince: now)
        self.pools[pool.number] = pool
        self.current[tenant] = pool.number
        self.started.append(pool.client)
        return pool
    }

    mutating func giveBack(_ number: Int, _ now: ContinuousClock.Instant) {
        guard let pool = self.pools[number] else { return }
        self.pools[number]?.users -= 1
        self.pools[number]?.idleSince = now
        if pool.users == 1, self.current[pool.tenant] != number { self.end(number) }
    }

    /// Ends what was not used for long.
    mutating func passTime(_ now: ContinuousClock.Instant) {
        for (number, pool) in self.pools where pool.users == 0 && now - pool.idleSince >= self.idleTime {
            self.leave(number)
        }
    }

    /// A client has ended by itself.
    mutating func lost(_ isLost: (Client) -> Bool) {
        for (number, pool) in self.pools where isLost(pool.client) {
            self.pools[number] = nil
            if self.current[pool.tenant] == number { self.current[pool.tenant] = nil }
        }
    }

    mutating func takeStarted() -> [Client] {
        defer { self.started = [] }
        return self.started
    }

    mutating func takeEnded() -> [Client] {
        defer { self.ended = [] }
        return self.ended
    }

    /// Nobody gets it any more; it ends when the last one has given it back.
    private mutating func leave(_ number: Int) {
        guard let pool = self.pools[number] else { return }
        self.current[pool.tenant] = nil
        if pool.users == 0 { self.end(number) }
    }

    private mutating func end(_ number: Int) {
        guard let pool = self.pools.removeValue(forKey: number) else { return }
        self.ended.append(pool.client)
    }
}

extension DedicatedRegister: Sendable where Client: Sendable {}
extension DedicatedRegister.Pool: Sendable where Client: Sendable {}
