import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite struct InterventionTests {
    @Test func everyWayIsOpenAndOnRecord() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenants = PostgresTenantRepository(client: bulkhead.control)
            let tenant = try await bulkhead.makeTenant("acme")
            for intervention in TenantIntervention.allCases + TenantIntervention.allCases.reversed() {
                let changed = try await tenants.intervene(
                    intervention, with: tenant.id, reason: "because", by: .system("test"), requestID: "r-1")
                #expect(changed.status == intervention.status)
            }
            // suspend resume maintenance readOnly, no word about readOnly again, maintenance resume suspend.
            let trail = try await bulkhead.database.execute(
                """
                SELECT string_agg(action || ' ' || (details->>'from'), ', ' ORDER BY seq) FROM bulkhead.audit_log
                WHERE details->>'reason' = 'because' AND request_id = 'r-1'
                """)
            #expect(
                trail
                    == "tenant.suspend active, tenant.resume suspended, tenant.maintenance active, "
                    + "tenant.readOnly maintenance, tenant.maintenance readOnly, tenant.resume maintenance, "
                    + "tenant.suspend active")
        }
    }

    @Test func oneThatIsNotThereIsLeftAlone() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenants = PostgresTenantRepository(client: bulkhead.control)
            let tenant = try await bulkhead.beginTenant("acme")
            for intervention in TenantIntervention.allCases {
                let error = await #expect(throws: DomainError.self) {
                    _ = try await tenants.intervene(
                        intervention, with: tenant.id, reason: nil, by: .system("test"), requestID: nil)
                }
                #expect("\(String(describing: error))".contains("provisioning"))
                await #expect(throws: DomainError.notFound("tenant")) {
                    _ = try await tenants.intervene(
                        intervention, with: .random(), reason: nil, by: .system("test"), requestID: nil)
                }
            }
            #expect(try await tenants.tenant(tenant.id)?.status == .provisioning)
        }
    }
}
