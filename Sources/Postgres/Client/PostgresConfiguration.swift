/// Where the server is, and the bounds of a client.
public struct PostgresConfiguration: Sendable {
    /// A URI or `key=value` string of libpq (manual, section 34.1.1); several hosts are allowed.
    ///
    /// Holds the password: never printed.
    public var connectionString: String
    /// The name shown in `pg_stat_activity`.
    public var applicationName: String?
    /// The most connections the pool opens; LISTEN has one of its own beside them.
    ///
    /// At least 1.
    public var maximumConnections: Int = 8
    /// How many of them may be lent at the same time, so that batches always have some.
    public var maximumLeasedConnections: Int = 4
    /// How many batches may wait; beyond, ``PostgresError/Code/overloaded`` at once.
    public var maximumQueuedBatches: Int = 1024
    /// How many batches may be in flight on one connection.
    ///
    /// 1 turns pipelining of batches off.
    public var maximumBatchesInFlight: Int = 16
    /// How long one host may take to open a connection before the next one of the connection string is tried.
    ///
    /// `connect_timeout` in the connection string wins.
    public var connectTimeout: Duration = .seconds(10)
    /// How long a request without a deadline of its own may take, waiting included.
    public var defaultDeadline: Duration = .seconds(30)
    /// How long the server may take after a deadline has passed, or after a cancel request, before the connection is
    /// given up.
    public var gracePeriod: Duration = .seconds(5)
    /// How many prepared statements a connection keeps.
    ///
    /// 0 never names a statement, for poolers that cannot carry them.
    public var preparedStatementsPerConnection: Int = 256
    /// A connection whose oldest batch has been running for longer takes no further batch.
    public var headOfLineLimit: Duration = .milliseconds(5)
    /// A connection is closed after about this time: a backend keeps what it ever looked up.
    public var maximumConnectionAge: Duration = .seconds(30 * 60)
    /// A connection is closed after about this many batches.
    public var maximumConnectionUses: Int = 1_000_000
    /// A connection is closed when it had nothing to do for this long.
    public var maximumIdleTime: Duration = .seconds(10 * 60)
    /// How many notifications may wait for a slow consumer; beyond, they are replaced by one `reconnected`.
    public var maximumBufferedNotifications: Int = 1024

    /// The defaults for a server.
    public init(connectionString: String) {
        self.connectionString = connectionString
    }

    var limits: PoolLimits {
        var limits = PoolLimits()
        limits.connections = max(1, self.maximumConnections)
        limits.leased = max(1, min(self.maximumLeasedConnections, limits.connections))
        limits.queued = max(1, self.maximumQueuedBatches)
        limits.inFlight = max(1, self.maximumBatchesInFlight)
        limits.headOfLine = self.headOfLineLimit
        limits.age = self.maximumConnectionAge
        limits.uses = max(1, self.maximumConnectionUses)
        limits.idle = self.maximumIdleTime
        return limits
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the connection string.
    public var description: String { "PostgresConfiguration(connections: \(self.maximumConnections))" }
    /// Without the connection string.
    public var debugDescription: String { self.description }
    /// Without the connection string, which `dump` and string interpolation of an enclosing value would print.
    public var customMirror: Mirror { Mirror(self, children: ["maximumConnections": self.maximumConnections]) }
}
