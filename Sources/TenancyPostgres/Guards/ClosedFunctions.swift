/// The functions of PostgreSQL's own that are taken from everybody: they reach beyond the transaction or into other
/// sessions.
///
/// Known by name, since their parameters differ between versions. Plain `pg_advisory_unlock` stays: without a lock it
/// does nothing.
enum ClosedFunctions {
    /// Selects them from `pg_proc p`.
    static let condition = """
        p.pronamespace = 'pg_catalog'::regnamespace AND p.proname NOT LIKE 'pg\\_advisory\\_unlock%'
        AND (p.proname ~ '^pg_(try_)?advisory_' OR p.proname ~ '^lo_' OR p.proname IN ('loread', 'lowrite',
            'pg_terminate_backend', 'pg_cancel_backend', 'pg_notify', 'pg_stat_get_activity',
            'pg_stat_get_backend_activity', 'pg_lock_status', 'pg_prepared_xact', 'pg_prepared_statement', 'pg_cursor',
            'pg_export_snapshot', 'pg_logical_emit_message'))
        """
}
