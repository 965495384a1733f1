import Foundation
import Postgres
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Provisioning")
struct ProvisioningTests {
    @Test func makesEverything() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme", tier: "premium")
            #expect(tenant.status == .active)
            #expect(tenant.schemaVersion == (try TenantTemplate.load().version))
            #expect(tenant.placement == .ownSchema(of: tenant.id))
            let answers = try await bulkhead.tenants.read(
                [
                    "SELECT key, value FROM settings ORDER BY key",
                    "SELECT email, role, status, is_first_admin FROM users",
                    "SELECT action, actor FROM audit_log",
                ], in: bulkhead.access(tenant))
            let settings = Dictionary(
                uniqueKeysWithValues: try answers[0].map { row in
                    (try row[0].decode(String.self), try row[1].decode(PostgresJSON<SettingValue>.self).value)
                })
            #expect(settings.count == SettingKey.allCases.count)
            #expect(settings["features"] == .list(["commissions", "documents"]))
            #expect(settings["legalName"] == .text("Acme"))
            let user = try #require(answers[1].first).decode(String.self, String.self, String.self, Bool.self)
            #expect(user == ("admin@acme.example", "admin", "invited", true))
            #expect(answers[2].count == 1)
        }
    }

    @Test func aTakenSubdomainLeavesNothing() async throws {
        try await BulkheadDatabase.with { bulkhead in
            _ = try await bulkhead.makeTenant("acme")
            let before = try await Self.inventory(bulkhead)
            await #expect(throws: DomainError.taken(field: "/subdomain", detail: "is taken; choose another name")) {
                _ = try await bulkhead.makeTenant("acme")
            }
            let left = try await Self.inventory(bulkhead)
            #expect(left == before)
        }
    }

    @Test func fiftyAtOnceMakeOne() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let outcomes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        do {
                            _ = try await bulkhead.makeTenant("acme")
                            return "made"
                        } catch DomainError.taken {
                            return "taken"
                        } catch {
                            return "\(error)"
                        }
                    }
                }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(outcomes == ["made": 1, "taken": 49])
            let left = try await Self.inventory(bulkhead)
            #expect(left == "1 tenants, 1 schemas")
        }
    }

    /// Fails at every statement in turn: whatever stops a creation, nothing is left and the next one succeeds.
    @Test(arguments: ProvisioningStep.allCases)
    func aFailureInAStepLeavesNothing(step: ProvisioningStep) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let id = TenantID.random()
            let new = try NewTenant(
                name: "Acme", subdomain: "acme", tier: "free", adminEmail: "a@b.example", tiers: [TierName("free")])
            let plan = ProvisioningPlan(
                id: id, new: new, tier: Tier.builtIn[0], template: try TenantTemplate.load(),
                principal: .system("test"))
            let entry = TenantEntry(
                credential: bulkhead.signer.credential(for: id, mode: .readWrite), limits: Tier.builtIn[3])
            await #expect(throws: PostgresError.self) {
                try await bulkhead.control.withTransaction { transaction in
                    for next in ProvisioningStep.allCases {
                        if next == .schema { _ = try await transaction.query("SET LOCAL ROLE bulkhead_owner") }
                        if next == .activation { _ = try await transaction.query("SET LOCAL ROLE NONE") }
                        _ = try await transaction.execute(plan.statements(of: next, entry: entry))
                        if next == step { _ = try await transaction.query("SELECT 1 / 0") }
                    }
                }
            }
            let left = try await Self.inventory(bulkhead)
            #expect(left == "0 tenants, 0 schemas")
            _ = try await bulkhead.makeTenant("acme")
        }
    }

    @Test func aKilledBackendLeavesNothing() async throws {
        try await BulkheadDatabase.with { bulkhead in
            for round in 0..<10 {
                async let creation = bulkhead.makeTenant("acme\(round)")
                _ = try await bulkhead.database.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE usename = 'bulkhead_control' AND datname = current_database() AND pid <> pg_backend_pid()
                    """)
                let made = (try? await creation) != nil  // Both ends are right; what is left is checked below.
                let count = made ? 1 : 0
                try await eventually {
                    try await bulkhead.database.execute(
                        "SELECT count(*) FROM public.tenants WHERE subdomain = 'acme\(round)'") == "\(count)"
                }
                if !made { _ = try await bulkhead.makeTenant("acme\(round)") }
            }
            let left = try await Self.inventory(bulkhead)
            #expect(left == "10 tenants, 10 schemas")
            #expect(try await CatalogGuard.findings(on: bulkhead.control) == [])
        }
    }

    private static func inventory(_ bulkhead: BulkheadDatabase) async throws -> String {
        try await bulkhead.database.execute(
            """
            SELECT (SELECT count(*) FROM public.tenants) || ' tenants, '
                || (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tenant\\_%') || ' schemas'
            """)
    }
}
