import Foundation
import Postgres
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite("Requests about a tenant that somebody is working on")
struct RequestsDuringWorkTests {
    /// A run about the tenant in the hands of the test, so that it stands where the test wants it.
    private static func claim(_ workflow: Workflow, _ bulkhead: BulkheadDatabase) async throws -> ClaimedRun {
        let request = ClaimRequest(
            workflows: [workflow.name: workflow.plan], worker: "hand", lease: .seconds(60))
        return try #require(try await bulkhead.store.claim(request))
    }

    private static func remove(_ tenant: Tenant, _ bulkhead: BulkheadDatabase) async throws -> Tenant {
        try await bulkhead.provisioner.remove(tenant.id, by: .system("test"), requestID: "r-1")
    }

    private static func repair(_ tenant: Tenant, _ bulkhead: BulkheadDatabase) async throws {
        _ = try await bulkhead.provisioner.repair(tenant.id, by: .system("test"), requestID: nil, once: nil)
    }

    /// The text of the conflict that provisioning ends in.
    private static func conflict(_ tenant: Tenant, _ bulkhead: BulkheadDatabase) async throws -> String {
        let error = await #expect(throws: DomainError.self) { try await Self.repair(tenant, bulkhead) }
        guard case .conflict(let text) = error else {
            Issue.record("\(String(describing: error))")
            return ""
        }
        return text
    }

    private static func expectHeldUp(_ error: DomainError?, sourceLocation: SourceLocation = #_sourceLocation) {
        guard case .heldUp(let text, let seconds) = error else {
            Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
            return
        }
        #expect(text.contains("nothing was changed") && seconds > 0, sourceLocation: sourceLocation)
    }

    private static func runs(_ bulkhead: BulkheadDatabase) async throws -> String {
        try await bulkhead.database.execute(
            "SELECT string_agg(workflow || ' ' || status, ', ' ORDER BY number) FROM bulkhead.workflow_runs")
    }

    @Test func aTenantThatIsBeingRemovedIsNotProvisioned() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            _ = try await Self.remove(tenant, bulkhead)
            let text = try await Self.conflict(tenant, bulkhead)
            #expect(text.contains("being removed") && text.contains("deleting"))
            #expect(try await Self.runs(bulkhead) == "tenant.provision completed, tenant.remove running")
            _ = try await bulkhead.provisioner.finish(tenant.id)
            #expect(try await Self.conflict(tenant, bulkhead).contains("The tenant is deleted"))
        }
    }

    @Test func aTenantThatIsBeingUndoneIsNotProvisionedYet() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.beginTenant("acme")
            let claimed = try await Self.claim(bulkhead.workflows.provision, bulkhead)
            _ = try await bulkhead.store.record(
                [RunEvent(.compensationStarted, reason: "schema: no")], under: claimed.fence,
                then: .release(after: .zero, .compensating))
            #expect(try await Self.conflict(tenant, bulkhead).contains("being undone"))
            await #expect(throws: DomainError.self) { _ = try await bulkhead.provisioner.finish(tenant.id) }
            try await Self.repair(tenant, bulkhead)
            #expect(try await bulkhead.provisioner.finish(tenant.id).status == .active)
        }
    }

    /// Neither request leads nowhere: the one says what to do, the other does it.
    @Test func aRemovalThatGaveUpIsResumedByAskingAgain() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            _ = try await Self.remove(tenant, bulkhead)
            let claimed = try await Self.claim(bulkhead.workflows.remove, bulkhead)
            _ = try await bulkhead.store.record(
                [RunEvent(.deadLettered, reason: "mail: no")], under: claimed.fence, then: .end(.dead))
            let path = "POST /api/admin/tenants/\(tenant.id)/provisioning/resume"
            #expect(try await Self.conflict(tenant, bulkhead).contains(path))
            #expect(try await Self.remove(tenant, bulkhead).status == .deleting)
            #expect(try await bulkhead.store.status(of: claimed.header.id) == .running)
            let events = try await bulkhead.store.events(of: claimed.header.id, after: 0)
            #expect(events.last?.event.kind == .resumed)
            #expect(events.last?.event.reason == "by system:test")
            // Under way again: asking once more changes nothing.
            _ = try await Self.remove(tenant, bulkhead)
            #expect(try await bulkhead.store.events(of: claimed.header.id, after: 0).count == events.count)
            #expect(try await bulkhead.provisioner.finish(tenant.id).status == .deleted)
            let trail = try await bulkhead.database.execute(
                "SELECT string_agg(coalesce(details->>'resumed', '-'), ' ' ORDER BY seq) FROM bulkhead.audit_log "
                    + "WHERE action = 'tenant.delete'")
            #expect(trail == "- \(claimed.header.id)")
        }
    }

    /// A step that takes long holds its run; a request must not hold a connection as long.
    @Test func aLongStepHoldsRequestsUpForMomentsOnly() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.beginTenant("acme")
            let claimed = try await Self.claim(bulkhead.workflows.provision, bulkhead)
            let began = ContinuousClock.now
            try await FencedClient(client: bulkhead.control).transaction(under: claimed.fence) { _ in
                Self.expectHeldUp(
                    await #expect(throws: DomainError.self) { _ = try await Self.remove(tenant, bulkhead) })
                Self.expectHeldUp(
                    await #expect(throws: DomainError.self) { try await Self.repair(tenant, bulkhead) })
                // Held by a worker, which shows without waiting for its row.
                let isResumed = try await bulkhead.store.resume(claimed.header.id, by: "test")
                #expect(!isResumed)
            }
            #expect(ContinuousClock.now - began < .seconds(10))
            #expect(try await Self.runs(bulkhead) == "tenant.provision running")
            #expect(try await Self.remove(tenant, bulkhead).status == .deleting)
        }
    }

    @Test func aRunThatWaitsAndIsHeldAllTheSameIsResumedLater() async throws {
        try await BulkheadDatabase.with { bulkhead in
            _ = try await bulkhead.beginTenant("acme")
            let claimed = try await Self.claim(bulkhead.workflows.provision, bulkhead)
            // The lease ran out in the middle of a step, and the clock was set back.
            try await FencedClient(client: bulkhead.control).transaction(under: claimed.fence) { _ in
                _ = try await bulkhead.database.execute(
                    "UPDATE bulkhead.workflow_runs SET lease_until = now(), run_at = now() + interval '3 hours'")
                Self.expectHeldUp(
                    await #expect(throws: DomainError.self) {
                        _ = try await bulkhead.store.resume(claimed.header.id, by: "test")
                    })
            }
            #expect(try await bulkhead.store.resume(claimed.header.id, by: "test"))
        }
    }

    /// Twenty who ask at the same moment start one run.
    @Test(arguments: ["active", "failed"]) func parallelRequestsStartOneRun(status: String) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            if status == "failed" {
                _ = try await bulkhead.database.execute(
                    "ALTER TABLE public.tenants DISABLE TRIGGER ALL",
                    "UPDATE public.tenants SET status = 'failed', activated_at = NULL WHERE id = '\(tenant.id)'",
                    "ALTER TABLE public.tenants ENABLE TRIGGER ALL")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { try await Self.repair(tenant, bulkhead) } }
                try await group.waitForAll()
            }
            let open = try await bulkhead.database.execute(
                "SELECT count(*) FROM bulkhead.workflow_runs WHERE status = 'running' AND subject = '\(tenant.id)'")
            #expect(open == "1")
        }
    }
}
