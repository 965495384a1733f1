public import Foundation

/// A customer's isolated space, as the catalog records it.
public struct Tenant: Sendable, Hashable, Identifiable {
    /// Identifies the tenant for ever; in every row that belongs to it.
    public let id: TenantID
    /// What people call it: 1-200 characters without control characters.
    public var name: String
    /// The label under which it is reached; unique.
    public var subdomain: Subdomain
    /// The row of limits that applies.
    public var tier: TierName
    /// Where it is in its life.
    public var status: TenantStatus
    /// Where its rows are.
    public var placement: Placement
    /// When the record was made, by the database's clock.
    public let createdAt: Date
    /// When the record last changed, by the database's clock.
    public var updatedAt: Date
    /// The number of the last tenant migration applied to its tables.
    public var schemaVersion: Int
    /// Moves on with every change of the record; 1 or more.
    public var version: Int64

    /// A tenant as the catalog has it.
    public init(
        id: TenantID, name: String, subdomain: Subdomain, tier: TierName, status: TenantStatus, placement: Placement,
        createdAt: Date, updatedAt: Date, schemaVersion: Int, version: Int64
    ) {
        self.id = id
        self.name = name
        self.subdomain = subdomain
        self.tier = tier
        self.status = status
        self.placement = placement
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.schemaVersion = schemaVersion
        self.version = version
    }
}
