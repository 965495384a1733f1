public import Foundation
public import Identity
public import Tenancy

/// Signs global administrators in.
public struct AdminSessionService: Sendable {
    private let admins: any AdminRepository
    private let hasher: PasswordHasher
    private let tokens: TokenAuthority
    private let audit: any AuditTrail
    private let audience: String
    private let lifetime: SessionLifetime
    private let limits: SignInGuard?
    private let now: @Sendable () -> Date

    /// A service over these ports.
    ///
    /// - Parameters:
    ///   - audience: the host of the admin API, for which tokens are good.
    ///   - limits: holds back those who try passwords out; nil for nobody.
    public init(
        admins: any AdminRepository, hasher: PasswordHasher, tokens: TokenAuthority, audit: any AuditTrail,
        audience: String, limits: SignInGuard? = nil, lifetime: SessionLifetime = .admin,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.admins = admins
        self.hasher = hasher
        self.tokens = tokens
        self.audit = audit
        self.audience = audience
        self.lifetime = lifetime
        self.limits = limits
        self.now = now
    }

    /// Exchanges address and password for tokens.
    ///
    /// An unknown address takes as long as a wrong password, and leaves the same trace. What was typed is in no audit
    /// row: people type passwords into the wrong field.
    ///
    /// - Parameter address: where the attempt comes from, past trusted proxies; nil if that is not known.
    /// - Throws: ``DomainError/badCredentials``; ``DomainError/tooManyAttempts(limit:retryAfterSeconds:)``;
    ///   ``DomainError/busy(retryAfterSeconds:)`` if too many sign in at once.
    public func signIn(
        email: String, password: String, requestID: String?, from address: IPAddress? = nil
    ) async throws -> SignedIn {
        let attempt = try await self.limits?.admit(email, to: nil, from: address, requestID: requestID)
        var account: (admin: GlobalAdmin, passwordHash: String)?
        if let address = EmailAddress(email) { account = try await self.admins.credentials(address) }
        let matches = try await self.verify(password, account?.passwordHash, attempt)
        guard matches, let account else {
            try await self.recordFailure(of: account?.admin.id, from: address, requestID: requestID)
            if let attempt {
                await self.limits?.failed(
                    attempt, who: account?.admin.id.description ?? "unknown", tenant: nil, requestID: requestID)
            }
            throw DomainError.badCredentials
        }
        if let attempt { await self.limits?.succeeded(attempt) }
        let admin = account.admin.id
        let issued = try self.tokens.issue(.admin(admin), audience: self.audience, lifetime: self.lifetime.access)
        let refresh = OpaqueToken.random()
        try await self.admins.startSession(
            of: admin, refreshTokenHash: refresh.hash, expiresAt: self.now().addingTimeInterval(self.lifetime.refresh))
        return SignedIn(accessToken: issued.token, refreshToken: refresh.text, expiresIn: issued.expiresIn)
    }

    private func recordFailure(of admin: AdminID?, from address: IPAddress?, requestID: String?) async throws {
        var details = ["account": admin?.description ?? "unknown"]
        details["address"] = address?.description
        try await self.audit.record(
            AuditEvent(
                actor: Principal.anonymous.auditName, action: "admin.signIn.refused", tenant: nil,
                details: details, requestID: requestID))
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
