import Foundation
import Postgres
import Tenancy

/// How `public.tenants` is read.
enum TenantRow {
    static func select(
        _ clause: PostgresQueryPart, from relation: PostgresQueryPart = "public.tenants"
    ) -> PostgresQuery {
        """
        SELECT id, name, subdomain, tier, status, cluster, isolation_model, schema_name, created_at, updated_at,
               schema_version, version
        FROM \(part: relation) \(part: clause)
        """
    }

    static func tenant(_ row: PostgresRow) throws -> Tenant {
        let (id, name, label, tier, statusName, cluster, model, schema, createdAt, updatedAt, schemaVersion, version) =
            try row.decode(
                UUID.self, String.self, String.self, String.self, String.self, String.self, String.self, String.self,
                Date.self, Date.self, Int.self, Int64.self)
        guard let subdomain = Subdomain(stored: label), let status = TenantStatus(rawValue: statusName),
            let isolation = IsolationModel(rawValue: model)
        else { throw CatalogError.unreadable("tenant \(id)") }
        return Tenant(
            id: TenantID(id), name: name, subdomain: subdomain, tier: TierName(tier), status: status,
            placement: Placement(cluster: cluster, isolation: isolation, schema: schema), createdAt: createdAt,
            updatedAt: updatedAt, schemaVersion: schemaVersion, version: version)
    }
}
