-- What every role may do in PostgreSQL by default and a tenant's session must not. Needs a superuser; where there is
-- none (managed services) each statement that fails is reported by `bulkhead init` and `bulkhead doctor`. Functions are
-- taken from everybody first, by name (ClosedFunctions): their parameters differ between versions.

-- statement
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC
-- statement
GRANT USAGE ON LANGUAGE plpgsql TO bulkhead_owner, bulkhead_keeper
-- statement
GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) TO bulkhead_owner, bulkhead_control
-- statement
GRANT EXECUTE ON FUNCTION pg_catalog.pg_notify(text, text), pg_catalog.pg_stat_get_activity(int),
    pg_catalog.pg_lock_status()
TO bulkhead_control, pg_monitor
-- statement
GRANT EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() TO bulkhead_backup
-- statement
ALTER ROLE bulkhead_app SET log_parameter_max_length = 0
-- statement
ALTER ROLE bulkhead_app SET log_parameter_max_length_on_error = 0
-- statement
-- A statement whose client has given up ends too.
ALTER ROLE bulkhead_app SET client_connection_check_interval = '10s'
-- statement
ALTER ROLE bulkhead_control SET log_parameter_max_length = 0
-- statement
ALTER ROLE bulkhead_control SET log_parameter_max_length_on_error = 0
