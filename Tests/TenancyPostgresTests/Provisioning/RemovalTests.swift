import Postgres
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite("Removing tenants")
struct RemovalTests {
    @Test func aTenantThatWasInUseKeepsItsData() async throws {
        try await BulkheadDatabase.with(mailDomain: "bulkhead.example") { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let going = try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
            #expect(going.status == .deleting)
            let gone = try await bulkhead.provisioner.finish(tenant.id)
            #expect(gone.status == .deleted)
            let left = try await bulkhead.database.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = '\(tenant.placement.schema)'",
                "SELECT string_agg(state, ',') FROM bulkhead.deliveries")
            #expect(left == "11\ncancelled")
            let again = try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
            #expect(again.status == .deleted)
            await #expect(throws: DomainError.self) {
                _ = try await bulkhead.provisioner.repair(tenant.id, by: .system("test"), requestID: nil, once: nil)
            }
        }
    }

    /// From before each step of the provisioning on: whatever is done is undone, and nothing is left.
    @Test(arguments: 0...7)
    func aDeletionDuringProvisioningWins(stepsDone: Int) async throws {
        try await BulkheadDatabase.with(mailDomain: "bulkhead.example") { bulkhead in
            let tenant = try await bulkhead.beginTenant("acme")
            // Steps are done by hand, so that the deletion comes at a known point.
            let request = ClaimRequest(
                workflows: [bulkhead.workflows.provision.name: bulkhead.workflows.provision.plan], worker: "hand",
                lease: .seconds(60))
            let claimed = try #require(try await bulkhead.store.claim(request))
            var fence = claimed.fence
            for step in bulkhead.workflows.provision.steps.dropFirst().prefix(stepsDone) {
                let attempt = RunEvent(.attemptStarted, step: step.name, direction: .forward, number: 1)
                fence = try await bulkhead.store.record(
                    [attempt], under: fence, then: .keep(lease: .seconds(60), .running, isDurable: false))
                let context = StepContext(fence: fence, subject: claimed.header.subject, number: 1, outputs: [:])
                let result = try await step.run(.forward, input: claimed.header.input, output: nil, in: context)
                var done = RunEvent(.attemptSucceeded, step: step.name, direction: .forward, number: 1)
                done.output = result.output
                fence = try await bulkhead.store.record(
                    [done], under: fence, then: .keep(lease: .seconds(60), .running, isDurable: false))
            }
            let wasActive = stepsDone == 7
            _ = try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
            if wasActive {
                // Too late to undo: it is finished first, and then removed like any other.
                _ = try await bulkhead.store.record([], under: fence, then: .release(after: .zero, .running))
                _ = try await Self.finishAll(tenant, bulkhead)
                #expect(try await bulkhead.database.execute("SELECT status FROM public.tenants") == "deleted")
                return
            }
            // Whoever is at it can write nothing any more.
            await #expect(throws: FenceLost.self) {
                _ = try await bulkhead.store.record([], under: fence, then: .release(after: .zero, .running))
            }
            let next = bulkhead.workflows.provision.steps[min(stepsDone + 1, 7)]
            let context = StepContext(fence: fence, subject: claimed.header.subject, number: 1, outputs: [:])
            if ["schema", "settings", "firstAdministrator", "isolationProof", "activation"].contains(next.name) {
                await #expect(throws: (any Error).self) {
                    _ = try await next.run(.forward, input: claimed.header.input, output: nil, in: context)
                }
            }
            _ = try await Self.finishAll(tenant, bulkhead)
            #expect(try await Inventory.of(bulkhead).description == "0 tenants, 0 schemas, 0 migrations, 0 mails")
            #expect(try await bulkhead.database.execute("SELECT status FROM public.tenants") == "purged")
            // The name is not given to anybody else.
            await #expect(throws: DomainError.self) { _ = try await bulkhead.beginTenant("acme") }
        }
    }

    @Test func aFailedTenantIsRemovedWithoutATrace() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.beginTenant("acme", tier: "premium")
            _ = try await bulkhead.database.execute(
                "UPDATE public.tenants SET tier = 'standard'",
                "DELETE FROM public.system_config WHERE key = 'tier.premium'")
            await #expect(throws: DomainError.self) { _ = try await bulkhead.provisioner.finish(tenant.id) }
            _ = try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: nil)
            #expect(try await bulkhead.provisioner.finish(tenant.id).status == .purged)
        }
    }

    /// The work about a tenant, whatever runs there are.
    private static func finishAll(_ tenant: Tenant, _ bulkhead: BulkheadDatabase) async throws -> Tenant {
        try await bulkhead.provisioner.finish(tenant.id)
    }
}
