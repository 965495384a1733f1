import Tenancy
import TestSupport

/// What of tenants is in a database, counted.
struct Inventory: Equatable, CustomStringConvertible {
    var description: String

    /// Counts, as the superuser.
    static func of(_ bulkhead: BulkheadDatabase) async throws -> Inventory {
        Inventory(
            description: try await bulkhead.database.execute(
                """
                SELECT (SELECT count(*) FROM public.tenants WHERE status NOT IN ('failed', 'purged')) || ' tenants, '
                    || (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tenant\\_%'
                        AND nspname NOT IN (SELECT schema_name FROM bulkhead.warm_tenants)) || ' schemas, '
                    || (SELECT count(*) FROM bulkhead.tenant_migrations) || ' migrations, '
                    || (SELECT count(*) FROM bulkhead.deliveries WHERE state <> 'cancelled') || ' mails'
                """))
    }
}
