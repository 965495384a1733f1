public import Foundation

/// What the workflows that make, repair and remove a tenant are started with.
public struct TenantOrder: Sendable, Hashable, Codable {
    /// The tenant.
    public var tenant: TenantID
    /// What it is to be like.
    public var new: NewTenant
    /// Who wants it, as audit rows name the principal.
    public var actor: String
    /// The schema made in advance that the tenant took over; nil if it is made now.
    public var warm: WarmSchema?

    /// An order.
    public init(tenant: TenantID, new: NewTenant, actor: String, warm: WarmSchema? = nil) {
        self.tenant = tenant
        self.new = new
        self.actor = actor
        self.warm = warm
    }
}

/// A schema that was made and proven before its tenant came.
public struct WarmSchema: Sendable, Hashable, Codable {
    /// The version of the template.
    public var version: Int
    /// When it was made.
    public var madeAt: Date
    /// The database's own number of the schema that was proven: one that was made anew has another.
    public var number: Int
    /// What its isolation proof showed.
    public var proof: IsolationProof

    /// A schema made in advance.
    public init(version: Int, madeAt: Date, number: Int, proof: IsolationProof) {
        self.version = version
        self.madeAt = madeAt
        self.number = number
        self.proof = proof
    }
}

/// What was seen when canary rows were looked for from inside and from outside of a tenant.
public struct IsolationProof: Sendable, Hashable, Codable {
    /// The tables that were looked at.
    public var tables: Int
    /// In how many of them a canary can be planted; nil is in all.
    ///
    /// Tables of an application have none.
    public var canaries: Int?
    /// In how many of those the tenant sees its own canary; must be all.
    public var seenByItself: Int
    /// In how many of them a session of another tenant sees anything; must be none.
    public var seenByOthers: Int
    /// In how many tables of another tenant this one sees anything; nil if there is no other tenant.
    public var seenOfOthers: Int?
    /// In how many of them a session without a tenant sees anything; must be none.
    public var seenWithoutTenant: Int
    /// Whether canaries were planted for this, and removed again.
    public var planted: Bool
    /// When it was done, by the host's clock.
    public var at: Date

    /// What was seen.
    public init(
        tables: Int, canaries: Int? = nil, seenByItself: Int, seenByOthers: Int, seenOfOthers: Int?,
        seenWithoutTenant: Int, planted: Bool,
        at: Date
    ) {
        self.tables = tables
        self.canaries = canaries
        self.seenByItself = seenByItself
        self.seenByOthers = seenByOthers
        self.seenOfOthers = seenOfOthers
        self.seenWithoutTenant = seenWithoutTenant
        self.planted = planted
        self.at = at
    }

    /// Whether the tenant is isolated: sees its own rows, and nobody else does.
    public var holds: Bool {
        let seesItself = self.planted ? self.seenByItself == self.canaries ?? self.tables : self.seenByItself > 0
        return seesItself && self.seenByOthers == 0 && (self.seenOfOthers ?? 0) == 0 && self.seenWithoutTenant == 0
    }
}
