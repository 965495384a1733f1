public import struct Foundation.Date

/// What came of opening an activation link.
public enum ActivationOpening: Sendable, Hashable {
    /// It works now.
    case opened
    /// Another link is open, which somebody may have in hand.
    case otherLinkOpen
    /// The administrator has a password already, is disabled or gone.
    case notNeeded
}

/// One tenant's members.
public protocol MemberRepository: Sendable {
    /// The member with this address and the hash of the password; nil if there is none or it has no password.
    func credentials(_ email: EmailAddress, in access: TenantAccess) async throws
        -> (member: Member, passwordHash: String)?
    /// Replaces the activation link of the tenant's first administrator, and writes that into the audit trail.
    ///
    /// - Throws: ``DomainError/conflict(_:)`` if the administrator is disabled.
    func replaceActivation(tokenHash: [UInt8], expiresAt: Date, in access: TenantAccess) async throws -> Member
    /// Opens the activation link that is about to be mailed to the tenant's first administrator, for longer if it is
    /// open already.
    ///
    /// - Parameter replacingUntil: a link that expires later than this stays in its place; nil is any that is open.
    /// - Returns: whether the link is open now; if not, nothing is changed.
    func openActivation(
        tokenHash: [UInt8], expiresAt: Date, replacingUntil: Date?, in access: TenantAccess
    ) async throws -> ActivationOpening
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
