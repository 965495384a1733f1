public import Foundation
public import Identity
public import Tenancy

/// Signs a tenant's members in.
public struct MemberSessionService: Sendable {
    private let members: any MemberRepository
    private let hasher: PasswordHasher
    private let tokens: TokenAuthority
    private let lifetime: SessionLifetime
    private let limits: SignInGuard?
    private let now: @Sendable () -> Date

    /// A service over these ports.
    ///
    /// - Parameter limits: holds back those who try passwords out; nil for nobody.
    public init(
        members: any MemberRepository, hasher: PasswordHasher, tokens: TokenAuthority, limits: SignInGuard? = nil,
        lifetime: SessionLifetime = .member, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.members = members
        self.hasher = hasher
        self.tokens = tokens
        self.lifetime = lifetime
        self.limits = limits
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
    /// - Parameters:
    ///   - audience: the tenant's host, for which tokens are good.
    ///   - address: where the attempt comes from, past trusted proxies; nil if that is not known.
    /// - Throws: ``DomainError/badCredentials``; ``DomainError/tooManyAttempts(limit:retryAfterSeconds:)``;
    ///   ``DomainError/busy(retryAfterSeconds:)`` if too many sign in at once;
    ///   ``DomainError/forbidden(_:)`` if the tenant is read-only, since a session is a row.
    public func signIn(
        email: String, password: String, audience: String, in access: TenantAccess, from address: IPAddress? = nil
    ) async throws -> SignedIn {
        guard access.mode == .readWrite else {
            throw DomainError.forbidden("The tenant is read-only at present; nobody can sign in.")
        }
        let attempt = try await self.limits?.admit(
            email, to: access.tenant, from: address, requestID: access.requestID)
        var account: (member: Member, passwordHash: String)?
        if let address = EmailAddress(email) { account = try await self.members.credentials(address, in: access) }
        let matches = try await self.verify(password, account?.passwordHash, attempt)
        guard matches, let account, case let member = account.member, member.status == .active else {
            if let attempt { await self.failed(attempt, account?.member.id, access) }
            throw DomainError.badCredentials
        }
        if let attempt { await self.limits?.succeeded(attempt) }
        let issued = try self.tokens.issue(
            .member(member.id, member.role, access.tenant), audience: audience, lifetime: self.lifetime.access)
        let refresh = OpaqueToken.random()
        try await self.members.startSession(
            of: member.id, passwordHash: account.passwordHash, refreshTokenHash: refresh.hash,
            expiresAt: self.now().addingTimeInterval(self.lifetime.refresh), in: access)
        return SignedIn(accessToken: issued.token, refreshToken: refresh.text, expiresIn: issued.expiresIn)
    }
    private func failed(_ attempt: SignInGuard.Attempt, _ member: UserID?, _ access: TenantAccess) async {
        await self.limits?.failed(
            attempt, who: member?.description ?? "unknown", tenant: access.tenant, requestID: access.requestID)
    }

    /// A password that could not be checked, since too many others are, was no wrong one.
    private func verify(_ password: String, _ hash: String?, _ attempt: SignInGuard.Attempt?) async throws -> Bool {
        do {
            return try await self.hasher.verify(password, against: hash)
        } catch {
            if let attempt { await self.limits?.withdrawn(attempt) }
            throw error
        }
    }
}
