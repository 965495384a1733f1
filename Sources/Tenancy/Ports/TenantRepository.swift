/// The catalog's tenants, for the control plane.
public protocol TenantRepository: Sendable {
    /// A page of all tenants, ordered by time of creation, then id.
    func tenants(_ page: PageRequest) async throws -> Page<Tenant>
    /// The tenant with this id, whatever its status.
    func tenant(_ id: TenantID) async throws -> Tenant?
    /// The tenant with this subdomain, whatever its status.
    func tenant(_ subdomain: Subdomain) async throws -> Tenant?
}

/// What the request path asks to find a tenant; must be quick and may answer from memory, a few seconds old at most.
public protocol TenantDirectory: Sendable {
    /// The tenant with this subdomain, whatever its status; nil if there is none.
    func entry(for subdomain: Subdomain) async throws -> Tenant?
    /// The tenant with this id, whatever its status; nil if there is none.
    func entry(for id: TenantID) async throws -> Tenant?
}

/// The tiers that exist.
public protocol TierRepository: Sendable {
    /// All tiers, cheapest first.
    func tiers() async throws -> [Tier]
}

/// Makes tenants: record, schema, tables, policies, settings and first administrator, all or nothing.
public protocol TenantProvisioner: Sendable {
    /// Creates a tenant and brings it to `active`.
    ///
    /// - Throws: ``DomainError/taken(field:detail:)`` if the subdomain is; whatever stopped it otherwise, and then
    ///   nothing is left behind.
    func provision(_ new: NewTenant, by principal: Principal) async throws -> Tenant
}
