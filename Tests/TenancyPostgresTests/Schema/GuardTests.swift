import Postgres
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

@Suite("Guards of the catalog")
struct GuardTests {
    @Test("Find nothing after installation, migration and provisioning")
    func clean() async throws {
        try await BulkheadDatabase.with { bulkhead in
            #expect(try await CatalogGuard.findings(on: bulkhead.control) == [])
            _ = try await bulkhead.makeTenant("acme")
            #expect(try await CatalogGuard.findings(on: bulkhead.control) == [])
            #expect(try await HardeningCheck.openings(on: bulkhead.control) == [])
        }
    }

    /// A hole, and a word of the title of the guard that must see it.
    struct Hole: Sendable, CustomTestStringConvertible {
        let sql: String
        let title: String
        var testDescription: String { self.sql }
    }

    static let holes: [Hole] = [
        Hole(sql: "ALTER TABLE %s.clients NO FORCE ROW LEVEL SECURITY", title: "without forced"),
        Hole(sql: "ALTER TABLE %s.clients DISABLE ROW LEVEL SECURITY", title: "without forced"),
        Hole(sql: "CREATE TABLE %s.naked (i int)", title: "without tenant_id"),
        Hole(sql: "CREATE VIEW %s.v AS SELECT * FROM %s.clients", title: "reader's rights"),
        Hole(
            sql: "CREATE MATERIALIZED VIEW %s.m AS SELECT 1 AS i; GRANT SELECT ON %s.m TO bulkhead_app",
            title: "materialized"),
        Hole(sql: "GRANT SELECT ON public.tenants TO bulkhead_app", title: "control plane"),
        Hole(sql: "GRANT SELECT (name) ON public.tenants TO bulkhead_app", title: "control plane"),
        Hole(
            sql: """
                CREATE TABLE %s.ev (tenant_id uuid NOT NULL) PARTITION BY HASH (tenant_id);
                CREATE TABLE %s.ev_0 PARTITION OF %s.ev FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                GRANT SELECT ON %s.ev_0 TO bulkhead_app
                """, title: "partition"),
        Hole(sql: "GRANT TRUNCATE ON %s.clients TO bulkhead_app", title: "does not cover"),
        Hole(sql: "GRANT REFERENCES (id) ON %s.clients TO bulkhead_app", title: "does not cover"),
        Hole(
            sql: "CREATE SCHEMA shared; CREATE TABLE shared.t (a int, b int); GRANT USAGE ON SCHEMA shared TO "
                + "bulkhead_app; GRANT SELECT (a) ON shared.t TO bulkhead_app", title: "outside tenant schemas"),
        Hole(sql: "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO bulkhead_app", title: "PostgreSQL's own"),
        Hole(sql: "GRANT REFERENCES ON %s.clients TO PUBLIC", title: "does not cover"),
        Hole(sql: "ALTER TABLE %s.clients DROP CONSTRAINT tenant_home", title: "rows of another tenant"),
        Hole(sql: "CREATE INDEX bare ON %s.clients (name)", title: "does not start"),
        Hole(
            sql: "ALTER TABLE %s.documents ADD UNIQUE (id); ALTER TABLE %s.clients ADD FOREIGN KEY (id) "
                + "REFERENCES %s.documents (id) NOT VALID", title: "both sides"),
        Hole(sql: "CREATE POLICY oops ON %s.clients USING (true)", title: "exactly the two"),
        Hole(sql: "DROP POLICY tenant_proven ON %s.clients", title: "exactly the two"),
        Hole(
            sql: "ALTER POLICY tenant_named ON %s.clients USING (current_setting('app.x', true) IS NULL)",
            title: "no tenant"),
        Hole(
            sql: "ALTER POLICY tenant_proven ON %s.clients USING (tenant_id = bulkhead.current_tenant())",
            title: "something else"),
        Hole(sql: "ALTER POLICY tenant_proven ON %s.clients TO bulkhead_backup", title: "exactly the two"),
        Hole(
            sql: "CREATE FUNCTION %s.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", title: "definer"),
        Hole(sql: "ALTER FUNCTION bulkhead.current_tenant() RESET search_path", title: "definer"),
        Hole(sql: "ALTER FUNCTION bulkhead.current_tenant() OWNER TO postgres", title: "definer"),
        Hole(sql: "GRANT EXECUTE ON FUNCTION bulkhead.list_context_keys() TO PUBLIC", title: "definer"),
        Hole(
            sql: "CREATE FUNCTION %s.l() RETURNS int LANGUAGE internal LEAKPROOF AS 'int4pl'", title: "leakproof"),
        Hole(sql: "ALTER FUNCTION bulkhead.current_tenant() IMMUTABLE", title: "STABLE"),
        Hole(sql: "GRANT CREATE ON SCHEMA %s TO bulkhead_app", title: "right to create"),
        Hole(sql: "GRANT TEMPORARY ON DATABASE %d TO bulkhead_app", title: "right to create"),
        Hole(sql: "GRANT CONNECT ON DATABASE %d TO PUBLIC", title: "right to create"),
        Hole(sql: "ALTER TABLE %s.clients OWNER TO bulkhead_app", title: "owns"),
    ]

    @Test("See each hole", arguments: holes)
    func seesHole(hole: Hole) async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            let sql = hole.sql.replacing("%s", with: tenant.placement.schema).replacing(
                "%d", with: bulkhead.database.name)
            try await bulkhead.database.execute(sql)
            let findings = try await CatalogGuard.findings(on: bulkhead.control)
            #expect(findings.contains { $0.title.contains(hole.title) }, "\(findings)")
        }
    }

    @Test("See roles that are lifted over row-level security")
    func roles() async throws {
        try await TestPostgres.withCluster { cluster in
            try await BulkheadDatabase.withInstalled(on: cluster) { database, control in
                for (sql, undo) in [
                    ("ALTER ROLE bulkhead_app BYPASSRLS", "ALTER ROLE bulkhead_app NOBYPASSRLS"),
                    ("ALTER ROLE bulkhead_app CREATEROLE", "ALTER ROLE bulkhead_app NOCREATEROLE"),
                    ("GRANT bulkhead_owner TO bulkhead_app", "REVOKE bulkhead_owner FROM bulkhead_app"),
                    ("GRANT bulkhead_keeper TO bulkhead_control", "REVOKE bulkhead_keeper FROM bulkhead_control"),
                    ("ALTER ROLE bulkhead_keeper SUPERUSER", "ALTER ROLE bulkhead_keeper NOSUPERUSER"),
                    ("ALTER ROLE bulkhead_owner LOGIN", "ALTER ROLE bulkhead_owner NOLOGIN"),
                    (
                        "ALTER ROLE bulkhead_app SET log_parameter_max_length_on_error = -1",
                        "ALTER ROLE bulkhead_app SET log_parameter_max_length_on_error = 0"
                    ),
                    ("ALTER ROLE bulkhead_app SET row_security = off", "ALTER ROLE bulkhead_app RESET row_security"),
                ] {
                    try await database.execute(sql)
                    #expect(try await !CatalogGuard.findings(on: control).isEmpty, "\(sql)")
                    try await database.execute(undo)
                    #expect(try await CatalogGuard.findings(on: control) == [], "\(undo)")
                }
                try await database.execute("GRANT EXECUTE ON FUNCTION pg_notify(text, text) TO PUBLIC")
                #expect(try await HardeningCheck.openings(on: control).count == 1)
            }
        }
    }
}
