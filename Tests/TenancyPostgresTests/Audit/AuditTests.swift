import Postgres
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Audit trails")
struct AuditTests {
    @Test func manyWritersMakeOneChainInTheCatalog() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let trail = PostgresAuditTrail(client: bulkhead.control)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        try await trail.record(
                            AuditEvent(
                                actor: "system:test", action: "test.run", tenant: nil, details: ["n": "\(number)"]))
                    }
                }
                try await group.waitForAll()
            }
            let verification = AuditVerification(control: bulkhead.control, database: bulkhead.tenants)
            #expect(try await verification.catalogBreaks() == [])
            #expect(try await bulkhead.database.execute("SELECT count(*), max(seq) FROM bulkhead.audit_log") == "40|40")
            for (damage, place) in [
                ("UPDATE bulkhead.audit_log SET actor = 'nobody' WHERE seq = 7", Int64(7)),
                ("DELETE FROM bulkhead.audit_log WHERE seq = 3", Int64(4)),
            ] {
                try await bulkhead.database.execute(damage)
                #expect(try await verification.catalogBreaks().contains(place))
            }
        }
    }

    @Test func manyWritersMakeOneChainInATenant() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let clients = PostgresClientRepository(database: bulkhead.tenants)
            let access = bulkhead.access(tenant)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let draft = try ClientDraft(name: "C\(number)", email: nil, phone: nil, notes: nil)
                        _ = try await clients.create(draft, in: access)
                    }
                }
                try await group.waitForAll()
            }
            let verification = AuditVerification(control: bulkhead.control, database: bulkhead.tenants)
            #expect(try await verification.tenantBreaks(in: access) == [])
            let schema = tenant.placement.schema
            #expect(
                try await bulkhead.database.execute("SELECT count(*), max(seq) FROM \(schema).audit_log") == "21|21")
            try await bulkhead.database.execute("UPDATE \(schema).audit_log SET details = '{\"x\":1}' WHERE seq = 5")
            #expect(try await verification.tenantBreaks(in: access) == [5])
        }
    }

    @Test func aTenantCannotBreakOrBlockItsOwnChain() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let access = bulkhead.access(tenant)
            for seq in ["9223372036854775807", "3", "2"] {
                await #expect(throws: PostgresError.self) {
                    try await bulkhead.tenants.withTenant(access) { session in
                        _ = try await session.query(
                            """
                            INSERT INTO audit_log (tenant_id, seq, at, actor, action, prev_hash, hash)
                            VALUES (\(tenant.id.uuid)::uuid, \(unescaped: seq), now(), 'user:ceo', 'tenant.create',
                                    sha256(''), sha256('x'))
                            """)
                    }
                }
            }
            try await bulkhead.tenants.withTenant(access) { session in
                try await session.audit(.init(action: "test.run", subject: nil))
            }
            let verification = AuditVerification(control: bulkhead.control, database: bulkhead.tenants)
            #expect(try await verification.tenantBreaks(in: access) == [])
        }
    }

    @Test func aVisitToAllTenantsReadsEachAndIsWrittenDown() async throws {
        try await BulkheadDatabase.with { bulkhead in
            for name in ["acme", "globex", "initech"] { _ = try await bulkhead.makeTenant(name) }
            try await bulkhead.database.execute(
                "UPDATE public.tenants SET status = 'deleting' WHERE subdomain = 'initech'")
            let catalog = PostgresTenantRepository(client: bulkhead.control)
            let trail = PostgresAuditTrail(client: bulkhead.control)
            func visit(_ reason: String, _ query: PostgresQuery) async throws -> [String] {
                try await bulkhead.tenants.withAllTenants(
                    reason: reason, by: .system("test"), catalog: catalog, audit: trail
                ) { tenant, session in
                    let rows = try await session.query(query)
                    return "\(tenant.subdomain) \(try rows.first?[0].decode(String.self) ?? "-")"
                }
            }
            let emails = try await visit("counting addresses", "SELECT string_agg(email, ',') FROM users")
            #expect(emails == ["acme admin@acme.example", "globex admin@globex.example"])
            await #expect(throws: ValidationError.self) { _ = try await visit("", "SELECT 'x'") }
            await #expect(throws: PostgresError.self) {
                _ = try await visit("writing", "UPDATE users SET name = 'x' RETURNING name")
            }
            let rows = try await bulkhead.database.execute(
                "SELECT details->>'reason' FROM bulkhead.audit_log WHERE action = 'tenants.visit' ORDER BY seq")
            #expect(rows == "counting addresses\nwriting")
        }
    }

    @Test func theControlRoleCannotChangeTheTrail() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await PostgresAuditTrail(client: bulkhead.control).record(
                AuditEvent(actor: "system:test", action: "test.run", tenant: nil))
            for statement: PostgresQuery in [
                "UPDATE bulkhead.audit_log SET actor = 'x'", "DELETE FROM bulkhead.audit_log",
                "TRUNCATE bulkhead.audit_log",
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    _ = try await bulkhead.control.query(statement)
                }
                #expect(error?.sqlState == .insufficientPrivilege)
            }
        }
    }
}
