/// What a pooler's sizes are worked out from.
public struct PoolerDemand: Sendable, Hashable {
    /// What one tier promises.
    public struct Tier: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// How many transactions of one of its tenants may run at a time; 1 or more.
        public var concurrency: Int

        /// A tier.
        public init(name: String, concurrency: Int) {
            self.name = name
            self.concurrency = concurrency
        }
    }

    /// How many servers of ours connect to the pooler; 1 or more.
    public var servers: Int
    /// How many connections for tenants' rows each of them may open; 1 or more.
    public var connectionsPerServer: Int
    /// How many more each of them may open for tenants that have connections of their own; 0 if no tier gives any.
    public var dedicatedPerServer: Int
    /// How many connections each of them may open past the pooler: catalog, LISTEN.
    public var directPerServer: Int
    /// How many connections of PostgreSQL are left to people, commands and backups.
    public var spare: Int
    /// PostgreSQL's `max_connections`.
    public var maxConnections: Int
    /// Those of them that only superusers and reserved roles get.
    public var reserved: Int
    /// Whether the two above were read from the server, or assumed.
    public var isMeasured: Bool
    /// The tiers of the installation.
    public var tiers: [Tier]

    /// What is known.
    public init(
        servers: Int, connectionsPerServer: Int, dedicatedPerServer: Int = 0, directPerServer: Int, spare: Int,
        maxConnections: Int, reserved: Int, isMeasured: Bool, tiers: [Tier]
    ) {
        self.servers = servers
        self.connectionsPerServer = connectionsPerServer
        self.dedicatedPerServer = dedicatedPerServer
        self.directPerServer = directPerServer
        self.spare = spare
        self.maxConnections = maxConnections
        self.reserved = reserved
        self.isMeasured = isMeasured
        self.tiers = tiers
    }
}
