import Foundation
import Postgres
import Tenancy

/// One named part of making a tenant.
///
/// The names are stored and shown: they never change.
enum ProvisioningStep: String, CaseIterable, Sendable {
    /// The row in the catalog, and with it the subdomain.
    case record
    /// The schema and the right to use it.
    case schema
    /// The tables, by the tenant migrations.
    case template
    /// What the tenant starts with: settings from its tier.
    case settings
    /// The first administrator, invited.
    case firstAdministrator
    /// The status `active`.
    case activation
}

/// Everything that making one tenant takes, as statements by step.
///
/// A value without I/O.
struct ProvisioningPlan {
    let id: TenantID
    let new: NewTenant
    let tier: Tier
    let template: TenantTemplate
    let principal: Principal

    private var placement: Placement { .ownSchema(of: self.id) }

    /// The statements of a step.
    ///
    /// From `schema` to `firstAdministrator` they run as the owner; from `template` on in the tenant's context, which
    /// `entry` opens.
    func statements(of step: ProvisioningStep, entry: TenantEntry) -> [PostgresQuery] {
        switch step {
        case .record: return [self.record]
        case .schema: return self.schema
        case .template:
            return [entry.query] + self.template.statements(after: 0, for: self.id).map { PostgresQuery(raw: $0) }
        case .settings: return self.settings
        case .firstAdministrator: return [self.administrator, self.firstAuditRow]
        case .activation: return self.activation
        }
    }

    private var record: PostgresQuery {
        """
        INSERT INTO public.tenants (id, name, subdomain, tier, cluster, isolation_model, schema_name)
        VALUES (\(self.id.uuid)::uuid, \(self.new.name), \(self.new.subdomain.description),
                \(self.tier.name.description), \(self.placement.cluster), \(self.placement.isolation.rawValue),
                \(self.placement.schema))
        """
    }

    private var schema: [PostgresQuery] {
        [
            "CREATE SCHEMA \(identifier: self.placement.schema)",
            "GRANT USAGE ON SCHEMA \(identifier: self.placement.schema) TO bulkhead_app, bulkhead_backup",
        ].map { (query: PostgresQuery) in query.unprepared() }
    }

    private var settings: [PostgresQuery] {
        let settings = TenantSettings(
            tier: self.tier, companyName: self.new.name, adminEmail: self.new.adminEmail, chosen: self.new.settings)
        return settings.values.sorted { $0.key.rawValue < $1.key.rawValue }.map { key, value in
            Self.once(
                """
                INSERT INTO settings (tenant_id, key, value)
                VALUES (\(self.id.uuid)::uuid, \(key.rawValue), \(PostgresJSON(value)))
                """)
        }
    }

    private var administrator: PostgresQuery {
        Self.once(
            """
            INSERT INTO users (tenant_id, email, name, role, is_first_admin)
            VALUES (\(self.id.uuid)::uuid, \(self.new.adminEmail.description), \(self.new.adminName), 'admin', true)
            """)
    }

    private var firstAuditRow: PostgresQuery {
        Self.once(
            TenantAuditEntry(action: "tenant.create", subject: nil, details: ["tier": self.tier.name.description])
                .insertion(tenant: self.id, actor: self.principal.auditName, requestID: nil))
    }

    private var activation: [PostgresQuery] {
        var queries = self.template.files.map { $0.recording(for: self.id) }
        queries.append(
            """
            UPDATE public.tenants SET status = 'active', schema_version = \(self.template.version)::int
            WHERE id = \(self.id.uuid)::uuid
            """)
        return queries
    }

    /// Unqualified names mean another table in every tenant: a plan for one would be of no use to the next.
    private static func once(_ query: PostgresQuery) -> PostgresQuery {
        query.unprepared()
    }
}
