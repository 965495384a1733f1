import Tenancy

/// The statements that put a tenant table behind its two policies and give the application its rights.
///
/// PERMISSIVE policies are OR-ed, so one careless addition could widen them; RESTRICTIVE ones are AND-ed with the rest
/// (PostgreSQL, CREATE POLICY). The first therefore only names the tenant, the second demands the proof, and neither
/// is enough alone. The proof is asked for in a sub-select so that it is computed once a statement, not once a row.
struct RowSecurity {
    /// Tables that the application may add to, but neither change nor clear.
    static let appendOnly: Set<String> = ["audit_log", "canary"]

    /// The table, in the schema that comes first in the search path.
    let table: String
    /// The only tenant of that schema.
    let home: TenantID

    /// The statements, in order.
    var statements: [String] {
        [
            // The policies ask whose row it is, not whose table: without the check a tenant could leave rows of its own
            // in the tables of another.
            "\(self.forcing), ADD CONSTRAINT tenant_home CHECK (tenant_id = '\(self.home)'::uuid)"
        ] + self.policies.map(\.statement) + self.grants.map(\.statement)
    }

    /// Switches the policies on, for the owner too.
    var forcing: String { "ALTER TABLE \(self.table) ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY" }

    /// The two policies by name.
    var policies: [(name: String, statement: String)] {
        let named = "tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid"
        let proven = "tenant_id = (SELECT bulkhead.current_tenant())"
        return [
            (
                "tenant_named",
                "CREATE POLICY tenant_named ON \(self.table) AS PERMISSIVE FOR ALL TO PUBLIC"
                    + " USING (\(named)) WITH CHECK (\(named))"
            ),
            (
                "tenant_proven",
                "CREATE POLICY tenant_proven ON \(self.table) AS RESTRICTIVE FOR ALL TO PUBLIC"
                    + " USING (\(proven)) WITH CHECK (\(proven))"
            ),
        ]
    }

    /// The rights by role.
    var grants: [(role: String, statement: String)] {
        let rights = Self.appendOnly.contains(self.table) ? "SELECT, INSERT" : "SELECT, INSERT, UPDATE, DELETE"
        return [
            ("bulkhead_app", "GRANT \(rights) ON \(self.table) TO bulkhead_app"),
            ("bulkhead_backup", "GRANT SELECT ON \(self.table) TO bulkhead_backup"),
        ]
    }
}
