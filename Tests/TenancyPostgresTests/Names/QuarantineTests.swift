import Foundation
import Logging
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Names of tenants that are gone")
struct QuarantineTests {
    @Test func aPurgedNameIsHeldBackUntilItsDate() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await Self.purged("acme", bulkhead)
            let error = await #expect(throws: DomainError.self) { _ = try await bulkhead.beginTenant("acme") }
            guard case .reserved(let field, let detail, let until)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            let days = until.timeIntervalSinceNow / 86_400
            #expect(field == "/subdomain" && days > 89.9 && days <= 90)
            #expect(detail.contains("is in quarantine") && detail.contains(Self.day(until)))
            #expect(try await bulkhead.database.execute("SELECT count(*) FROM public.tenants") == "1")
            // The name is somebody else's when its time has come.
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.released_names SET released_at = released_at - interval '90 days'")
            let next = try await bulkhead.makeTenant("acme")
            #expect(next.status == .active && next.id != tenant.id)
            let found = try await PostgresTenantRepository(client: bulkhead.control).tenant(next.subdomain)
            #expect(found?.id == next.id)
        }
    }

    @Test func theNameOfADeletedTenantIsHeldByItsData() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            _ = try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
            for isDone in [false, true] {
                if isDone { _ = try await bulkhead.provisioner.finish(tenant.id) }
                let error = await #expect(throws: DomainError.self) { _ = try await bulkhead.beginTenant("acme") }
                guard case .reserved(_, let detail, let until)? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(detail.contains("belongs to a deleted tenant") && detail.contains("at the earliest"))
                #expect(until.timeIntervalSinceNow > 89.9 * 86_400)
            }
        }
    }

    @Test func theNameOfATenantInServiceIsTaken() async throws {
        try await BulkheadDatabase.with { bulkhead in
            _ = try await bulkhead.beginTenant("acme")
            let error = await #expect(throws: DomainError.self) { _ = try await bulkhead.beginTenant("acme") }
            #expect(error == .taken(field: "/subdomain", detail: "is taken; choose another name"))
        }
    }

    @Test func aQuarantineOfNoDaysFreesAPurgedNameAtOnce() async throws {
        try await BulkheadDatabase.with { bulkhead in
            _ = try await Self.purged("acme", bulkhead)
            let provisioner = PostgresTenantProvisioner(
                client: bulkhead.control, store: bulkhead.store, workflows: bulkhead.workflows, pool: bulkhead.pool,
                quarantine: NameQuarantine(days: 0), logger: Logger(label: "test"))
            let new = try NewTenant(
                name: "Acme", subdomain: "acme", tier: "standard", adminEmail: "a@acme.example",
                tiers: Tier.builtIn.map(\.name))
            guard
                case .done(let tenant) = try await provisioner.begin(
                    new, by: .system("test"), requestID: nil, once: nil)
            else {
                Issue.record("answered from memory")
                return
            }
            #expect(tenant.status == .provisioning)
        }
    }

    @Test func aRowThatIsDeletedHoldsItsNameToo() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.beginTenant("acme")
            _ = try await bulkhead.database.execute("DELETE FROM public.tenants WHERE id = '\(tenant.id)'")
            await #expect(throws: DomainError.self) { _ = try await bulkhead.beginTenant("acme") }
        }
    }

    /// A tenant that was never in use, removed.
    private static func purged(_ subdomain: String, _ bulkhead: BulkheadDatabase) async throws -> Tenant {
        let tenant = try await bulkhead.beginTenant(subdomain)
        _ = try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
        let gone = try await bulkhead.provisioner.finish(tenant.id)
        try #require(gone.status == .purged)
        return gone
    }

    private static func day(_ date: Date) -> String {
        date.addingTimeInterval(86_400).formatted(.iso8601.year().month().day())
    }
}
