import Foundation
import Postgres
import Tenancy
import TestSupport
import Testing

@testable import TenancyPostgres

/// Writes an application's migrations into a folder of their own, for as long as the closure runs.
private func withMigrations<Value: Sendable>(
    _ files: [String], _ body: (URL) async throws -> Value
) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tables-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { unlinkAll(folder) }
    for (index, text) in files.enumerated() {
        let statements = text.components(separatedBy: ";;").map { "-- statement\n\($0)\n" }.joined()
        try statements.write(
            to: folder.appending(path: "000\(index + 1)_step.sql"), atomically: true, encoding: .utf8)
    }
    return try await body(folder)
}

private func unlinkAll(_ folder: URL) {
    do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
}

@Suite("Tables of an application")
struct ApplicationTablesTests {
    private static let accounts = """
        CREATE TABLE accounts (tenant_id uuid NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid(), name text NOT NULL,
            owner uuid, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name),
            FOREIGN KEY (tenant_id, owner) REFERENCES users (tenant_id, id) ON DELETE SET NULL (owner))
        ;;CREATE INDEX accounts_by_owner ON accounts (tenant_id, owner)
        ;;INSERT INTO accounts (tenant_id, name) VALUES (bulkhead.current_tenant(), 'Cash')
        """
    private static let entries = """
        -- Money.
        CREATE TABLE entries (tenant_id uuid NOT NULL, id uuid NOT NULL, account uuid NOT NULL, PRIMARY KEY (tenant_id, id),
            FOREIGN KEY (tenant_id, account) REFERENCES accounts (tenant_id, id))
        ;;ALTER TABLE accounts ADD COLUMN currency text NOT NULL DEFAULT 'EUR'
        """

    @Test("A tenant is made with them, isolated like the rest", arguments: [true, false])
    func made(keepsSample: Bool) async throws {
        try await withMigrations([Self.accounts, Self.entries]) { folder in
            let tables = ApplicationTables(folders: [folder], keepsSample: keepsSample)
            try await BulkheadDatabase.with(tables: tables) { bulkhead in
                let acme = try await bulkhead.makeTenant("acme")
                let globex = try await bulkhead.makeTenant("globex")
                #expect(acme.schemaVersion == 20_001)
                let shape = try await TemplateShape.read(
                    schema: acme.placement.schema, version: acme.schemaVersion, on: bulkhead.control)
                #expect(bulkhead.template.shape.differences(to: shape) == [])
                #expect(shape.tables.contains { $0.name == "clients" } == keepsSample)
                #expect(shape.tables.count == (keepsSample ? 13 : 9))
                #expect(try await CatalogGuard.findings(on: bulkhead.control) == [])
                try await Self.checkIsolation(acme, globex, bulkhead)
            }
        }
    }

    private static func checkIsolation(_ acme: Tenant, _ globex: Tenant, _ bulkhead: BulkheadDatabase) async throws {
        let count: PostgresQuery = "SELECT count(*)::int, min(currency) FROM accounts"
        for tenant in [acme, globex] {
            let rows = try await bulkhead.tenants.read([count], in: bulkhead.access(tenant))
            let (number, currency) = try #require(rows[0].first).decode(Int.self, String.self)
            #expect(number == 1 && currency == "EUR")
        }
        let theirs = PostgresQuery(
            unsafeSQL: "SELECT count(*)::int FROM \(globex.placement.schema).accounts", isPrepared: false)
        let seen = try await bulkhead.tenants.read([theirs], in: bulkhead.access(acme))
        #expect(try seen[0].first?[0].decode(Int.self) == 0)
        let smuggling = PostgresQuery(
            unsafeSQL: "INSERT INTO \(globex.placement.schema).accounts (tenant_id, name) VALUES ('\(acme.id)', 'x')")
        await #expect(throws: PostgresError.self) {
            try await bulkhead.tenants.withTenant(bulkhead.access(acme)) { _ = try await $0.query(smuggling) }
        }
    }

    @Test("What is missing of them is repaired")
    func repaired() async throws {
        try await withMigrations([Self.accounts, Self.entries]) { folder in
            try await BulkheadDatabase.with(tables: ApplicationTables(folders: [folder])) { bulkhead in
                let tenant = try await bulkhead.makeTenant("acme")
                let schema = tenant.placement.schema
                try await bulkhead.database.execute("DROP TABLE \(schema).accounts CASCADE")
                _ = try await bulkhead.provisioner.repair(tenant.id, by: .system("test"), requestID: nil, once: nil)
                _ = try await bulkhead.provisioner.finish(tenant.id)
                let shape = try await TemplateShape.read(
                    schema: schema, version: tenant.schemaVersion, on: bulkhead.control)
                #expect(bulkhead.template.shape.differences(to: shape) == [])
            }
        }
    }

    @Test("Schemas made in advance have them too, and are proven")
    func warm() async throws {
        try await withMigrations([Self.accounts]) { folder in
            try await BulkheadDatabase.with(warm: 1, tables: ApplicationTables(folders: [folder])) { bulkhead in
                _ = try await bulkhead.makeTenant("other")
                #expect(try await bulkhead.pool.keep() == .made)
                let tenant = try await bulkhead.makeTenant("acme")
                let rows = try await bulkhead.tenants.read(
                    ["SELECT name FROM accounts"], in: bulkhead.access(tenant))
                #expect(try rows[0].map { try $0[0].decode(String.self) } == ["Cash"])
            }
        }
    }

    @Test("Tenants that are there get them, and later files, whatever was first")
    func migrated() async throws {
        try await BulkheadDatabase.with { bulkhead in
            let tenant = try await bulkhead.makeTenant("acme")
            func migrate(_ files: [String]) async throws -> Int {
                try await withMigrations(files) { folder in
                    let template = try await TenantTemplate.load(
                        ApplicationTables(folders: [folder]), client: bulkhead.control, signer: bulkhead.signer)
                    let migrator = TenantMigrator(
                        client: bulkhead.control, signer: bulkhead.signer, template: template)
                    #expect(try await migrator.migrateAll().failed.isEmpty)
                    #expect(try await migrator.migrateAll().migrated.isEmpty)
                    let found = try await PostgresTenantRepository(client: bulkhead.control).tenant(tenant.id)
                    let shape = try await TemplateShape.read(
                        schema: tenant.placement.schema, version: 1, on: bulkhead.control)
                    #expect(template.shape.differences(to: shape) == [])
                    return try #require(found).schemaVersion
                }
            }
            #expect(try await migrate([Self.accounts]) == 10_001)
            #expect(try await migrate([Self.accounts, Self.entries]) == 20_001)
            #expect(
                try await migrate([
                    Self.accounts, Self.entries, "DROP TABLE entries;;CREATE TABLE entries (\(Self.keyed))",
                ])
                    == 30_001)
            #expect(try await CatalogGuard.findings(on: bulkhead.control) == [])
            // From now on a program without these files must not make tenants.
            await #expect(throws: MigrationError.unknownTables(version: 3)) {
                _ = try await TenantTemplate.load(.init(), client: bulkhead.control, signer: bulkhead.signer)
            }
        }
    }

    private static let keyed = "tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id)"

    @Test("Versions of both rows grow by themselves")
    func versions() throws {
        let own = try TenantTemplate.load()
        func file(_ number: Int, step: Int) throws -> SQLFile {
            try SQLFile(
                name: "000\(number)_x.sql", contents: "-- statement\nCREATE TABLE x\(step)\(number) ()", step: step)
        }
        let both = TenantTemplate(
            files: own.files + [try file(2, step: 1), try file(1, step: 10_000), try file(2, step: 10_000)],
            shape: own.shape)
        #expect(both.version == 20_002)
        #expect(both.pending(after: 0).map(\.version) == [1, 2, 10_000, 20_000])
        #expect(both.pending(after: 1).map(\.version) == [2, 10_000, 20_000])
        #expect(both.pending(after: 10_001).map(\.version) == [2, 20_000])
        #expect(both.pending(after: 10_002).map(\.version) == [20_000])
        #expect(both.pending(after: 20_001).map(\.version) == [2])
        #expect(both.pending(after: 20_002).isEmpty)
        // A server of a later release was here.
        #expect(both.version(after: 10_003) == 20_003)
        #expect(both.pending(after: 30_003).isEmpty)
    }

    // MARK: Rules

    private static let refused: [(sql: String, says: String)] = [
        ("CREATE TABLE a (id uuid PRIMARY KEY)", "must have a column tenant_id uuid NOT NULL"),
        ("CREATE TABLE a (tenant_id uuid, id uuid)", "must have a column tenant_id uuid NOT NULL"),
        ("CREATE TABLE a (tenant_id text NOT NULL, id uuid)", "must have a column tenant_id uuid NOT NULL"),
        ("CREATE TABLE a (tenant_id uuid NOT NULL, id uuid)", "primary key that begins with tenant_id"),
        ("CREATE TABLE a (tenant_id uuid NOT NULL, id uuid PRIMARY KEY)", "primary key that begins with tenant_id"),
        ("CREATE TABLE a (tenant_id uuid NOT NULL, id uuid, PRIMARY KEY (id, tenant_id))", "begins with tenant_id"),
        (
            "CREATE TABLE a (tenant_id uuid NOT NULL, tenant_id2 uuid, PRIMARY KEY (tenant_id2, tenant_id))",
            "begins with tenant_id"
        ),
        ("CREATE TABLE a (\(keyed), n text UNIQUE)", "every key and index must begin with tenant_id"),
        ("CREATE TABLE a (\(keyed), n text);;CREATE INDEX i ON a (n)", "every key and index must begin"),
        (
            "CREATE TABLE a (\(keyed), n text);;CREATE INDEX i ON a (n) WHERE (tenant_id IS NOT NULL)",
            "every key and index must begin"
        ),
        ("CREATE TABLE a (\(keyed), u uuid REFERENCES public.tenants)", "a foreign key must lead to a table"),
        (
            "CREATE TABLE a (\(keyed), v int, FOREIGN KEY (tenant_id, v) REFERENCES bulkhead.tenant_migrations)",
            "a foreign key must lead to a table"
        ),
        (
            "CREATE TABLE a (\(keyed), u uuid, FOREIGN KEY (tenant_id, u) REFERENCES users ON DELETE SET NULL)",
            "sets NULL must name the columns"
        ),
        ("CREATE TABLE a (\(keyed), n serial)", "sequence a_n_seq"),
        ("CREATE TABLE a (\(keyed), n int GENERATED ALWAYS AS IDENTITY)", "sequence a_n_seq"),
        ("CREATE TABLE a (\(keyed)) PARTITION BY HASH (tenant_id)", "has no place"),
        ("CREATE TABLE a (\(keyed));;CREATE TABLE b (CHECK (true)) INHERITS (a)", "begins with tenant_id"),
        ("CREATE TABLE clients (\(keyed))", "table of Bulkhead's own"),
        ("CREATE TABLE bulkhead_x (\(keyed))", "table of Bulkhead's own"),
        ("CREATE TABLE public.a (\(keyed))", "plain lower-case name"),
        ("CREATE TABLE \"A\" (\(keyed))", "plain lower-case name"),
        ("CREATE TABLE IF NOT EXISTS a (\(keyed))", "plain lower-case name"),
        ("CREATE UNLOGGED TABLE a (\(keyed))", "must be CREATE"),
        ("CREATE TEMP TABLE a (\(keyed))", "must be CREATE"),
        ("CREATE VIEW v AS SELECT 1", "views, functions"),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "views, functions"),
        ("GRANT ALL ON users TO bulkhead_app", "policies and rights are Bulkhead's"),
        ("CREATE POLICY p ON users USING (true)", "policies and rights are Bulkhead's"),
        ("SET ROLE postgres", "must be CREATE"), ("DO $$ BEGIN END $$", "must be CREATE"),
        ("ALTER TABLE users ADD COLUMN x int", "only those may be changed"),
        ("UPDATE users SET role = 'admin'", "only those may be changed"),
        ("DELETE FROM audit_log", "only those may be changed"), ("DROP TABLE canary", "only those may be changed"),
        ("CREATE INDEX i ON users (tenant_id)", "only those may be changed"),
        ("DROP INDEX users_by_created_at", "Bulkhead's own tables must stay as they are"),
        ("CREATE TABLE a (\(keyed));;ALTER TABLE a NO FORCE ROW LEVEL SECURITY", "ROW LEVEL SECURITY is not"),
        ("CREATE TABLE a (\(keyed));;ALTER TABLE a RENAME TO b", "RENAME TO is not"),
        ("CREATE TABLE a (\(keyed));;ALTER TABLE a SET SCHEMA public", "SCHEMA is not"),
        ("CREATE TABLE a (\(keyed));;ALTER TABLE a OWNER TO bulkhead_app", "OWNER TO is not"),
        ("CREATE TABLE a (\(keyed));;ALTER TABLE a ALTER COLUMN tenant_id DROP NOT NULL", "is in a primary key"),
        ("CREATE TABLE a (\(keyed));;INSERT INTO a VALUES (gen_random_uuid(), gen_random_uuid())", "tenant_home"),
        ("CREATE TABLE a (oops)", "syntax error"), ("SELECT 1; DROP TABLE users", "must be CREATE"),
    ]

    @Test("What breaks a rule is refused in words that help, and leaves nothing behind")
    func rules() async throws {
        try await BulkheadDatabase.with { bulkhead in
            for (sql, says) in Self.refused {
                try await withMigrations([sql]) { folder in
                    let error = await #expect(throws: MigrationError.self, "\(sql)") {
                        _ = try await TenantTemplate.load(
                            ApplicationTables(folders: [folder]), client: bulkhead.control, signer: bulkhead.signer)
                    }
                    let text = error.map(String.init(describing:)) ?? ""
                    #expect(text.contains(says), "\(sql): \(text)")
                }
            }
            let left = try await bulkhead.database.execute(
                "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^tenant_'")
            #expect(left == "0")
        }
    }

    @Test("Files that cannot be there are named")
    func files() async throws {
        let nowhere = URL(filePath: "/nowhere/at/all")
        #expect(throws: MigrationError.folder("/nowhere/at/all")) {
            _ = try ApplicationTables(folders: [nowhere]).files(beside: [])
        }
        try await withMigrations([]) { folder in
            #expect(throws: MigrationError.folder(folder.path)) {
                _ = try ApplicationTables(folders: [folder]).files(beside: [])
            }
            try "-- statement\nSELECT 1".write(
                to: folder.appending(path: "0002_x.sql"), atomically: true, encoding: .utf8)
            #expect(throws: MigrationError.sequence("application", 2)) {
                _ = try ApplicationTables(folders: [folder]).files(beside: [])
            }
        }
    }

    @Test("Many servers may try the same tables at once")
    func together() async throws {
        try await withMigrations([Self.accounts]) { folder in
            try await BulkheadDatabase.with { bulkhead in
                try await withThrowingTaskGroup(of: TemplateShape.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            try await TenantTemplate.load(
                                ApplicationTables(folders: [folder]), client: bulkhead.control,
                                signer: bulkhead.signer
                            ).shape
                        }
                    }
                    var shapes: Set<TemplateShape> = []
                    for try await shape in group { shapes.insert(shape) }
                    #expect(shapes.count == 1)
                }
            }
        }
    }
}
