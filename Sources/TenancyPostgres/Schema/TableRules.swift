import Postgres

/// The rules for tenants' tables, asked of an application's.
///
/// The same that the guards ask of the whole database, but in words for whoever wrote the migration.
enum TableRules {
    /// Tables that cannot be put behind policies yet.
    static func unready(_ shape: TemplateShape) -> [String] {
        shape.tables.filter { table in
            !table.columns.contains { $0.name == "tenant_id" && $0.type == "uuid" && $0.notNull }
        }.map { "table \($0.name): must have a column tenant_id uuid NOT NULL, which says whose row it is" }
    }

    /// What the tables of a schema do that they must not.
    ///
    /// - Parameter own: what Bulkhead's tables look like.
    static func broken(by shape: TemplateShape, own: TemplateShape) -> [String] {
        let names = Set(own.tables.map(\.name))
        var mine = shape
        mine.tables.removeAll { !names.contains($0.name) }
        let added = shape.tables.filter { !names.contains($0.name) }
        return own.differences(to: mine).map { "Bulkhead's own tables must stay as they are: \($0)" }
            + added.flatMap { Self.problems(of: $0) }
    }

    private static func problems(of table: TemplateShape.Table) -> [String] {
        var problems: [String] = []
        if !table.constraints.contains(where: { Self.beginsWithTenant($0, behind: " PRIMARY KEY (") }) {
            problems.append("must have a primary key that begins with tenant_id: PRIMARY KEY (tenant_id, id)")
        }
        for index in table.indexes where !Self.beginsWithTenant(Self.body(ofIndex: index), behind: "(") {
            problems.append("every key and index must begin with tenant_id, which this does not: \(index)")
        }
        for key in table.constraints where key.contains(" FOREIGN KEY ") {
            problems += Self.problems(ofForeignKey: key)
        }
        return problems.map { "table \(table.name): \($0)" }
    }

    private static func problems(ofForeignKey key: String) -> [String] {
        let sides = key.split(separator: " REFERENCES ").map(String.init)
        guard sides.count == 2, Self.beginsWithTenant(key, behind: "FOREIGN KEY ("),
            Self.beginsWithTenant(sides[1][...], behind: "("), !sides[1].prefix(while: { $0 != "(" }).contains(".")
        else {
            return [
                "a foreign key must lead to a table of the tenant's and have tenant_id first on both sides, or a row could"
                    + " refer to another tenant's: \(key)"
            ]
        }
        for value in ["NULL", "DEFAULT"] where key.contains(" SET \(value)") && !key.contains(" SET \(value) (") {
            return ["a key that sets \(value) must name the columns that it sets, and not tenant_id: \(key)"]
        }
        return key.contains("NOT VALID") ? ["a foreign key must be validated: \(key)"] : []
    }

    /// Whether the first column of a list is tenant_id and no other that begins like it.
    private static func beginsWithTenant(_ text: some StringProtocol, behind opening: String) -> Bool {
        guard let range = text.firstRange(of: opening) else { return false }
        let rest = text[range.upperBound...]
        return rest.hasPrefix("tenant_id") && rest.dropFirst(9).first.map { ",) ".contains($0) } == true
    }

    /// `(tenant_id, id)` and what follows; the name of an index may hold anything.
    private static func body(ofIndex text: String) -> Substring {
        text.firstRange(of: " USING ").map { text[$0.upperBound...] } ?? ""
    }

    /// Asks for everything in a schema that is no plain table, no index and no sort of a table's own row.
    static func otherObjects(schema: String) -> PostgresQuery {
        """
        SELECT CASE c.relkind WHEN 'S' THEN 'sequence ' WHEN 'v' THEN 'view ' ELSE 'relation ' END || c.relname
            || ': has no place in a tenant''s schema; ids are uuid DEFAULT gen_random_uuid()'
        FROM pg_class c WHERE c.relnamespace = \(schema)::regnamespace
          AND (c.relkind NOT IN ('r', 'i') OR c.relpersistence <> 'p' OR c.relispartition
               OR EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid))
        UNION ALL
        SELECT 'function ' || p.proname || ': has no place in a tenant''s schema'
        FROM pg_proc p WHERE p.pronamespace = \(schema)::regnamespace
        UNION ALL
        SELECT 'type ' || t.typname || ': has no place in a tenant''s schema; use text with CHECK'
        FROM pg_type t WHERE t.typnamespace = \(schema)::regnamespace AND t.typtype IN ('d', 'e', 'r', 'm')
        UNION ALL
        SELECT 'trigger ' || g.tgname || ': has no place in a tenant''s schema'
        FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
        WHERE c.relnamespace = \(schema)::regnamespace AND NOT g.tgisinternal
        """
    }
}
