import Postgres
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite("Re-provisioning")
struct RepairTests {
    private static func repair(_ tenant: Tenant, _ bulkhead: BulkheadDatabase) async throws -> Tenant {
        _ = try await bulkhead.provisioner.repair(tenant.id, by: .system("test"), requestID: nil, once: nil)
        return try await bulkhead.provisioner.finish(tenant.id)
    }

    private static func evidence(_ step: StepName, _ tenant: Tenant, _ bulkhead: BulkheadDatabase) async throws
        -> JSONDocument?
    {
        let run = try #require(
            try await bulkhead.store.latestRun(about: tenant.id.description, of: TenantWorkflows.names))
        return try await bulkhead.store.events(of: run.header.id, after: 0).last {
            $0.event.step == step && $0.event.evidence != nil
        }?.event.evidence
    }

    @Test(arguments: [
        "DROP TABLE %.outbox", "DROP TABLE %.users CASCADE", "DROP TABLE %.clients CASCADE",
        "DROP INDEX %.clients_by_created_at", "ALTER TABLE %.clients DROP CONSTRAINT tenant_home",
        "ALTER TABLE %.registrations DROP CONSTRAINT registrations_tenant_id_client_id_fkey",
        "DROP POLICY tenant_proven ON %.documents", "CREATE POLICY oops ON %.documents USING (true)",
        "ALTER POLICY tenant_named ON %.documents USING (true)",
        "ALTER TABLE %.commissions DISABLE ROW LEVEL SECURITY", "ALTER TABLE %.commissions NO FORCE ROW LEVEL SECURITY",
        "REVOKE INSERT ON %.settings FROM bulkhead_app", "REVOKE ALL ON %.settings FROM bulkhead_backup",
        "DELETE FROM %.settings WHERE key = 'locale'", "DELETE FROM %.users", "DROP SCHEMA % CASCADE",
        "REVOKE USAGE ON SCHEMA % FROM bulkhead_app",
    ])
    func whatIsMissingIsRepaired(damage: String) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let other = try await bulkhead.makeTenant("other")
            let tenant = try await bulkhead.makeTenant("acme")
            _ = try await bulkhead.database.execute(damage.replacing("%", with: tenant.placement.schema))
            let repaired = try await Self.repair(tenant, bulkhead)
            #expect(repaired.status == .active)
            let shape = try await TemplateShape.read(
                schema: tenant.placement.schema, version: tenant.schemaVersion, on: bulkhead.control)
            #expect(try TemplateShape.expected().differences(to: shape) == [])
            #expect(try await Census.of(tenant.id, bulkhead) == (try await Census.of(other.id, bulkhead)))
            #expect(try await CatalogGuard.findings(on: bulkhead.control) == [])
            let mayUse = try await bulkhead.database.execute(
                "SELECT has_schema_privilege('bulkhead_app', '\(tenant.placement.schema)', 'USAGE')")
            #expect(mayUse == "t")
        }
    }

    @Test func whatIsRightIsNotTouched() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let schema = tenant.placement.schema
            _ = try await bulkhead.database.execute(
                "UPDATE \(schema).settings SET value = '\"de\"' WHERE key = 'locale'",
                "UPDATE \(schema).users SET status = 'active', password_hash = '$scrypt$x'")
            let question = """
                SELECT string_agg(xmin::text || ctid::text, ',' ORDER BY key) FROM \(schema).settings
                UNION ALL SELECT string_agg(xmin::text || ctid::text, ',') FROM \(schema).users
                UNION ALL SELECT string_agg(oid::text || relfilenode::text, ',' ORDER BY oid) FROM pg_class
                    WHERE relnamespace = '\(schema)'::regnamespace
                """
            let before = try await bulkhead.database.execute(question)
            let repaired = try await Self.repair(tenant, bulkhead)
            #expect(try await bulkhead.database.execute(question) == before)
            #expect(repaired.updatedAt == tenant.updatedAt)
            #expect(try await Self.evidence("schema", tenant, bulkhead)?["source"] == "present")
            #expect(try await Self.evidence("settings", tenant, bulkhead)?["written"] == 0)
        }
    }

    /// What only a person can mend is named, and the tenant stays in service with all its data.
    @Test func aForeignColumnIsReportedAndNothingIsUndone() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            _ = try await bulkhead.database.execute(
                "ALTER TABLE \(tenant.placement.schema).clients DROP COLUMN phone")
            await #expect(throws: DomainError.self) { _ = try await Self.repair(tenant, bulkhead) }
            let run = try #require(
                try await bulkhead.store.latestRun(about: tenant.id.description, of: TenantWorkflows.names))
            #expect(run.status == .dead)
            let differences = try await Self.evidence("schema", tenant, bulkhead)?["differences"]
            #expect("\(String(describing: differences))".contains("column missing: phone"))
            #expect(try await bulkhead.database.execute("SELECT status FROM public.tenants") == "active")
            // Mended by hand and resumed, it goes on where it stopped.
            _ = try await bulkhead.database.execute(
                "ALTER TABLE \(tenant.placement.schema).clients ADD COLUMN phone text "
                    + "CHECK (length(phone) BETWEEN 1 AND 40 AND phone !~ '[[:cntrl:]]')")
            #expect(try await bulkhead.store.resume(run.header.id, by: "test"))
        }
    }

    /// A creation that came to nothing leaves the record, which says so; provisioned anew it becomes a whole tenant.
    @Test func aFailedTenantIsProvisionedAnew() async throws {
        try await BulkheadDatabase.with { bulkhead in
            // A schema of the name that the tenant will want cannot be there; a missing tier can.
            let tenant = try await bulkhead.beginTenant("acme", tier: "premium")
            _ = try await bulkhead.database.execute(
                "UPDATE public.tenants SET tier = 'standard'",
                "DELETE FROM public.system_config WHERE key = 'tier.premium'")
            await #expect(throws: DomainError.self) { _ = try await bulkhead.provisioner.finish(tenant.id) }
            #expect(try await Census.of(tenant.id, bulkhead).description == Census.nothing)
            #expect(try await bulkhead.database.execute("SELECT status FROM public.tenants") == "failed")
            let run = try #require(
                try await bulkhead.store.latestRun(about: tenant.id.description, of: TenantWorkflows.names))
            #expect(run.status == .compensated)
            let why = try await bulkhead.store.events(of: run.header.id, after: 0).last { $0.event.reason != nil }
            #expect(why?.event.reason?.contains("premium") == true)
            #expect(try await Self.repair(tenant, bulkhead).status == .active)
        }
    }

    @Test func whatIsUnderWayIsNotStartedAgain() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.beginTenant("acme")
            let again = try await bulkhead.provisioner.repair(
                tenant.id, by: .system("test"), requestID: nil, once: nil)
            if case .done(let same) = again { #expect(same.status == .provisioning) } else { Issue.record("answered") }
            #expect(try await bulkhead.database.execute("SELECT count(*) FROM bulkhead.workflow_runs") == "1")
        }
    }
}
