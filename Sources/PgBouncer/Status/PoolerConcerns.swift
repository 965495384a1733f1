/// What somebody should look at.
struct PoolerConcerns {
    let status: PoolerStatus
    let version: PoolerVersion?
    let mode: String?
    /// What `max_prepared_statements` says; nil if the release does not know it.
    let preparedStatements: String?

    /// A wait that is no longer a matter of the moment, in seconds.
    static let longWait = 1.0

    var lines: [String] { self.modes + self.prepared + self.stops + self.waits + self.room + self.release }

    private var modes: [String] {
        var modes = Set(self.status.pools.map(\.mode))
        if let mode { modes.insert(mode) }
        return modes.subtracting(["transaction"]).sorted().map {
            "pool_mode is \($0), not transaction: "
                + ($0 == "statement"
                    ? "no tenant session can work." : "a client keeps its server connection, and the pool runs out.")
        }
    }

    private var prepared: [String] {
        guard let count = self.preparedStatements, count != "0" else { return [] }
        return [
            "max_prepared_statements is \(count), not 0: one tenant's SQL could take the place of a statement that "
                + "another tenant runs. Set it to 0, and BULKHEAD_PREPARED_STATEMENTS=false for the servers."
        ]
    }

    private var stops: [String] {
        self.status.databases.filter { $0.isPaused || $0.isDisabled }.map {
            "\($0.name) is \($0.isPaused ? "paused" : "disabled"): every request to tenants waits or fails until "
                + "\($0.isPaused ? "RESUME" : "ENABLE")."
        }
    }

    private var waits: [String] {
        self.status.pools.filter { $0.clientsWaiting > 0 && $0.longestWait >= Self.longWait }.map { pool in
            "\(pool.clientsWaiting) client(s) of \(pool.user) wait for a connection to \(pool.database), the first for "
                + "\(Int(pool.longestWait)) s: the pool is too small, PostgreSQL too slow, or not there."
        }
    }

    private var room: [String] {
        let status = self.status
        guard status.maximumClients > 0, status.clients * 10 >= status.maximumClients * 9 else { return [] }
        return [
            "\(status.clients) of \(status.maximumClients) client connections are taken (max_client_conn); who comes next is "
                + "refused."
        ]
    }

    private var release: [String] {
        guard let version else { return ["The release \(self.status.version) is not known."] }
        guard version >= .oldest else {
            return ["PgBouncer \(version) is too old; \(PoolerVersion.oldest) is the oldest that is supported."]
        }
        return version.advice
    }
}
