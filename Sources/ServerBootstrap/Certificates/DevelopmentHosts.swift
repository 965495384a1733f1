import Tenancy

/// The hosts that a certificate of development has to name one by one.
struct DevelopmentHosts: Sendable {
    /// A certificate has room for so many names.
    private static let most = 1000

    let base: BaseDomain
    let tenants: any TenantRepository

    /// The hosts of tenants that are there or to come; none where a wildcard is honoured.
    func named() async throws -> Set<String> {
        // Clients match no wildcard directly below a top-level domain such as `localhost`.
        guard !self.base.description.contains(".") else { return [] }
        var hosts: Set<String> = []
        try await self.tenants.readPages { page in
            let there = page.filter { $0.status == .provisioning || TenantStatus.living.contains($0.status) }
            hosts.formUnion(there.map { self.base.host(of: $0.subdomain) })
            return hosts.count < Self.most
        }
        return hosts
    }
}
