import LocalServers
import Postgres
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Migrating")
struct MigratorTests {
    @Test func aSecondRunHasNothingToDo() async throws {
        try await BulkheadDatabase.with { bulkhead in
            #expect(try await CatalogMigrator(client: bulkhead.control).migrate().isEmpty)
            let versions = try await CatalogMigrator(client: bulkhead.control).versions()
            #expect(versions.database == versions.program)
        }
    }

    @Test func manyAtOnceApplyOnce() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<6 { group.addTask { try await CatalogMigrator(client: bulkhead.control).migrate() } }
                for try await applied in group { #expect(applied.isEmpty) }
            }
        }
    }

    @Test func anUnpreparedDatabaseIsRefusedWithAdvice() async throws {
        try await BulkheadDatabase.with { _ -> Void in
            try await TestPostgres.withDatabase { empty in
                try await withRunningClient(uri: empty.uri) { client -> Void in
                    await #expect(throws: MigrationError.notInstalled) {
                        _ = try await CatalogMigrator(client: client).migrate()
                    }
                }
            }
        }
    }

    @Test func aChangedFileStopsTheMigration() async throws {
        try await BulkheadDatabase.with { bulkhead in
            try await bulkhead.database.execute(
                "UPDATE bulkhead.schema_migrations SET checksum = repeat('0', 64) WHERE version = 1")
            await #expect(throws: MigrationError.changed(version: 1, name: "catalog")) {
                _ = try await CatalogMigrator(client: bulkhead.control).migrate()
            }
        }
    }

    @Test func everyForeignKeyHasAnIndexAndTheStatusMachineIsTheSame() async throws {
        try await BulkheadDatabase.with { bulkhead in
            _ = try await bulkhead.makeTenant("acme")
            let unindexed = try await bulkhead.database.execute(
                """
                SELECT c.conrelid::regclass || ' ' || c.conname FROM pg_constraint c
                -- Rows that are never removed need no index to look for those that refer to them.
                WHERE c.contype = 'f' AND c.conrelid <> c.confrelid AND NOT EXISTS (
                    SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid
                      AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey AND i.indpred IS NULL)
                """)
            #expect(unindexed == "")
            let rows = try await bulkhead.control.query(
                "SELECT from_status, to_status FROM bulkhead.tenant_status_transitions")
            let stored = Set(try rows.map { "\(try $0[0].decode(String.self))>\(try $0[1].decode(String.self))" })
            let known = Set(
                TenantStatus.allCases.flatMap { from in from.successors.map { "\(from.rawValue)>\($0.rawValue)" } })
            #expect(stored == known)
        }
    }

    @Test func theDatabaseRefusesImpossibleTenants() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            for statement in [
                "UPDATE public.tenants SET status = 'purged'", "UPDATE public.tenants SET status = 'provisioning'",
                "UPDATE public.tenants SET status = 'dreaming'", "UPDATE public.tenants SET tier = 'golden'",
                "UPDATE public.tenants SET id = gen_random_uuid()", "UPDATE public.tenants SET subdomain = 'Acme'",
                "UPDATE public.tenants SET subdomain = 'ab--c'", "UPDATE public.tenants SET subdomain = 'a'",
                "UPDATE public.tenants SET schema_name = 'public'", "UPDATE public.tenants SET deleted_at = now()",
                "UPDATE public.tenants SET schema_version = 0", "UPDATE public.tenants SET name = E'a\\nb'",
                "INSERT INTO public.tenants (name, subdomain, tier, schema_name, status, schema_version) "
                    + "VALUES ('x', 'xyz', 'free', 'x', 'active', 1)",
            ] {
                await #expect(throws: PostgresError.self, "\(statement)") {
                    _ = try await bulkhead.control.query(PostgresQuery(unsafeSQL: statement))
                }
            }
            let after = try await PostgresTenantRepository(client: bulkhead.control).tenant(tenant.id)
            #expect(after?.status == .active)
        }
    }

    @Test func aForeignKeyOverAnOrphanRowFails() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let schema = tenant.placement.schema
            try await bulkhead.database.execute(
                """
                ALTER TABLE \(schema).registrations DROP CONSTRAINT registrations_tenant_id_client_id_fkey;
                INSERT INTO \(schema).registrations (tenant_id, client_id, jurisdiction, company_name, entity_type)
                VALUES ('\(tenant.id)', gen_random_uuid(), 'DE', 'orphan', 'llc')
                """)
            let entry = TenantEntry(
                credential: bulkhead.signer.credential(for: tenant.id, mode: .readWrite),
                timeouts: Tier.builtIn[1].timeouts)
            let addKey: PostgresQuery = """
                ALTER TABLE registrations ADD FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
                """
            let error = await #expect(throws: PostgresError.self) {
                try await bulkhead.control.withTransaction { transaction in
                    _ = try await transaction.execute(["SET LOCAL ROLE bulkhead_owner", entry.query, addKey])
                }
            }
            #expect(error?.sqlState == .foreignKeyViolation)
        }
    }

    @Test func tenantsThatAreBehindAreBroughtForward() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let acme = try await bulkhead.makeTenant("acme")
            let globex = try await bulkhead.makeTenant("globex")
            let template = try TenantTemplate.load()
            let next = try SQLFile(
                name: "0002_extra.sql",
                contents: """
                    -- statement
                    CREATE TABLE extra (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id))
                    -- statement
                    UPDATE users SET name = 'Seen' WHERE is_first_admin
                    """)
            try await bulkhead.database.execute("CREATE TABLE \(globex.placement.schema).extra (i int)")
            let migrator = TenantMigrator(
                client: bulkhead.control, signer: bulkhead.signer,
                template: TenantTemplate(files: template.files + [next], shape: template.shape))
            let report = try await migrator.migrateAll()
            #expect(report.migrated == [acme.id])
            #expect(report.failed.map(\.tenant) == [globex.id])
            let rows = try await bulkhead.tenants.read(
                ["SELECT name FROM users", "SELECT count(*) FROM extra"], in: bulkhead.access(acme))
            #expect(try rows[0].first?[0].decode(String.self) == "Seen")
            try await bulkhead.database.execute("DROP TABLE \(globex.placement.schema).extra")
            #expect(try await migrator.migrateAll().migrated == [globex.id])
            #expect(try await CatalogGuard.findings(on: bulkhead.control).isEmpty)
        }
    }
}
