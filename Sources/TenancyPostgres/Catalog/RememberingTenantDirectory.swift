import Synchronization
public import Tenancy

/// Remembers tenants for some seconds, so that a request does not ask the catalog.
///
/// Bounded in number and age; what is not there is never remembered, so that a new tenant is found at once. A change
/// of status reaches requests after ``lifetime`` at the latest.
public final class RememberingTenantDirectory: TenantDirectory {
    /// How old an answer may be.
    public static let lifetime: Duration = .seconds(5)
    /// How many tenants are remembered; beyond, everything is forgotten and the memory starts anew.
    static let capacity = 100_000

    private struct Entry {
        let tenant: Tenant
        let until: ContinuousClock.Instant
    }

    private struct Memory {
        var bySubdomain: [Subdomain: Entry] = [:]
        var byID: [TenantID: Entry] = [:]
    }

    private let memory = Mutex(Memory())
    private let tenants: any TenantRepository
    private let lifetime: Duration

    /// A memory in front of `tenants`.
    public init(tenants: any TenantRepository, lifetime: Duration = RememberingTenantDirectory.lifetime) {
        self.tenants = tenants
        self.lifetime = lifetime
    }

    /// The tenant with this subdomain; see ``TenantDirectory/entry(for:)-(Subdomain)``.
    public func entry(for subdomain: Subdomain) async throws -> Tenant? {
        if let entry = self.memory.withLock({ $0.bySubdomain[subdomain] }), entry.until > .now { return entry.tenant }
        return self.remember(try await self.tenants.tenant(subdomain))
    }

    /// The tenant with this id; see ``TenantDirectory/entry(for:)-(TenantID)``.
    public func entry(for id: TenantID) async throws -> Tenant? {
        if let entry = self.memory.withLock({ $0.byID[id] }), entry.until > .now { return entry.tenant }
        return self.remember(try await self.tenants.tenant(id))
    }

    private func remember(_ tenant: Tenant?) -> Tenant? {
        guard let tenant else { return nil }
        let entry = Entry(tenant: tenant, until: .now + self.lifetime)
        self.memory.withLock { memory in
            if memory.byID.count >= Self.capacity { memory = Memory() }
            memory.byID[tenant.id] = entry
            memory.bySubdomain[tenant.subdomain] = entry
        }
        return tenant
    }
}
