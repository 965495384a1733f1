import Foundation
import Tenancy
import TestSupport
import Testing
import Workflow

@testable import TenancyPostgres

@Suite("Warm pool")
struct WarmPoolTests {
    private static func fill(_ bulkhead: BulkheadDatabase) async throws {
        while try await bulkhead.pool.keep() != .full {}
    }

    /// Where something of a tenant came from, as the evidence of a step has it.
    private static func source(
        _ tenant: Tenant, _ bulkhead: BulkheadDatabase, of step: StepName = "schema"
    ) async throws -> JSONDocument? {
        let run = try #require(
            try await bulkhead.store.latestRun(about: tenant.id.description, of: TenantWorkflows.names))
        return try await bulkhead.store.events(of: run.header.id, after: 0).first {
            $0.event.step == step && $0.event.kind == .attemptSucceeded
        }?.event.evidence?["source"]
    }

    /// The pool, then nothing in it: the tenants are the same.
    @Test func tenantsAreTheSameWithAndWithout() async throws {
        try await BulkheadDatabase.with(warm: 1, mailDomain: "bulkhead.example") { bulkhead in
            try await Self.fill(bulkhead)
            #expect(try await bulkhead.pool.ready() == 1)
            let warm = try await bulkhead.makeTenant("warm")
            let cold = try await bulkhead.makeTenant("cold")
            #expect(try await Self.source(warm, bulkhead) == "warmPool")
            #expect(try await Self.source(cold, bulkhead) == "made")
            #expect(try await Census.of(warm.id, bulkhead).description == Census.whole)
            #expect(try await Census.of(cold.id, bulkhead).description == Census.whole)
            let expected = try TemplateShape.expected()
            for tenant in [warm, cold] {
                let shape = try await TemplateShape.read(
                    schema: tenant.placement.schema, version: tenant.schemaVersion, on: bulkhead.control)
                #expect(expected.differences(to: shape) == [])
            }
            #expect(try await CatalogGuard.findings(on: bulkhead.control) == [])
        }
    }

    /// What was proven is the schema that goes live, of all its tables, and against another tenant; or it is proven now.
    @Test(arguments: [
        ("", "warmPool", "warmPool"),
        ("DROP SCHEMA %s CASCADE", "made", "now"),
        ("DROP SCHEMA %s CASCADE; CREATE SCHEMA %s AUTHORIZATION bulkhead_owner", "repaired", "now"),
        ("UPDATE bulkhead.warm_tenants SET schema_version = 99", "made", "now"),
        ("UPDATE bulkhead.warm_tenants SET proof = jsonb_set(proof, '{tables}', '10')", "warmPool", "now"),
    ])
    func proofIsOfTheSchemaThatGoesLive(damage: String, schema: String, proof: String) async throws {
        try await BulkheadDatabase.with(warm: 1) { bulkhead in
            _ = try await bulkhead.makeTenant("other")
            try await Self.fill(bulkhead)
            let pooled = try await bulkhead.database.execute("SELECT schema_name FROM bulkhead.warm_tenants")
            if !damage.isEmpty {
                _ = try await bulkhead.database.execute(damage.replacingOccurrences(of: "%s", with: pooled))
            }
            let tenant = try await bulkhead.makeTenant("acme")
            #expect(tenant.placement.schema == pooled)
            #expect(try await Self.source(tenant, bulkhead) == .string(schema))
            #expect(try await Self.source(tenant, bulkhead, of: "isolationProof") == .string(proof))
            let shape = try await TemplateShape.read(
                schema: tenant.placement.schema, version: tenant.schemaVersion, on: bulkhead.control)
            #expect(try TemplateShape.expected().differences(to: shape) == [])
        }
    }

    /// Somebody has been at the schema since it was proven, and before anybody got in.
    @Test(arguments: [
        "DROP SCHEMA %s CASCADE", "DROP SCHEMA %s CASCADE; CREATE SCHEMA %s AUTHORIZATION bulkhead_owner",
    ])
    func schemaThatWasReplacedIsNotOpened(damage: String) async throws {
        try await BulkheadDatabase.with(warm: 1) { bulkhead in
            _ = try await bulkhead.makeTenant("other")
            try await Self.fill(bulkhead)
            let begun = try await bulkhead.beginTenant("acme")
            _ = try await bulkhead.database.execute(
                damage.replacingOccurrences(of: "%s", with: begun.placement.schema))
            await #expect(throws: DomainError.self) { try await bulkhead.provisioner.finish(begun.id) }
            let status = try await bulkhead.database.execute(
                "SELECT status FROM public.tenants WHERE subdomain = 'acme'")
            #expect(status == "failed")
        }
    }

    /// What is wrong with a schema made in advance is no business of the tenant's.
    @Test func schemaThatCannotBeWrittenToIsLeftAlone() async throws {
        try await BulkheadDatabase.with(warm: 1) { bulkhead in
            try await Self.fill(bulkhead)
            let schema = try await bulkhead.database.execute("SELECT schema_name FROM bulkhead.warm_tenants")
            _ = try await bulkhead.database.execute("DROP TABLE \(schema).settings")
            let tenant = try await bulkhead.makeTenant("acme")
            #expect(try await Self.source(tenant, bulkhead) == "made")
            #expect(tenant.placement.schema != schema)
            #expect(try await bulkhead.pool.ready() == 0)
        }
    }

    /// There was no other tenant to look at when the schema was proven.
    @Test func firstTenantIsProvenNow() async throws {
        try await BulkheadDatabase.with(warm: 1) { bulkhead in
            try await Self.fill(bulkhead)
            let tenant = try await bulkhead.makeTenant("acme")
            #expect(try await Self.source(tenant, bulkhead) == "warmPool")
            #expect(try await Self.source(tenant, bulkhead, of: "isolationProof") == "now")
        }
    }

    @Test func keepersDoNotGetInEachOthersWay() async throws {
        try await BulkheadDatabase.with(warm: 3) { bulkhead in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await Self.fill(bulkhead) } }
                try await group.waitForAll()
            }
            let counts = try await bulkhead.database.execute(
                "SELECT count(*) FROM bulkhead.warm_tenants WHERE proof IS NOT NULL",
                "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^tenant_'")
            #expect(counts == "3\n3")
        }
    }

    @Test func whatWasMadeFromAnotherTemplateIsMadeAnew() async throws {
        try await BulkheadDatabase.with(warm: 1) { bulkhead in
            try await Self.fill(bulkhead)
            let old = try await bulkhead.database.execute("SELECT id FROM bulkhead.warm_tenants")
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.warm_tenants SET template_checksum = repeat('0', 64)")
            #expect(try await bulkhead.pool.ready() == 0)
            #expect(try await bulkhead.pool.keep() == .dropped)
            try await Self.fill(bulkhead)
            #expect(try await bulkhead.database.execute("SELECT id FROM bulkhead.warm_tenants") != old)
            #expect(
                try await bulkhead.database.execute("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^tenant_'")
                    == "1")
        }
    }

    /// Servers of two releases run side by side for a while; the older ones leave alone what the later ones make.
    @Test func whatALaterReleaseMadeStays() async throws {
        try await BulkheadDatabase.with(warm: 1) { bulkhead in
            try await Self.fill(bulkhead)
            _ = try await bulkhead.database.execute(
                """
                UPDATE bulkhead.warm_tenants
                SET template_checksum = repeat('0', 64), schema_version = schema_version + 1
                """)
            #expect(try await bulkhead.pool.keep() == .full)
            #expect(try await bulkhead.database.execute("SELECT count(*) FROM bulkhead.warm_tenants") == "1")
        }
    }

    @Test func whatIsTooMuchIsDropped() async throws {
        try await BulkheadDatabase.with(warm: 3) { bulkhead in
            try await Self.fill(bulkhead)
            let smaller = WarmPool(
                size: 1, client: bulkhead.control, database: bulkhead.tenants, signer: bulkhead.signer,
                template: try TenantTemplate.load(), tiers: PostgresTierRepository(client: bulkhead.control),
                store: bulkhead.store)
            #expect(try await smaller.keep() == .dropped)
            #expect(try await smaller.keep() == .dropped)
            #expect(try await smaller.keep() == .full)
            #expect(try await smaller.ready() == 1)
        }
    }

    /// A keeper that died before the proof: nobody gets the schema.
    @Test func whatWasNeverProvenIsNotHandedOut() async throws {
        try await BulkheadDatabase.with(warm: 1) { bulkhead in
            try await Self.fill(bulkhead)
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.warm_tenants SET proof = NULL, schema_oid = NULL, created_at = created_at - interval '1 hour'"
            )
            let tenant = try await bulkhead.makeTenant("acme")
            #expect(try await Self.source(tenant, bulkhead) == "made")
            #expect(try await bulkhead.pool.keep() == .dropped)
        }
    }
}
