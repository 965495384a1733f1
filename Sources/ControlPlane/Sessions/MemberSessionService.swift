public import Foundation
public import Identity
public import Tenancy

/// Signs a tenant's members in.
public struct MemberSessionService: Sendable {
    private let members: any MemberRepository
    private let hasher: PasswordHasher
    private let tokens: TokenAuthority
    private let lifetime: SessionLifetime
    private let now: @Sendable () -> Date

    /// A service over these ports.
    public init(
        members: any MemberRepository, hasher: PasswordHasher, tokens: TokenAuthority,
        lifetime: SessionLifetime = .member, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.members = members
        self.hasher = hasher
        self.tokens = tokens
        self.lifetime = lifetime
        self.now = now
    }

    /// Makes sure that the member behind `access` may still act, in the role of the token.
    ///
    /// - Throws: ``DomainError/badCredentials`` otherwise.
    public func confirm(_ access: TenantAccess) async throws {
        try await self.members.confirm(access)
    }

    /// Exchanges address and password for tokens of the tenant that `access` is for.
    ///
    /// An unknown address, a member without a password and a disabled member take as long as a wrong password.
    ///
    /// - Parameter audience: the tenant's host, for which tokens are good.
    /// - Throws: ``DomainError/badCredentials``; ``DomainError/busy(retryAfterSeconds:)`` if too many sign in at once;
    ///   ``DomainError/forbidden(_:)`` if the tenant is read-only, since a session is a row.
    public func signIn(email: String, password: String, audience: String, in access: TenantAccess) async throws
        -> SignedIn
    {
        guard access.mode == .readWrite else {
            throw DomainError.forbidden("The tenant is read-only at present; nobody can sign in.")
        }
        var account: (member: Member, passwordHash: String)?
        if let address = EmailAddress(email) { account = try await self.members.credentials(address, in: access) }
        let matches = try await self.hasher.verify(password, against: account?.passwordHash)
        guard matches, let account, case let member = account.member, member.status == .active else {
            throw DomainError.badCredentials
        }
        let issued = try self.tokens.issue(
            .member(member.id, member.role, access.tenant), audience: audience, lifetime: self.lifetime.access)
        let refresh = OpaqueToken.random()
        try await self.members.startSession(
            of: member.id, passwordHash: account.passwordHash, refreshTokenHash: refresh.hash,
            expiresAt: self.now().addingTimeInterval(self.lifetime.refresh), in: access)
        return SignedIn(accessToken: issued.token, refreshToken: refresh.text, expiresIn: issued.expiresIn)
    }
}
