-- What every role may do in PostgreSQL by default and a tenant's session must not. Needs a superuser; where there is
-- none (managed services) each statement that fails is reported by `bulkhead init` and `bulkhead doctor`.

-- statement
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC
-- statement
GRANT USAGE ON LANGUAGE plpgsql TO bulkhead_owner, bulkhead_keeper
-- statement
REVOKE EXECUTE ON FUNCTION
    pg_catalog.pg_advisory_lock(bigint), pg_catalog.pg_advisory_lock(int, int),
    pg_catalog.pg_advisory_lock_shared(bigint), pg_catalog.pg_advisory_lock_shared(int, int),
    pg_catalog.pg_try_advisory_lock(bigint), pg_catalog.pg_try_advisory_lock(int, int),
    pg_catalog.pg_try_advisory_lock_shared(bigint), pg_catalog.pg_try_advisory_lock_shared(int, int),
    pg_catalog.pg_advisory_xact_lock(bigint), pg_catalog.pg_advisory_xact_lock(int, int),
    pg_catalog.pg_advisory_xact_lock_shared(bigint), pg_catalog.pg_advisory_xact_lock_shared(int, int),
    pg_catalog.pg_try_advisory_xact_lock(bigint), pg_catalog.pg_try_advisory_xact_lock(int, int),
    pg_catalog.pg_try_advisory_xact_lock_shared(bigint), pg_catalog.pg_try_advisory_xact_lock_shared(int, int),
    pg_catalog.pg_advisory_unlock_all()
FROM PUBLIC
-- statement
GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint) TO bulkhead_owner, bulkhead_control
-- statement
REVOKE EXECUTE ON FUNCTION
    pg_catalog.lo_creat(int), pg_catalog.lo_create(oid), pg_catalog.lo_open(oid, int), pg_catalog.lo_close(int),
    pg_catalog.lo_unlink(oid), pg_catalog.lo_from_bytea(oid, bytea), pg_catalog.lo_get(oid),
    pg_catalog.lo_get(oid, bigint, int), pg_catalog.lo_put(oid, bigint, bytea), pg_catalog.loread(int, int),
    pg_catalog.lowrite(int, bytea), pg_catalog.lo_lseek(int, int, int), pg_catalog.lo_lseek64(int, bigint, int),
    pg_catalog.lo_tell(int), pg_catalog.lo_tell64(int), pg_catalog.lo_truncate(int, int),
    pg_catalog.lo_truncate64(int, bigint)
FROM PUBLIC
-- statement
REVOKE EXECUTE ON FUNCTION
    pg_catalog.pg_terminate_backend(int, bigint), pg_catalog.pg_cancel_backend(int),
    pg_catalog.pg_notify(text, text), pg_catalog.pg_stat_get_activity(int),
    pg_catalog.pg_stat_get_backend_activity(int), pg_catalog.pg_lock_status(), pg_catalog.pg_prepared_xact(),
    pg_catalog.pg_export_snapshot(), pg_catalog.pg_logical_emit_message(boolean, text, text),
    pg_catalog.pg_logical_emit_message(boolean, text, bytea)
FROM PUBLIC
-- statement
-- The names of prepared statements and cursors that an earlier transaction left on the connection.
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_prepared_statement(), pg_catalog.pg_cursor() FROM PUBLIC
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
