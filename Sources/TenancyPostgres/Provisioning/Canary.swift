import Foundation
import Postgres
import Tenancy

/// Rows that are planted in a tenant's tables to be looked for, from inside and from outside.
///
/// They carry the tenant's own id as theirs, so that whoever comes after a crash finds and removes them. A trail that has
/// begun needs none, and loses none: its first row is looked for instead.
struct Canary {
    /// What the row in a trail that has not begun is called.
    private static let action = "canary.planted"

    let tenant: TenantID
    /// The tables that there are.
    let tables: [String]

    private var id: UUID { self.tenant.uuid }
    private var word: String { "canary-\(self.tenant)" }

    /// The statements that plant, by table, in an order that foreign keys permit.
    ///
    /// None for tables of an application: what a row of theirs must be like, only the application knows.
    var planting: [(table: String, query: PostgresQuery)] {
        self.all.filter { self.tables.contains($0.table) }
    }

    private var all: [(table: String, query: PostgresQuery)] {
        let hash = [UInt8](repeating: 0xCA, count: 32)
        return [
            (
                "users",
                """
                INSERT INTO users (tenant_id, id, email, name, role, status)
                VALUES (\(self.id)::uuid, \(self.id)::uuid, \(self.word + "@canary.invalid"), 'Canary', 'viewer', 'disabled')
                """
            ),
            (
                "clients",
                "INSERT INTO clients (tenant_id, id, name) VALUES (\(self.id)::uuid, \(self.id)::uuid, 'Canary')"
            ),
            (
                "registrations",
                """
                INSERT INTO registrations (tenant_id, id, client_id, jurisdiction, company_name, entity_type)
                VALUES (\(self.id)::uuid, \(self.id)::uuid, \(self.id)::uuid, 'XX', 'Canary', 'other')
                """
            ),
            (
                "documents",
                """
                INSERT INTO documents (tenant_id, id, client_id, title, storage_reference, media_type, size_bytes,
                    checksum_sha256)
                VALUES (\(self.id)::uuid, \(self.id)::uuid, \(self.id)::uuid, 'Canary', \(self.word), 'text/plain', 0,
                    \(hash)::bytea)
                """
            ),
            (
                "commissions",
                """
                INSERT INTO commissions (tenant_id, id, registration_id, payee_name, amount_minor, currency,
                    rate_basis_points)
                VALUES (\(self.id)::uuid, \(self.id)::uuid, \(self.id)::uuid, 'Canary', 0, 'XXX', 0)
                """
            ),
            (
                "settings",
                "INSERT INTO settings (tenant_id, key, value) VALUES (\(self.id)::uuid, 'canary', '\"canary\"')"
            ),
            (
                "refresh_tokens",
                """
                INSERT INTO refresh_tokens (tenant_id, id, user_id, family_id, token_hash, expires_at)
                VALUES (\(self.id)::uuid, \(self.id)::uuid, \(self.id)::uuid, \(self.id)::uuid, \(hash)::bytea,
                    statement_timestamp() + interval '1 minute')
                """
            ),
            (
                "idempotency_keys",
                """
                INSERT INTO idempotency_keys (tenant_id, principal, route, key, fingerprint, expires_at)
                VALUES (\(self.id)::uuid, 'canary', 'canary', \(self.word), \(hash)::bytea,
                    statement_timestamp() + interval '1 minute')
                """
            ),
            (
                "outbox",
                """
                INSERT INTO outbox (tenant_id, id, kind, payload, available_at)
                VALUES (\(self.id)::uuid, \(self.id)::uuid, 'canary.planted', '{}', 'infinity')
                """
            ),
            (
                "audit_log",
                TenantAuditEntry(action: Self.action).insertion(
                    tenant: self.tenant, actor: "system:canary", requestID: nil,
                    unless: "EXISTS (SELECT 1 FROM audit_log a WHERE a.tenant_id = \(self.id)::uuid)")
            ),
            ("canary", "INSERT INTO canary (tenant_id, id) VALUES (\(self.id)::uuid, \(self.id)::uuid)"),
        ]
    }

    /// The statements that remove what was planted, whatever of it is there.
    var removal: [PostgresQuery] {
        self.planting.reversed().map { table, _ in
            switch table {
            case "settings": return "DELETE FROM settings WHERE tenant_id = \(self.id)::uuid AND key = 'canary'"
            case "audit_log":
                return """
                    DELETE FROM audit_log WHERE tenant_id = \(self.id)::uuid AND seq = 1 AND action = \(Self.action)
                    """
            case "idempotency_keys":
                return "DELETE FROM idempotency_keys WHERE tenant_id = \(self.id)::uuid AND principal = 'canary'"
            default:
                return """
                    DELETE FROM \(identifier: table)
                    WHERE tenant_id = \(self.id)::uuid AND id = \(self.id)::uuid
                    """
            }
        }
    }
}
