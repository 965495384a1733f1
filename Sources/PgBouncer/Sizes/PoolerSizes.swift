/// How many connections a pooler takes and makes, and why.
public struct PoolerSizes: Sendable, Hashable {
    /// Why there are no sizes that work.
    public struct Impossible: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong, and what to change.
        public let description: String
    }

    /// Connections to PostgreSQL at most.
    public let poolSize: Int
    /// Connections of clients at most.
    public let maximumClients: Int
    /// The arithmetic, line by line, for the one who wonders about the numbers.
    public let arithmetic: [String]
    /// What does not fit together as well as it should; one sentence each.
    public let concerns: [String]

    /// Works the sizes out.
    ///
    /// - Parameter wish: a pool size that somebody has decided on; nil for the one that the tiers ask for.
    /// - Throws: ``Impossible`` if PostgreSQL does not have the connections.
    public init(_ demand: PoolerDemand, wish: Int? = nil) throws(Impossible) {
        let arithmetic = PoolerArithmetic(demand: demand)
        let available = arithmetic.available
        guard available > 0 else { throw Self.nothingLeft(demand, direct: arithmetic.direct) }
        if let wish, wish > available {
            throw Impossible(
                description: "A pool of \(wish) does not fit: PostgreSQL has \(available) connections left for it. "
                    + "Raise max_connections, or take a smaller pool")
        }
        self.poolSize = wish ?? arithmetic.least
        // Twice, since a rolling restart has the old and the new servers at the same time; and whoever asks for figures.
        self.maximumClients = 2 * arithmetic.clients + Self.watchers
        self.arithmetic = arithmetic.lines(wish: wish)
        self.concerns = Self.concerns(arithmetic, poolSize: self.poolSize)
    }

    private static let watchers = 10

    private static func nothingLeft(_ demand: PoolerDemand, direct: Int) -> Impossible {
        Impossible(
            description: "PostgreSQL has no connection left for a pool: of \(demand.maxConnections), "
                + "\(demand.reserved) are reserved, \(direct) go past the pooler and \(demand.spare) are left to people. "
                + "Raise max_connections, or lower database.connections, --servers or --spare")
    }

    private static func concerns(_ arithmetic: PoolerArithmetic, poolSize: Int) -> [String] {
        let demand = arithmetic.demand
        var concerns: [String] = []
        if !demand.isMeasured {
            concerns.append(
                "max_connections could not be read; \(demand.maxConnections) was assumed (--max-connections says it).")
        }
        if let largest = arithmetic.largest, largest.concurrency >= poolSize {
            concerns.append(
                "One tenant of tier \(largest.name) may use \(largest.concurrency) connections at a time, and the pool has "
                    + "\(poolSize): it can make all others wait.")
        }
        if poolSize == arithmetic.available, poolSize < arithmetic.clients {
            concerns.append(
                "The pool is as large as PostgreSQL permits; \(arithmetic.clients) connections of servers share it.")
        }
        return concerns
    }
}
