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
    /// How many members a tenant may have; nil for no limit.
    public var maximumUsers: Int?
    /// The features that new tenants of the tier start with.
    public var features: [String]

    /// A tier as the catalog has it.
    public init(
        name: TierName, statementTimeoutMilliseconds: Int, lockTimeoutMilliseconds: Int,
        idleInTransactionTimeoutMilliseconds: Int, maximumConcurrency: Int, maximumUsers: Int?, features: [String]
    ) {
        self.name = name
        self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
        self.lockTimeoutMilliseconds = lockTimeoutMilliseconds
        self.idleInTransactionTimeoutMilliseconds = idleInTransactionTimeoutMilliseconds
        self.maximumConcurrency = maximumConcurrency
        self.maximumUsers = maximumUsers
        self.features = features
    }

    /// The tiers of a new installation, cheapest first.
    public static let builtIn: [Tier] = [
        Tier(
            name: TierName("free"), statementTimeoutMilliseconds: 5_000, lockTimeoutMilliseconds: 1_000,
            idleInTransactionTimeoutMilliseconds: 5_000, maximumConcurrency: 2, maximumUsers: 3, features: []),
        Tier(
            name: TierName("standard"), statementTimeoutMilliseconds: 10_000, lockTimeoutMilliseconds: 2_000,
            idleInTransactionTimeoutMilliseconds: 10_000, maximumConcurrency: 4, maximumUsers: 25,
            features: ["documents"]),
        Tier(
            name: TierName("premium"), statementTimeoutMilliseconds: 20_000, lockTimeoutMilliseconds: 3_000,
            idleInTransactionTimeoutMilliseconds: 15_000, maximumConcurrency: 8, maximumUsers: 200,
            features: ["commissions", "documents"]),
        Tier(
            name: TierName("enterprise"), statementTimeoutMilliseconds: 30_000, lockTimeoutMilliseconds: 5_000,
            idleInTransactionTimeoutMilliseconds: 30_000, maximumConcurrency: 16, maximumUsers: nil,
            features: ["auditExport", "commissions", "documents"]),
    ]
}
