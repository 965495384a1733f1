public import Identity
public import Tenancy

/// Lets an invited member set a password with an activation link.
public struct ActivationService: Sendable {
    private let members: any MemberRepository
    private let hasher: PasswordHasher
    private let policy: PasswordPolicy

    /// A service over these ports.
    public init(members: any MemberRepository, hasher: PasswordHasher, policy: PasswordPolicy = .standard) {
        self.members = members
        self.hasher = hasher
        self.policy = policy
    }

    /// Stores the password and makes the member active; the link is used up.
    ///
    /// A password that breaks the policy leaves the link as it is, and a link that is not open costs no hashing.
    ///
    /// - Parameter token: what the link carries after `#token=`.
    /// - Throws: `ValidationError` at `/password`; ``DomainError/linkGone`` if the link is unknown, used, replaced or
    ///   expired; ``DomainError/busy(retryAfterSeconds:)``.
    public func activate(token: String, password: String, in access: TenantAccess) async throws -> Member {
        if let detail = self.policy.problem(in: password) {
            throw ValidationError(pointer: "/password", detail: detail)
        }
        guard let token = OpaqueToken(token),
            try await self.members.isActivationOpen(tokenHash: token.hash, in: access)
        else { throw DomainError.linkGone }
        let hash = try await self.hasher.hash(password)
        return try await self.members.activate(tokenHash: token.hash, passwordHash: hash, in: access)
    }
}
