/// The numbers behind the sizes of a pooler.
struct PoolerArithmetic {
    let demand: PoolerDemand

    /// Connections that only some tenants use.
    var dedicated: Int { self.demand.servers * self.demand.dedicatedPerServer }
    /// Connections of servers to the pooler.
    var clients: Int { self.demand.servers * self.demand.connectionsPerServer + self.dedicated }
    /// Connections of servers past it.
    var direct: Int { self.demand.servers * self.demand.directPerServer }
    /// What PostgreSQL has left.
    var available: Int { self.demand.maxConnections - self.demand.reserved - self.direct - self.demand.spare }
    /// One tenant at its limit, as many again for all others, and those that tenants have to themselves.
    var promised: Int {
        2 * (self.largest?.concurrency ?? self.demand.connectionsPerServer) + self.dedicated
    }
    /// The tier whose tenants may use the most connections at a time.
    var largest: PoolerDemand.Tier? {
        self.demand.tiers.max { ($0.concurrency, $1.name) < ($1.concurrency, $0.name) }
    }
    /// As many as are of use and can be had.
    var least: Int { max(1, min(self.clients, self.promised, self.available)) }

    /// All of it, line by line.
    func lines(wish: Int?) -> [String] {
        let demand = self.demand
        let own = demand.dedicatedPerServer
        let origin = demand.isMeasured ? "max_connections, as read" : "max_connections, ASSUMED"
        let most =
            self.largest.map { "\($0.concurrency) (maximumConcurrency of \($0.name), the most)" }
            ?? "\(demand.connectionsPerServer) (no tier is known)"
        return [
            "clients    \(demand.servers) server(s) x \(demand.connectionsPerServer) (appDatabase.connections)",
            own == 0 ? nil : "           + \(demand.servers) x \(own) (appDatabase.dedicatedConnections)",
            "           = \(self.clients)", "promised   2 x \(most)",
            own == 0 ? nil : "           + \(demand.servers) x \(own) (tenants' own connections)",
            "           = \(self.promised): one tenant at its limit, and as many again for all others",
            "available  \(demand.maxConnections) (\(origin)) - \(demand.reserved) (reserved)",
            "           - \(demand.servers) x \(demand.directPerServer) (past the pooler: catalog, LISTEN)",
            "           - \(demand.spare) (people) = \(self.available)",
            wish.map { "pool size  \($0), as asked for" } ?? "pool size  the least of the three = \(self.least)",
            "           more would wait in PostgreSQL instead of here",
        ].compactMap(\.self)
    }
}
