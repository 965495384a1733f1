public import Identity
public import Logging
public import Tenancy

/// Lets an invited member set a password with an activation link.
public struct ActivationService: Sendable {
    private let members: any MemberRepository
    private let hasher: PasswordHasher
    private let policy: PasswordPolicy
    private let deliveries: any DeliveryRepository
    private let logger: Logger
    private let limits: SignInGuard?

    /// A service over these ports.
    ///
    /// - Parameters:
    ///   - deliveries: is told which mailed link was used.
    ///   - limits: holds back those who try links out; nil for nobody.
    public init(
        members: any MemberRepository, hasher: PasswordHasher, deliveries: any DeliveryRepository, logger: Logger,
        limits: SignInGuard? = nil, policy: PasswordPolicy = .standard
    ) {
        self.members = members
        self.hasher = hasher
        self.deliveries = deliveries
        self.logger = logger
        self.limits = limits
        self.policy = policy
    }

    /// Stores the password and makes the member active; the link is used up.
    ///
    /// A password that breaks the policy leaves the link as it is, and a link that is not open costs no hashing.
    ///
    /// - Parameters:
    ///   - token: what the link carries after `#token=`.
    ///   - address: where the attempt comes from, past trusted proxies; nil if that is not known.
    /// - Throws: `ValidationError` at `/password`; ``DomainError/linkGone`` if the link is unknown, used, replaced or
    ///   expired; ``DomainError/tooManyAttempts(limit:retryAfterSeconds:)``; ``DomainError/busy(retryAfterSeconds:)``.
    public func activate(
        token: String, password: String, in access: TenantAccess, from address: IPAddress? = nil
    ) async throws -> Member {
        try await self.limits?.admitLink(to: access.tenant, from: address, requestID: access.requestID)
        if let detail = self.policy.problem(in: password) {
            throw ValidationError(pointer: "/password", detail: detail)
        }
        guard let token = OpaqueToken(token),
            try await self.members.isActivationOpen(tokenHash: token.hash, in: access)
        else { throw DomainError.linkGone }
        let hash = try await self.hasher.hash(password)
        let member = try await self.members.activate(tokenHash: token.hash, passwordHash: hash, in: access)
        await self.note(token, access.tenant)
        return member
    }

    /// The member is active whether or not the mail's record learns of it.
    private func note(_ token: OpaqueToken, _ tenant: TenantID) async {
        do {
            try await self.deliveries.linkUsed(tokenHash: token.hash, tenant: tenant)
        } catch {
            self.logger.warning("Use of a mailed link not recorded", metadata: ["error": "\(error)"])
        }
    }
}
