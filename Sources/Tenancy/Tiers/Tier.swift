/// The name of a tier: 1-40 lower-case letters, digits and hyphens.
public struct TierName: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name as it is stored and sent.
    public let description: String

    /// Wraps a name; whether such a tier exists, the catalog knows.
    public init(_ name: String) {
        self.description = name
    }

    /// Reads a JSON string.
    public init(from decoder: any Decoder) throws {
        self.description = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}

/// How many requests may come: so many a second in the long run, so many at once after a pause.
///
/// A token bucket: it holds up to ``burst`` requests and is filled again with ``perSecond``.
public struct RateLimit: Sendable, Hashable, Codable {
    /// Requests a second in the long run; more than 0.
    public var perSecond: Double
    /// Requests at once after a pause; 1 or more.
    public var burst: Int

    /// A limit.
    public init(perSecond: Double, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// A named row of limits, kept in `public.system_config` under `tier.<name>`.
public struct Tier: Sendable, Hashable, Codable {
    /// What tenants refer to.
    public var name: TierName
    /// How long one statement of a tenant may run, in milliseconds; 1 or more.
    public var statementTimeoutMilliseconds: Int
    /// How long a statement may wait for a lock, in milliseconds; 1 or more.
    public var lockTimeoutMilliseconds: Int
    /// How long a transaction may sit between statements, in milliseconds; 1 or more.
    public var idleInTransactionTimeoutMilliseconds: Int
    /// How many transactions of a tenant may run at one time; 1 or more.
    public var maximumConcurrency: Int
    /// How many transactions of a tenant may wait for that; beyond, 503 at once; 1 or more.
    public var maximumQueued: Int
    /// How many connections each tenant of the tier has to itself; nil if all share.
    public var dedicatedConnections: Int?
    /// How many requests all of a tenant may make.
    public var tenantRequests: RateLimit
    /// How many requests one member of a tenant may make.
    public var memberRequests: RateLimit
    /// How many requests to a tenant may come from one address.
    public var addressRequests: RateLimit
    /// How many members a tenant may have; nil for no limit.
    public var maximumUsers: Int?
    /// The features that new tenants of the tier start with.
    public var features: [String]

    /// A tier as the catalog has it.
    public init(
        name: TierName, statementTimeoutMilliseconds: Int, lockTimeoutMilliseconds: Int,
        idleInTransactionTimeoutMilliseconds: Int, maximumConcurrency: Int, maximumQueued: Int,
        dedicatedConnections: Int? = nil, tenantRequests: RateLimit, memberRequests: RateLimit,
        addressRequests: RateLimit, maximumUsers: Int?, features: [String]
    ) {
        self.name = name
        self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
        self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
        self.idleInTransactionTimeoutMilliseconds = idleInTransactionTimeoutMilliseconds
        self.maximumConcurrency = maximumConcurrency
        self.maximumQueued = maximumQueued
        self.dedicatedConnections = dedicatedConnections
        self.tenantRequests = tenantRequests
        self.memberRequests = memberRequests
        self.addressRequests = addressRequests
        self.maximumUsers = maximumUsers
        self.features = features
    }

    /// The tiers of a new installation, cheapest first.
    public static let builtIn: [Tier] = [
        Tier(
            name: TierName("free"), statementTimeoutMilliseconds: 5_000, lockTimeoutMilliseconds: 1_000,
            idleInTransactionTimeoutMilliseconds: 5_000, maximumConcurrency: 2, maximumQueued: 32,
            tenantRequests: RateLimit(perSecond: 20, burst: 40),
            memberRequests: RateLimit(perSecond: 10, burst: 20),
            addressRequests: RateLimit(perSecond: 10, burst: 20), maximumUsers: 3, features: []),
        Tier(
            name: TierName("standard"), statementTimeoutMilliseconds: 10_000, lockTimeoutMilliseconds: 2_000,
            idleInTransactionTimeoutMilliseconds: 10_000, maximumConcurrency: 4, maximumQueued: 64,
            tenantRequests: RateLimit(perSecond: 200, burst: 400),
            memberRequests: RateLimit(perSecond: 50, burst: 100),
            addressRequests: RateLimit(perSecond: 50, burst: 100), maximumUsers: 25,
            features: ["documents"]),
        Tier(
            name: TierName("premium"), statementTimeoutMilliseconds: 20_000, lockTimeoutMilliseconds: 3_000,
            idleInTransactionTimeoutMilliseconds: 15_000, maximumConcurrency: 8, maximumQueued: 128,
            tenantRequests: RateLimit(perSecond: 1000, burst: 2000),
            memberRequests: RateLimit(perSecond: 100, burst: 200),
            addressRequests: RateLimit(perSecond: 100, burst: 200), maximumUsers: 200,
            features: ["commissions", "documents"]),
        Tier(
            name: TierName("enterprise"), statementTimeoutMilliseconds: 30_000, lockTimeoutMilliseconds: 5_000,
            idleInTransactionTimeoutMilliseconds: 30_000, maximumConcurrency: 16, maximumQueued: 256,
            tenantRequests: RateLimit(perSecond: 5000, burst: 10000),
            memberRequests: RateLimit(perSecond: 200, burst: 400),
            addressRequests: RateLimit(perSecond: 200, burst: 400), maximumUsers: nil,
            features: ["auditExport", "commissions", "documents"]),
    ]
}
