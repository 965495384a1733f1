import Postgres
import Tenancy

extension SQLFile {
    /// Notes in the catalog that a tenant's schema has this file.
    func recording(for tenant: TenantID) -> PostgresQuery {
        """
        INSERT INTO bulkhead.tenant_migrations (tenant_id, version, checksum)
        VALUES (\(tenant.uuid)::uuid, \(self.version)::int, \(self.checksum))
        """
    }
}
