import Foundation
public import Postgres
import Tenancy

extension TemplateShape {
    /// The shape that this program expects, as it is kept beside the migrations.
    ///
    /// - Throws: ``MigrationError/missingResources``.
    public static func expected() throws -> TemplateShape {
        guard let folder = Bundle.module.url(forResource: "Migrations", withExtension: nil) else {
            throw MigrationError.missingResources
        }
        let data = try Data(contentsOf: folder.appending(path: "tenant/shape.json"))
        return try JSONDecoder().decode(TemplateShape.self, from: data)
    }

    /// The shape that a schema has, read from the system catalog.
    ///
    /// - Parameter version: what to write into ``version``; the catalog of tenants knows it.
    public static func read(schema: String, version: Int, on client: PostgresClient) async throws -> TemplateShape {
        let answers = try await client.execute(PostgresBatch(Self.queries(schema: schema)))
        return try TemplateShape(answers, schema: schema, version: version)
    }

    /// The shape that the answers to ``queries(schema:)`` tell of.
    init(_ answers: [PostgresRows], schema: String, version: Int) throws {
        // PostgreSQL qualifies names that are not in the path of whoever asks; and each tenant's tables name the tenant.
        let home = Self.home(of: schema)
        func plain(_ text: String) -> String {
            text.replacing("\(schema).", with: "").replacing(home, with: TenantID.nobody.description)
        }
        var tables: [Table] = try answers[0].map { row in
            let (name, forced) = try row.decode(String.self, Bool.self)
            return Table(
                name: name, columns: [], constraints: [], indexes: [], policies: [], grants: [],
                forcesRowSecurity: forced)
        }
        let places = Dictionary(uniqueKeysWithValues: tables.enumerated().map { ($1.name, $0) })
        for row in answers[1] {
            let (table, name, type, notNull, value) = try row.decode(
                String.self, String.self, String.self, Bool.self, String?.self)
            guard let place = places[table] else { continue }
            tables[place].columns.append(
                Column(name: name, type: type, notNull: notNull, defaultValue: value.map(plain)))
        }
        let parts: [WritableKeyPath<Table, [String]>] = [\.constraints, \.indexes, \.policies, \.grants]
        for (part, rows) in zip(parts, answers.dropFirst(2)) {
            for row in rows {
                let (table, text) = try row.decode(String.self, String.self)
                guard let place = places[table] else { continue }
                tables[place][keyPath: part].append(plain(text))
            }
        }
        self.init(version: version, tables: tables)
    }

    /// The id in a schema's name, as text; a text that occurs nowhere if there is none.
    private static func home(of schema: String) -> String {
        let digits = Array(schema.drop { $0 != "_" }.dropFirst())
        guard digits.count == 32 else { return "\u{0}" }
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
        return parts.joined(separator: "-")
    }

    /// What has to be asked.
    static func queries(schema: String) -> [PostgresQuery] {
        let tables: PostgresQueryPart = """
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = \(schema)::text
                AND c.relkind IN ('r', 'p')
            """
        return [
            "SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity \(part: tables) ORDER BY 1",
            """
            SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                   pg_get_expr(d.adbin, d.adrelid)
            \(part: tables) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum ORDER BY 1, a.attnum
            """,
            """
            SELECT c.relname::text, k.conname || ' ' || pg_get_constraintdef(k.oid)
            \(part: tables) JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype <> 'n' ORDER BY 1, k.conname
            """,
            """
            SELECT c.relname::text, pg_get_indexdef(i.indexrelid)
            \(part: tables) JOIN pg_index i ON i.indrelid = c.oid ORDER BY 1, i.indexrelid::regclass::text
            """,
            """
            SELECT c.relname::text, p.polname || CASE WHEN p.polpermissive THEN ' PERMISSIVE' ELSE ' RESTRICTIVE' END
                || ' USING ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '-')
                || ' WITH CHECK ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '-')
            \(part: tables) JOIN pg_policy p ON p.polrelid = c.oid ORDER BY 1, p.polname
            """,
            """
            SELECT c.relname::text, g.grantee::regrole || '=' || string_agg(g.privilege_type, ',' ORDER BY g.privilege_type)
            \(part: tables) CROSS JOIN LATERAL aclexplode(c.relacl) g WHERE g.grantee <> c.relowner
            GROUP BY 1, g.grantee ORDER BY 1, g.grantee::regrole::text
            """,
        ]
    }
}
