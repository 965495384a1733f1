/// How a pooler is doing: what its console says, as figures.
///
/// From `SHOW VERSION`, `SHOW CONFIG`, `SHOW DATABASES`, `SHOW POOLS` and `SHOW STATS`. The pooler's own database is
/// left out.
public struct PoolerStatus: Sendable, Hashable, Codable {
    /// The connections of one user to one database.
    public struct Pool: Sendable, Hashable, Codable {
        /// The database, as clients know it.
        public var database: String
        /// The user.
        public var user: String
        /// Clients that have a server connection, or have nothing to ask.
        public var clientsActive: Int
        /// Clients that wait for a server connection.
        public var clientsWaiting: Int
        /// How long the first of them has waited, in seconds.
        public var longestWait: Double
        /// Server connections that a client has.
        public var serversActive: Int
        /// Server connections that nobody has, whether or not they have to be looked at before the next use.
        public var serversIdle: Int
        /// Server connections that are being opened.
        public var serversOpening: Int
        /// For how long a client has a server connection: `session`, `transaction` or `statement`.
        public var mode: String
    }

    /// One database.
    public struct Database: Sendable, Hashable, Codable {
        /// Its name, as clients know it.
        public var name: String
        /// Server connections a pool may have.
        public var poolSize: Int
        /// Server connections there are.
        public var connections: Int
        /// Whether somebody has said PAUSE.
        public var isPaused: Bool
        /// Whether somebody has said DISABLE.
        public var isDisabled: Bool
        /// What has gone through since the pooler was started.
        public var traffic: Traffic
    }

    /// What has gone through a pooler; totals that only grow.
    public struct Traffic: Sendable, Hashable, Codable {
        /// Transactions.
        public var transactions = 0
        /// Statements.
        public var statements = 0
        /// Bytes from clients.
        public var received = 0
        /// Bytes to clients.
        public var sent = 0
        /// How long transactions took altogether, in microseconds.
        public var transactionTime = 0
        /// How long clients waited for a server connection altogether, in microseconds.
        public var waitTime = 0

        /// Nothing yet.
        public init() {}
    }

    /// The release, such as `1.18.0`; as it names itself if that cannot be read.
    public var version: String
    /// Connections of clients at most.
    public var maximumClients: Int
    /// Every pool that has been used.
    public var pools: [Pool]
    /// Every database.
    public var databases: [Database]
    /// What somebody should look at, one sentence each.
    public var warnings: [String]

    /// Clients of all pools.
    public var clients: Int { self.pools.reduce(0) { $0 + $1.clientsActive + $1.clientsWaiting } }
    /// Clients of all pools that wait for a server connection.
    public var clientsWaiting: Int { self.pools.reduce(0) { $0 + $1.clientsWaiting } }
    /// The longest wait of all pools, in seconds.
    public var longestWait: Double { self.pools.map(\.longestWait).max() ?? 0 }
}
