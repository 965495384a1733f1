-- The record of catalog migrations. Runs as bulkhead_owner.

-- statement
CREATE TABLE IF NOT EXISTS bulkhead.schema_migrations (
    version    int         NOT NULL PRIMARY KEY CHECK (version > 0),
    name       text        NOT NULL,
    checksum   text        NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
-- statement
GRANT SELECT ON bulkhead.schema_migrations TO bulkhead_control, bulkhead_backup
