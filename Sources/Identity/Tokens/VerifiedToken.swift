public import Foundation

/// What an access token says, after everything about it has been checked.
public struct VerifiedToken: Sendable, Hashable {
    /// Whom it speaks for.
    public let subject: TokenSubject
    /// The `jti` claim, a lower-case UUID: what revocation and logs name a token by (never its text or a hash of it).
    public let id: String
    /// The `aud` claim, equal to what the verifier asked for, if it asked.
    public let audience: String
    /// The `iat` claim.
    public let issuedAt: Date
    /// The `exp` claim.
    public let expiresAt: Date
}
