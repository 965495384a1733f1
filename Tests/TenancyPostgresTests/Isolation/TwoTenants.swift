import Foundation
import Postgres
import Tenancy
import TenancyPostgres
import TestSupport
import Testing

/// Two tenants with a row in every table: A attacks, B must not notice.
struct TwoTenants: Sendable {
    /// How `bulkhead_app` reaches the server.
    enum Route: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case direct
        case pooler

        var testDescription: String { self.rawValue }
    }

    let bulkhead: BulkheadDatabase
    let a: Tenant
    let b: Tenant

    static let tables = [
        "users", "registrations", "clients", "documents", "commissions", "settings", "refresh_tokens",
        "idempotency_keys", "outbox", "audit_log", "canary",
    ]

    static func with<Value: Sendable>(
        _ route: Route, _ body: (TwoTenants) async throws -> Value
    ) async throws -> Value {
        try await BulkheadDatabase.with(pooler: route == .pooler) { bulkhead in
            let a = try await bulkhead.makeTenant("acme")
            let b = try await bulkhead.makeTenant("globex")
            let two = TwoTenants(bulkhead: bulkhead, a: a, b: b)
            try await two.fill(a)
            try await two.fill(b)
            return try await body(two)
        }
    }

    var accessA: TenantAccess { self.bulkhead.access(self.a) }
    var accessB: TenantAccess { self.bulkhead.access(self.b) }
    var schemaA: String { self.a.placement.schema }
    var schemaB: String { self.b.placement.schema }

    /// What every table of B holds, as a superuser sees it; to be the same before and after an attack.
    func fingerprintOfB() async throws -> String {
        var parts: [String] = []
        for table in Self.tables {
            parts.append(
                try await self.bulkhead.database.execute(
                    "SELECT count(*) || ':' || md5(string_agg(t::text, ',' ORDER BY t::text)) FROM \(self.schemaB).\(table) t"
                ))
        }
        return parts.joined(separator: " ")
    }

    private func fill(_ tenant: Tenant) async throws {
        let id = tenant.id.uuid
        try await self.bulkhead.tenants.withTenant(self.bulkhead.access(tenant)) { session in
            let zero = [UInt8](repeating: 0, count: 32)
            _ = try await session.execute([
                "INSERT INTO clients (tenant_id, id, name, email) VALUES (\(id)::uuid, \(id)::uuid, 'C', 'c@x.example')",
                """
                INSERT INTO registrations (tenant_id, id, client_id, jurisdiction, company_name, entity_type)
                VALUES (\(id)::uuid, \(id)::uuid, \(id)::uuid, 'DE', 'R', 'llc')
                """,
                """
                INSERT INTO documents (tenant_id, id, client_id, title, storage_reference, media_type, size_bytes,
                    checksum_sha256)
                VALUES (\(id)::uuid, \(id)::uuid, \(id)::uuid, 'D', 'ref', 'text/plain', 1, \(zero)::bytea)
                """,
                """
                INSERT INTO commissions (tenant_id, id, registration_id, payee_name, amount_minor, currency,
                    rate_basis_points)
                VALUES (\(id)::uuid, \(id)::uuid, \(id)::uuid, 'P', 100, 'EUR', 500)
                """,
                """
                INSERT INTO refresh_tokens (tenant_id, user_id, family_id, token_hash, expires_at)
                SELECT tenant_id, id, id, \(zero)::bytea, clock_timestamp() + interval '1 day' FROM users
                """,
                """
                INSERT INTO idempotency_keys (tenant_id, principal, route, key, fingerprint, expires_at)
                VALUES (\(id)::uuid, 'p', 'r', 'k', \(zero)::bytea, clock_timestamp() + interval '1 day')
                """,
                "INSERT INTO outbox (tenant_id, kind, payload) VALUES (\(id)::uuid, 'test.kind', '{}')",
                "INSERT INTO canary (tenant_id) VALUES (\(id)::uuid)",
            ])
        }
    }
}
