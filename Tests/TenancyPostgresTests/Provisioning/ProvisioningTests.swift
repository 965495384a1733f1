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

    /// Backends die while tenants are made: the work goes on, and every tenant is made once.
    @Test func killedBackendsDoNotMatter() async throws {
        try await BulkheadDatabase.with { bulkhead in
            for round in 0..<5 {
                let tenant = try await bulkhead.beginTenant("acme\(round)")
                async let outcome = Result { try await bulkhead.provisioner.finish(tenant.id) }
                _ = try await bulkhead.database.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE usename = 'bulkhead_control' AND datname = current_database() AND pid <> pg_backend_pid()
                    """)
                // The one who drives may have lost its connection; whoever comes next takes over.
                if case .failure = await outcome { _ = try await bulkhead.provisioner.finish(tenant.id) }
            }
            let left = try await Self.inventory(bulkhead)
            #expect(left == "5 tenants, 5 schemas")
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

extension Result where Failure == any Error {
    /// What came of it.
    fileprivate init(_ work: () async throws -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}
