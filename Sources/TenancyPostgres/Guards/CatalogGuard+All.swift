extension CatalogGuard {
    /// Schemas that hold tenants' tables.
    private static let tenantSchema = "n.nspname ~ '^(tenant_|pool_)'"

    /// The definer functions that there are, all of the keeper's; any other is a way around the policies.
    private static let definers = """
        'check_context', 'current_tenant', 'add_context_key', 'retire_context_key', 'rotate_database_key', \
        'list_context_keys'
        """

    /// Every guard.
    public static let all: [CatalogGuard] = tables + policies + functions + roles

    private static let tables: [CatalogGuard] = [
        CatalogGuard(
            title: "tenant table without forced row-level security",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE \(tenantSchema) AND c.relkind IN ('r', 'p')
                  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
                """),
        CatalogGuard(
            title: "tenant table without tenant_id uuid NOT NULL",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE \(tenantSchema) AND c.relkind IN ('r', 'p') AND NOT EXISTS (
                    SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                      AND a.atttypid = 'uuid'::regtype AND a.attnotnull)
                """),
        CatalogGuard(
            title: "view that does not run with its reader's rights",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE \(tenantSchema) AND c.relkind = 'v'
                  AND coalesce(c.reloptions::text, '') !~ 'security_invoker=(true|on|1)'
                """),
        CatalogGuard(
            title: "relation outside tenant schemas, materialized view or foreign table that bulkhead_app may read",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE (has_table_privilege('bulkhead_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
                       OR has_any_column_privilege('bulkhead_app', c.oid, 'SELECT, INSERT, UPDATE'))
                  AND has_schema_privilege('bulkhead_app', n.oid, 'USAGE')
                  AND (c.relkind IN ('m', 'f') OR (c.relkind IN ('r', 'p', 'v') AND NOT (\(tenantSchema))
                      AND n.nspname NOT IN ('pg_catalog', 'information_schema')))
                """),
        CatalogGuard(
            title: "partition that bulkhead_app may use directly without policies of its own",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c
                WHERE c.relispartition AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
                  AND has_table_privilege('bulkhead_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
                """),
        CatalogGuard(
            title: "right of bulkhead_app that row-level security does not cover",
            sql: """
                SELECT c.oid::regclass::text || ' ' || a.privilege_type
                FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
                WHERE a.grantee IN ('bulkhead_app'::regrole, 0)
                  AND a.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
                UNION ALL
                SELECT t.attrelid::regclass::text || '.' || t.attname || ' ' || a.privilege_type
                FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) a
                WHERE a.grantee IN ('bulkhead_app'::regrole, 0) AND a.privilege_type = 'REFERENCES'
                """),
        CatalogGuard(
            title: "key or index of a tenant table that does not start with tenant_id",
            sql: """
                SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                WHERE \(tenantSchema) AND a.attname IS DISTINCT FROM 'tenant_id'
                """),
        CatalogGuard(
            title: "tenant table that would take rows of another tenant",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname ~ '^tenant_' AND c.relkind IN ('r', 'p') AND NOT EXISTS (
                    SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.convalidated
                      AND pg_get_constraintdef(k.oid) =
                          format('CHECK ((tenant_id = %L::uuid))', substr(n.nspname, 8)::uuid))
                """),
        CatalogGuard(
            title: "foreign key of a tenant table that does not carry tenant_id on both sides",
            sql: """
                SELECT c.oid::regclass::text || ' ' || k.conname FROM pg_constraint k
                JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE \(tenantSchema) AND k.contype = 'f' AND (
                    NOT k.convalidated
                    OR (SELECT attname FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = k.conkey[1])
                        <> 'tenant_id'
                    OR (SELECT attname FROM pg_attribute WHERE attrelid = k.confrelid AND attnum = k.confkey[1])
                        <> 'tenant_id'
                    OR (k.confdeltype IN ('n', 'd') AND (k.confdelsetcols IS NULL OR k.conkey[1] = ANY (k.confdelsetcols))))
                """),
    ]

    private static let policies: [CatalogGuard] = [
        CatalogGuard(
            title: "tenant table whose policies are not exactly the two expected",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE \(tenantSchema) AND c.relkind IN ('r', 'p') AND (
                    SELECT array_agg(p.polname || CASE WHEN p.polpermissive THEN '+' ELSE '-' END || p.polcmd::text
                               || (p.polroles = '{0}')::text ORDER BY p.polname)
                    FROM pg_policy p WHERE p.polrelid = c.oid)
                    IS DISTINCT FROM ARRAY['tenant_named+*true', 'tenant_proven-*true']
                """),
        CatalogGuard(
            title: "policy that says something else than the tenant's id",
            sql: """
                SELECT p.polrelid::regclass::text || ' ' || p.polname FROM pg_policy p
                JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE \(tenantSchema) AND (
                    pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM pg_get_expr(p.polwithcheck, p.polrelid)
                    OR pg_get_expr(p.polqual, p.polrelid) NOT IN (
                        '(tenant_id = (NULLIF(current_setting(''app.current_tenant_id''::text, true), ''''::text))::uuid)',
                        '(tenant_id = ( SELECT bulkhead.current_tenant() AS current_tenant))'))
                """),
        CatalogGuard(
            title: "policy that lets everything through when there is no tenant, or asks for the proof row by row",
            sql: """
                SELECT schemaname || '.' || tablename || ' ' || policyname FROM pg_policies
                WHERE schemaname ~ '^(tenant_|pool_)'
                  AND (qual ~* 'is null' OR (qual ~ 'current_tenant\\(\\)' AND qual !~* 'select'))
                """),
    ]

    private static let functions: [CatalogGuard] = [
        CatalogGuard(
            title: "definer function that is not the keeper's, has no fixed search_path, or is open to everybody",
            sql: """
                SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT (
                    n.nspname = 'bulkhead' AND p.proname IN (\(definers))
                    AND p.proowner = 'bulkhead_keeper'::regrole
                    AND 'search_path=pg_catalog, pg_temp' = ANY (coalesce(p.proconfig, '{}'))
                    AND NOT has_function_privilege('public', p.oid, 'EXECUTE'))
                """),
        CatalogGuard(
            title: "function that is declared leakproof",
            sql: "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.proleakproof AND p.oid > 16383"),
        CatalogGuard(
            title: "current_tenant() that is not STABLE, PARALLEL RESTRICTED and the keeper's",
            sql: """
                SELECT p.oid::regprocedure::text FROM pg_proc p
                WHERE p.oid = 'bulkhead.current_tenant()'::regprocedure
                  AND NOT (p.provolatile = 's' AND p.proparallel = 'r' AND p.proowner = 'bulkhead_keeper'::regrole)
                """),
        CatalogGuard(
            title: "function of Bulkhead's that everybody may run",
            sql: """
                SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE (n.nspname = 'bulkhead' OR \(tenantSchema))
                  AND has_function_privilege('public', p.oid, 'EXECUTE')
                """),
        CatalogGuard(
            title: "function body that holds what looks like a key",
            sql: """
                SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = 'bulkhead' AND p.prosrc ~ '[0-9a-f]{32}'
                """),
    ]

    private static let roles: [CatalogGuard] = [
        CatalogGuard(
            title: "bulkhead_app has an attribute that lifts it over row-level security",
            sql: """
                SELECT rolname::text FROM pg_roles WHERE rolname IN ('bulkhead_app', 'bulkhead_directory')
                  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
                """),
        CatalogGuard(
            title: "owner or keeper that could log in or stands above row-level security",
            sql: """
                SELECT rolname::text FROM pg_roles WHERE rolname IN ('bulkhead_owner', 'bulkhead_keeper')
                  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolcanlogin)
                """),
        CatalogGuard(
            title: "function of PostgreSQL's own that bulkhead_app was given and nobody else has",
            sql: """
                SELECT p.oid::regprocedure::text FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) a
                WHERE p.pronamespace = 'pg_catalog'::regnamespace AND a.grantee = 'bulkhead_app'::regrole
                """),
        CatalogGuard(
            title: "bulkhead_app is a member of a role, or somebody is a member of the keeper",
            sql: """
                SELECT m.member::regrole::text || ' in ' || m.roleid::regrole::text FROM pg_auth_members m
                WHERE m.member = 'bulkhead_app'::regrole OR m.roleid = 'bulkhead_app'::regrole
                   OR (m.roleid = 'bulkhead_keeper'::regrole
                       AND NOT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE oid = m.member))
                """),
        CatalogGuard(
            title: "bulkhead_app owns something, or has settings of its own that were not made by bulkhead init",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c WHERE c.relowner = 'bulkhead_app'::regrole
                UNION ALL
                SELECT setting FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) setting
                WHERE s.setrole = 'bulkhead_app'::regrole AND setting NOT IN ('log_parameter_max_length=0',
                    'log_parameter_max_length_on_error=0', 'client_connection_check_interval=10s')
                """),
        CatalogGuard(
            title: "right to create or to make temporary tables in this database",
            sql: """
                SELECT 'bulkhead_app may ' || p FROM unnest(ARRAY['TEMPORARY', 'CREATE']) p
                WHERE has_database_privilege('bulkhead_app', current_database(), p)
                UNION ALL
                SELECT 'bulkhead_app may create in ' || nspname FROM pg_namespace
                WHERE has_schema_privilege('bulkhead_app', oid, 'CREATE')
                UNION ALL
                SELECT 'everybody may connect' WHERE has_database_privilege('public', current_database(), 'CONNECT')
                """),
        CatalogGuard(
            title: "table of the control plane or of the keeper that bulkhead_app may touch",
            sql: """
                SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname IN ('public', 'bulkhead') AND c.relkind IN ('r', 'p', 'v', 'S', 'm')
                  AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege('bulkhead_app', c.oid, 'USAGE, SELECT, UPDATE')
                      ELSE has_any_column_privilege('bulkhead_app', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES') END
                """),
    ]
}
