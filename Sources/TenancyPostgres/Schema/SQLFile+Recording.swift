import Postgres
import Tenancy

extension SQLFile {
    /// Notes in the catalog that a tenant's schema has this file.
    ///
    /// - Parameter unlessPresent: whether it is no error that the note is there already.
    func recording(for tenant: TenantID, unlessPresent: Bool = false) -> PostgresQuery {
        """
        INSERT INTO bulkhead.tenant_migrations (tenant_id, version, checksum)
        VALUES (\(tenant.uuid)::uuid, \(self.version)::int, \(self.checksum))
        \(unescaped: unlessPresent ? "ON CONFLICT (tenant_id, version) DO NOTHING" : "")
        """
    }
}
