/// How much a ``CachingTenantDirectory`` remembers, for how long, and how much it asks.
public struct DirectoryLimits: Sendable, Hashable {
    /// How many tenants are remembered at most; then those go that nobody has asked for in a while.
    public var capacity = 100_000
    /// How long after it was last checked a tenant is used without a question.
    public var freshness: Duration = .seconds(10)
    /// How long after it was last checked a tenant is used if the catalog cannot be asked.
    public var endurance: Duration = .seconds(25)
    /// Instead of ``endurance``, for whoever would rather serve what was true a while ago than nothing; nil otherwise.
    ///
    /// A tenant that was declared changed is not used all the same.
    public var staleness: Duration?
    /// How long a tenant out of the shared store is used before the catalog has confirmed it.
    public var unconfirmed: Duration = .seconds(5)
    /// How long it is remembered that there is no such tenant, while changes are heard of.
    public var absence: Duration = .seconds(1)
    /// How many keys are remembered for which there is no tenant.
    public var absences = 10_000
    /// How many keys that nothing is remembered of are looked up at a time, and as many again that are known.
    ///
    /// A server that has just started is asked for all of its tenants at once: those beyond are told to come again.
    public var loads = 512
    /// How long looking one up may take.
    public var loadTime: Duration = .seconds(3)
    /// How often the tenants in use are checked.
    public var checkInterval: Duration = .seconds(3)
    /// How many are checked with one question.
    public var checkBatch = 500
    /// How long one question may take.
    public var checkTime: Duration = .seconds(2)
    /// The least time between two re-readings of one tenant that messages cause; more wait to be checked.
    public var hintInterval: Duration = .milliseconds(250)
    /// How many tenants a second messages may have re-read at once; more wait to be checked.
    public var hintsPerSecond = 1_000
    /// How long after its last proof a channel of messages counts as alive.
    public var proofLifetime: Duration = .seconds(5)

    /// The standard.
    public init() {}

    /// How long after it was last checked a tenant is used at most.
    var tolerance: Duration { self.staleness ?? self.endurance }
}

extension Duration {
    /// In the unit that the directory counts time in.
    var inMilliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
