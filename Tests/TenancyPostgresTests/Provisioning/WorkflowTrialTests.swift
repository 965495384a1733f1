import Logging
import Synchronization
import Tenancy
import TestSupport
import Testing
import Workflow
import WorkflowTestKit

@testable import TenancyPostgres

@Suite("Provisioning under trial")
struct WorkflowTrialTests {
    /// Every step twice; a failure at each step, before and behind its effect; every undo twice.
    ///
    /// With and without a schema made in advance.
    @Test(arguments: [false, true])
    func provisioning(warm: Bool) async throws {
        try await BulkheadDatabase.with(warm: warm ? 1 : 0, mailDomain: "bulkhead.example") { bulkhead in
            let others = try await bulkhead.makeTenant("other")
            let number = Mutex(0)
            let trial = WorkflowTrial<Census> {
                if warm { while try await bulkhead.pool.keep() != .full {} }
                let subject = Subject()
                return TrialStage(workflow: bulkhead.workflows.provision, store: bulkhead.store) {
                    try await Census.of(subject.tenant, bulkhead)
                } start: {
                    let name = number.withLock { number in
                        number += 1
                        return "trial\(number)"
                    }
                    let tenant = try await bulkhead.beginTenant(name)
                    subject.set(tenant.id)
                    let run = try await bulkhead.store.latestRun(
                        about: tenant.id.description, of: TenantWorkflows.names)
                    return try #require(run).header.id
                }
            }
            let findings = try await trial.findings().map(\.description).joined(separator: "\n")
            #expect(findings == "")
            // Nobody else was touched, and nothing of those that came to nothing is left.
            #expect(try await Census.of(others.id, bulkhead).description == Census.whole)
            #expect(try await CatalogGuard.findings(on: bulkhead.control) == [])
            let lost = try await bulkhead.database.execute(
                """
                SELECT n.nspname FROM pg_namespace n WHERE n.nspname ~ '^tenant_'
                  AND NOT EXISTS (SELECT 1 FROM public.tenants t WHERE t.schema_name = n.nspname AND t.status = 'active')
                  AND NOT EXISTS (SELECT 1 FROM bulkhead.warm_tenants w WHERE w.schema_name = n.nspname)
                """)
            #expect(lost == "")
        }
    }

    private final class Subject: Sendable {
        private let id = Mutex<TenantID?>(nil)
        var tenant: TenantID? { self.id.withLock { $0 } }
        func set(_ tenant: TenantID) { self.id.withLock { $0 = tenant } }
    }
}

/// What there is of one tenant, in words that are the same for every tenant.
struct Census: Equatable, Sendable, CustomStringConvertible {
    static let nothing = "nothing"
    static let whole = "active, 11 tables, 1 version, 7 settings, 1 administrator, 1 trail, 0 canaries, 1 mail, 1 run"

    var description: String

    static func of(_ tenant: TenantID?, _ bulkhead: BulkheadDatabase) async throws -> Census {
        guard let tenant else { return Census(description: self.nothing) }
        let schema = Placement.ownSchema(of: tenant).schema
        let record = try await bulkhead.database.execute(
            """
            SELECT CASE WHEN status IN ('failed', 'purged') THEN 'none' ELSE status END || ', '
                || (SELECT count(*) FROM pg_tables WHERE schemaname = '\(schema)') || ' tables, '
                || (SELECT count(*) FROM bulkhead.tenant_migrations WHERE tenant_id = t.id) || ' version'
            FROM public.tenants t WHERE id = '\(tenant)'
            """)
        if record == "none, 0 tables, 0 version" { return Census(description: self.nothing) }
        guard record.contains("11 tables") else { return Census(description: record) }
        let rows = try await bulkhead.database.execute(
            """
            SELECT (SELECT count(*) FROM \(schema).settings WHERE key <> 'canary') || ' settings, '
                || (SELECT count(*) FROM \(schema).users WHERE is_first_admin) || ' administrator, '
                || (SELECT count(*) FROM \(schema).audit_log WHERE action = 'tenant.create') || ' trail, '
                || (SELECT count(*) FROM \(schema).users WHERE NOT is_first_admin)
                    + (SELECT count(*) FROM \(schema).clients) + (SELECT count(*) FROM \(schema).outbox)
                    + (SELECT count(*) FROM \(schema).canary) + (SELECT count(*) FROM \(schema).settings WHERE key = 'canary')
                    + (SELECT count(*) FROM \(schema).audit_log WHERE action = 'canary.planted') || ' canaries, '
                || (SELECT count(*) FROM bulkhead.deliveries WHERE tenant_id = '\(tenant)') || ' mail, '
                || (SELECT count(*) FROM bulkhead.workflow_runs r JOIN bulkhead.deliveries d ON d.run_id = r.id
                    WHERE d.tenant_id = '\(tenant)') || ' run'
            """)
        return Census(description: "\(record), \(rows)")
    }
}
