public import Foundation

/// A person who runs the installation and belongs to no tenant.
public struct GlobalAdmin: Sendable, Hashable, Identifiable {
    /// Identifies the administrator.
    public let id: AdminID
    /// Unique among administrators.
    public var email: EmailAddress
    /// What the person is called; 1-200 characters.
    public var name: String
    /// When the row was made, by the database's clock.
    public let createdAt: Date

    /// An administrator as the catalog has it.
    public init(id: AdminID, email: EmailAddress, name: String, createdAt: Date) {
        self.id = id
        self.email = email
        self.name = name
        self.createdAt = createdAt
    }
}
