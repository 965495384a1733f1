public import struct Foundation.Date

/// The catalog's global administrators.
public protocol AdminRepository: Sendable {
    /// The administrator with this address, and the hash of the password; nil if there is none or it is disabled.
    func credentials(_ email: EmailAddress) async throws -> (admin: GlobalAdmin, passwordHash: String)?
    /// Whether this administrator exists and may act.
    func isActive(_ id: AdminID) async throws -> Bool
    /// Adds an administrator.
    ///
    /// - Throws: ``DomainError/taken(field:detail:)`` if the address is.
    func create(email: EmailAddress, name: String, passwordHash: String, by principal: Principal) async throws
        -> GlobalAdmin
    /// Stores the hash of a refresh token of a new family, and writes the sign-in into the audit trail.
    func startSession(of id: AdminID, refreshTokenHash: [UInt8], expiresAt: Date) async throws
}
