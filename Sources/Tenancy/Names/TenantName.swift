public import struct Foundation.Date

/// What the zone is to say about a tenant's name, and how far it does.
public struct TenantName: Sendable, Hashable {
    /// The tenant.
    public let tenant: TenantID
    /// The label under the base domain.
    public let subdomain: Subdomain
    /// Whether the name is to be there; otherwise it is to go.
    public let isWanted: Bool
    /// The number of the wish; a later wish has a higher one.
    public let wish: Int
    /// Whether the wish was carried out, or somebody else was found to have the name.
    public let isMet: Bool
    /// For how many seconds resolvers may remember what was last written; nil as long as nothing was.
    public let ttl: Int?
    /// Who has the name instead, in words for operators; nil if nobody.
    public let conflict: String?
    /// The provider's own name for the change.
    public let receipt: String?
    /// Since when no server of the zone knows the name any more.
    public let goneAt: Date?
    /// For how much longer resolvers may remember a name that is gone, by the database's clock; nil as long as it is there.
    public let remembered: Duration?

    /// A name as the ledger has it.
    public init(
        tenant: TenantID, subdomain: Subdomain, isWanted: Bool, wish: Int, isMet: Bool, ttl: Int? = nil,
        conflict: String? = nil, receipt: String? = nil, goneAt: Date? = nil, remembered: Duration? = nil
    ) {
        self.tenant = tenant
        self.subdomain = subdomain
        self.isWanted = isWanted
        self.wish = wish
        self.isMet = isMet
        self.ttl = ttl
        self.conflict = conflict
        self.receipt = receipt
        self.goneAt = goneAt
        self.remembered = remembered
    }
}

/// What came of a wish.
public struct NameOutcome: Sendable, Hashable, Codable {
    /// Whose name it is.
    public var tenant: TenantID
    /// The wish that was looked at; a later one stays open.
    public var wish: Int
    /// For how many seconds resolvers may remember what they were told until now; nil if nothing is known.
    public var ttl: Int?
    /// Who has the name instead; at most 1000 characters.
    public let conflict: String?
    /// The provider's own name for the change; nil if there was none, or it was done at once.
    public var receipt: String?
    /// Whether it is certain that nothing of ours ever was at the name.
    public var wasNeverMade: Bool

    /// What came of a wish.
    public init(
        tenant: TenantID, wish: Int, ttl: Int?, conflict: String? = nil, receipt: String? = nil,
        wasNeverMade: Bool = false
    ) {
        self.tenant = tenant
        self.wish = wish
        self.ttl = ttl
        self.conflict = conflict.map { String($0.prefix(1000)) }
        self.receipt = receipt
        self.wasNeverMade = wasNeverMade
    }
}
