import ControlPlane
import Synchronization
import Tenancy
import TenancyPostgres
import TestSupport
import Testing
import Workflow
import WorkflowTestKit

@Suite("Provisioning with names under trial")
struct NamedTrialTests {
    /// Every step twice; a failure at each step, before and behind its effect; every undo twice.
    @Test(.timeLimit(.minutes(4))) func provisioning() async throws {
        try await NamedInstallation.with { installation in
            let bulkhead = installation.bulkhead
            let other = try await bulkhead.makeTenant("other")
            let number = Mutex(0)
            let subject = Mutex<Tenant?>(nil)
            let trial = WorkflowTrial<Place> {
                subject.withLock { $0 = nil }
                return TrialStage(workflow: bulkhead.workflows.provision, store: bulkhead.store) {
                    try await Place.of(subject.withLock { $0 }, installation)
                } start: {
                    let name = number.withLock { number in
                        number += 1
                        return "trial\(number)"
                    }
                    let tenant = try await bulkhead.beginTenant(name)
                    subject.withLock { $0 = tenant }
                    let run = try await bulkhead.store.latestRun(
                        about: tenant.id.description, of: TenantWorkflows.names)
                    return try #require(run).header.id
                }
            }
            let findings = try await trial.findings().map(\.description).joined(separator: "\n")
            #expect(findings == "")
            #expect(try await Place.of(other, installation).description == "active, 3 records")
            // Nobody's records are left of those that came to nothing.
            #expect(try await installation.reconciler.reconcile()?.changed == 0)
        }
    }
}

/// What there is of one tenant and its name, in words that are the same for every tenant.
private struct Place: Equatable, Sendable, CustomStringConvertible {
    var description: String

    static func of(_ tenant: Tenant?, _ installation: NamedInstallation) async throws -> Place {
        guard let tenant else { return Place(description: "none, 0 records") }
        let status = try await installation.bulkhead.database.execute(
            """
            SELECT CASE WHEN status IN ('failed', 'purged') THEN 'none' ELSE status END
            FROM public.tenants WHERE id = '\(tenant.id)'
            """)
        let records = try await installation.records().filter { $0.contains("\(tenant.subdomain).saas.test ") }
        return Place(description: "\(status), \(records.count) records")
    }
}
