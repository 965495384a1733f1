public import Identity
public import Tenancy

/// Makes accounts of global administrators.
public struct AdminAccountService: Sendable {
    private let admins: any AdminRepository
    private let hasher: PasswordHasher
    private let policy: PasswordPolicy

    /// A service over these ports.
    public init(admins: any AdminRepository, hasher: PasswordHasher, policy: PasswordPolicy = .standard) {
        self.admins = admins
        self.hasher = hasher
        self.policy = policy
    }

    /// Adds an administrator.
    ///
    /// - Parameter password: nil to have one made, which is returned: it can be shown once and is stored nowhere.
    /// - Throws: `ValidationError` naming every field that breaks a rule; ``DomainError/taken(field:detail:)`` if the
    ///   address is; ``DomainError/busy(retryAfterSeconds:)``.
    public func create(email: String, name: String, password: String?, by principal: Principal) async throws
        -> (admin: GlobalAdmin, generatedPassword: String?)
    {
        var problems: [FieldProblem] = []
        let address = EmailAddress(email)
        if address == nil { problems.append(.init(pointer: "/email", detail: EmailAddress.rule)) }
        if let detail = TextRule.name.problem(in: name) { problems.append(.init(pointer: "/name", detail: detail)) }
        if let password, let detail = self.policy.problem(in: password) {
            problems.append(.init(pointer: "/password", detail: detail))
        }
        guard let address, problems.isEmpty else { throw ValidationError(problems) }
        let generated = password == nil ? PasswordPolicy.generate() : nil
        let hash = try await self.hasher.hash(password ?? generated ?? "")
        let admin = try await self.admins.create(email: address, name: name, passwordHash: hash, by: principal)
        return (admin, generated)
    }
}
