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

    private static func source(_ tenant: Tenant, _ bulkhead: BulkheadDatabase) async throws -> JSONDocument? {
        let run = try #require(
            try await bulkhead.store.latestRun(about: tenant.id.description, of: TenantWorkflows.names))
        return try await bulkhead.store.events(of: run.header.id, after: 0).first {
            $0.event.step == "schema" && $0.event.kind == .attemptSucceeded
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

    /// A keeper that died before the proof: nobody gets the schema.
    @Test func whatWasNeverProvenIsNotHandedOut() async throws {
        try await BulkheadDatabase.with(warm: 1) { bulkhead in
            try await Self.fill(bulkhead)
            _ = try await bulkhead.database.execute(
                "UPDATE bulkhead.warm_tenants SET proof = NULL, created_at = created_at - interval '1 hour'")
            let tenant = try await bulkhead.makeTenant("acme")
            #expect(try await Self.source(tenant, bulkhead) == "made")
            #expect(try await bulkhead.pool.keep() == .dropped)
        }
    }
}
