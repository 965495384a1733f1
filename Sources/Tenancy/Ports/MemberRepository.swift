public import struct Foundation.Date

/// One tenant's members.
public protocol MemberRepository: Sendable {
    /// The member with this address and the hash of the password; nil if there is none or it has no password.
    func credentials(_ email: EmailAddress, in access: TenantAccess) async throws
        -> (member: Member, passwordHash: String)?
    /// Replaces the activation link of the tenant's first administrator, and writes that into the audit trail.
    ///
    /// - Throws: ``DomainError/conflict(_:)`` if the administrator is disabled.
    func replaceActivation(tokenHash: [UInt8], expiresAt: Date, in access: TenantAccess) async throws -> Member
    /// Opens the activation link that is about to be mailed to the tenant's first administrator; the one before stops
    /// working, unless it is the same.
    ///
    /// - Returns: false, and nothing is changed, if the administrator has a password already, is disabled or gone.
    func openActivation(tokenHash: [UInt8], expiresAt: Date, in access: TenantAccess) async throws -> Bool
    /// Uses an activation link up: stores the password and makes the member active.
    ///
    /// - Throws: ``DomainError/linkGone`` if the link is unknown, used, replaced or expired by the database's clock.
    func activate(tokenHash: [UInt8], passwordHash: String, in access: TenantAccess) async throws -> Member
    /// Whether an activation link would be accepted now; spares the work of hashing a password for one that is not.
    func isActivationOpen(tokenHash: [UInt8], in access: TenantAccess) async throws -> Bool
    /// Makes sure that the member behind `access` may still act, in the role of the token.
    ///
    /// - Throws: ``DomainError/badCredentials`` otherwise.
    func confirm(_ access: TenantAccess) async throws
    /// Stores the hash of a refresh token of a new family, and writes the sign-in into the audit trail.
    ///
    /// - Parameter passwordHash: the hash that the password was verified against.
    /// - Throws: ``DomainError/badCredentials`` if the member is not active any more, or has another password by now.
    func startSession(
        of id: UserID, passwordHash: String, refreshTokenHash: [UInt8], expiresAt: Date, in access: TenantAccess)
        async throws
}
