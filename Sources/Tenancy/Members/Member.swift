public import Foundation

/// What a member may do inside a tenant.
public enum MemberRole: String, Sendable, Codable, CaseIterable {
    /// Everything, members and settings included.
    case admin
    /// Reads and writes the tenant's business rows.
    case member
    /// Reads only.
    case viewer
}

/// Whether a member may sign in.
public enum MemberStatus: String, Sendable, Codable, CaseIterable {
    /// Has an activation link and no password yet.
    case invited
    /// May sign in.
    case active
    /// May not sign in; tokens in circulation are refused.
    case disabled
}

/// A person who belongs to one tenant.
public struct Member: Sendable, Hashable, Identifiable {
    /// Identifies the member within the tenant.
    public let id: UserID
    /// Unique within the tenant, not across tenants.
    public var email: EmailAddress
    /// What the person is called; 1-200 characters.
    public var name: String
    /// What the person may do.
    public var role: MemberRole
    /// Whether the person may sign in.
    public var status: MemberStatus
    /// When the row was made, by the database's clock.
    public let createdAt: Date

    /// A member as the tenant's tables have it.
    public init(id: UserID, email: EmailAddress, name: String, role: MemberRole, status: MemberStatus, createdAt: Date)
    {
        self.id = id
        self.email = email
        self.name = name
        self.role = role
        self.status = status
        self.createdAt = createdAt
    }
}
