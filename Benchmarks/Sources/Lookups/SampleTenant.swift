import Foundation
import Tenancy

/// Tenants of a usual size.
enum SampleTenant {
    static func make(_ number: Int) throws -> Tenant {
        let id = TenantID.random()
        guard let subdomain = Subdomain(stored: "customer-\(number)") else { throw Lookups.Unexpected.miss }
        return Tenant(
            id: id, name: "Customer Number \(number) Limited", subdomain: subdomain, tier: TierName("standard"),
            status: .active, placement: .ownSchema(of: id), createdAt: Date(), updatedAt: Date(), schemaVersion: 1,
            version: 3)
    }
}

/// A catalog that has everything in memory.
struct FixedSource: TenantCatalog {
    private let tenants: [Subdomain: Tenant]

    init(_ tenants: [Tenant]) {
        self.tenants = Dictionary(uniqueKeysWithValues: tenants.map { ($0.subdomain, $0) })
    }

    func tenant(_ key: TenantKey, deadline: ContinuousClock.Instant) async throws -> Tenant? {
        guard case .subdomain(let subdomain) = key else { return nil }
        return self.tenants[subdomain]
    }

    func versions(of ids: [TenantID], deadline: ContinuousClock.Instant) async throws -> [TenantID: Int64] { [:] }
}
