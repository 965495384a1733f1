/// The catalog's tenants, for the control plane.
public protocol TenantRepository: Sendable {
    /// A page of all tenants, ordered by time of creation, then id.
    func tenants(_ page: PageRequest) async throws -> Page<Tenant>
    /// The tenant with this id, whatever its status.
    func tenant(_ id: TenantID) async throws -> Tenant?
    /// The tenant with this subdomain, whatever its status.
    func tenant(_ subdomain: Subdomain) async throws -> Tenant?
    /// Restricts what requests to a tenant get, or lifts that, and writes it into the audit trail in the same
    /// transaction; a tenant that is so already is left alone.
    ///
    /// - Parameters:
    ///   - reason: why, for the audit trail; nil for no word about it.
    ///   - requestID: the id of the request, for the audit trail; nil outside requests.
    /// - Throws: ``DomainError/notFound(_:)``; ``DomainError/conflict(_:)`` unless the tenant is there.
    func intervene(
        _ intervention: TenantIntervention, with id: TenantID, reason: String?, by principal: Principal,
        requestID: String?
    ) async throws -> Tenant
}

extension TenantRepository {
    /// Reads all tenants, a page at a time, oldest first.
    ///
    /// - Parameter body: takes a page, and says whether to go on.
    public func readPages(_ body: ([Tenant]) async throws -> Bool) async throws {
        var request = PageRequest(limit: PageRequest.limits.upperBound)
        repeat {
            let page = try await self.tenants(request)
            guard try await body(page.items) else { return }
            request.cursor = page.next
        } while request.cursor != nil
    }
}

/// What the request path asks to find a tenant; must be quick and may answer from memory, a few seconds old at most.
public protocol TenantDirectory: Sendable {
    /// The tenant with this subdomain, whatever its status; nil if there is none.
    func entry(for subdomain: Subdomain) async throws -> Tenant?
    /// The tenant with this id, whatever its status; nil if there is none.
    func entry(for id: TenantID) async throws -> Tenant?
    /// Whether there is, or lately was, a tenant with this subdomain, as far as can be told at once; false is no proof.
    ///
    /// Who asks for what is not known makes the catalog be asked, and is counted for that before.
    func isKnown(_ subdomain: Subdomain) -> Bool
}

extension TenantDirectory {
    /// Nothing is known at once.
    public func isKnown(_ subdomain: Subdomain) -> Bool { false }
}

/// The tiers that exist.
public protocol TierRepository: Sendable {
    /// All tiers, cheapest first.
    func tiers() async throws -> [Tier]
}

/// Makes, repairs and removes tenants: starts the work, which goes on by itself and survives whoever started it.
public protocol TenantProvisioner: Sendable {
    /// Reserves the subdomain and starts making the tenant, in one transaction.
    ///
    /// - Parameters:
    ///   - requestID: the id of the request, for the audit trail; nil outside requests.
    ///   - once: makes a repeated request have no second effect.
    /// - Returns: the tenant, `provisioning`.
    /// - Throws: ``DomainError/taken(field:detail:)`` if the subdomain is; ``DomainError/idempotencyKeyReused``.
    func begin(
        _ new: NewTenant, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant>

    /// Starts what a tenant lacks: provisioning anew if it failed, a repair if it is there, nothing if work is under way.
    ///
    /// - Throws: ``DomainError/notFound(_:)``; ``DomainError/conflict(_:)`` for one that is being or was deleted.
    func repair(
        _ id: TenantID, by principal: Principal, requestID: String?, once: IdempotentCall<Tenant>?
    ) async throws -> Once<Tenant>

    /// Starts removing a tenant; one that is being made is not finished first.
    ///
    /// - Returns: the tenant, `deleting`, or whatever it has become if it was removed before.
    /// - Throws: ``DomainError/notFound(_:)``.
    func remove(_ id: TenantID, by principal: Principal, requestID: String?) async throws -> Tenant

    /// Does the work about a tenant in the caller's task, or waits while somebody else does.
    ///
    /// For programs that run no workers.
    ///
    /// - Throws: ``DomainError/notFound(_:)``; ``DomainError/conflict(_:)`` with the reason if the work came to nothing.
    func finish(_ id: TenantID) async throws -> Tenant
}
