/// What is needed to create a tenant, checked.
///
/// Kept as JSON while the tenant is being made; what is read back was checked when it was written.
public struct NewTenant: Sendable, Hashable, Codable {
    /// What people call it.
    public var name: String
    /// The label under which it will be reached.
    public var subdomain: Subdomain
    /// The limits that will apply.
    public var tier: TierName
    /// The first administrator's address.
    public var adminEmail: EmailAddress
    /// The first administrator's name.
    public var adminName: String
    /// Settings that differ from the tier's defaults.
    public var settings: [SettingKey: SettingValue]

    /// Checks everything at once.
    ///
    /// - Parameters:
    ///   - name: 1-200 characters, see ``TextRule/name``.
    ///   - subdomain: see ``Subdomain``.
    ///   - tier: one of `tiers`.
    ///   - adminEmail: see ``EmailAddress``.
    ///   - adminName: as `name`; the part of the address before the `@` if nil.
    ///   - settings: by key; see ``SettingKey``.
    ///   - tiers: the tiers that exist, as the catalog has them.
    /// - Throws: ``ValidationError`` naming every field that breaks a rule.
    public init(
        name: String, subdomain: String, tier: String, adminEmail: String, adminName: String? = nil,
        settings: [String: SettingValue] = [:], tiers: [TierName]
    ) throws(ValidationError) {
        var problems: [FieldProblem] = []
        if let detail = TextRule.name.problem(in: name) { problems.append(.init(pointer: "/name", detail: detail)) }
        let label = Self.subdomain(subdomain, &problems)
        if !tiers.contains(TierName(tier)) {
            let allowed = tiers.map(\.description).joined(separator: ", ")
            problems.append(.init(pointer: "/tier", detail: "must be one of: \(allowed)"))
        }
        let email = EmailAddress(adminEmail)
        if email == nil { problems.append(.init(pointer: "/adminEmail", detail: EmailAddress.rule)) }
        if let adminName, let detail = TextRule.name.problem(in: adminName) {
            problems.append(.init(pointer: "/adminName", detail: detail))
        }
        let chosen = SettingKey.check(settings, at: "/settings", &problems)
        guard let label, let email, problems.isEmpty else { throw ValidationError(problems) }
        self.name = name
        self.subdomain = label
        self.tier = TierName(tier)
        self.adminEmail = email
        self.adminName = adminName ?? String(email.description.prefix { $0 != "@" })
        self.settings = chosen
    }

    private static func subdomain(_ text: String, _ problems: inout [FieldProblem]) -> Subdomain? {
        do throws(SubdomainProblem) {
            return try Subdomain(validating: text)
        } catch {
            problems.append(.init(pointer: "/subdomain", detail: error.detail))
            return nil
        }
    }
}
