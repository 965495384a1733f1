-- Rights on the database itself. A copy of a database (CREATE DATABASE .. TEMPLATE) loses them, so this file can run again.

-- statement
REVOKE ALL ON DATABASE {database} FROM PUBLIC
-- statement
GRANT CONNECT ON DATABASE {database} TO bulkhead_control, bulkhead_app, bulkhead_directory, bulkhead_backup
-- statement
GRANT CREATE ON DATABASE {database} TO bulkhead_owner
-- statement
REVOKE ALL ON SCHEMA public FROM PUBLIC
-- statement
GRANT USAGE, CREATE ON SCHEMA public TO bulkhead_owner
-- statement
GRANT USAGE ON SCHEMA public TO bulkhead_control, bulkhead_backup
-- statement
CREATE SCHEMA IF NOT EXISTS bulkhead
-- statement
ALTER SCHEMA bulkhead OWNER TO bulkhead_keeper
-- statement
GRANT USAGE, CREATE ON SCHEMA bulkhead TO bulkhead_owner
-- statement
GRANT USAGE ON SCHEMA bulkhead TO bulkhead_control, bulkhead_app, bulkhead_directory, bulkhead_backup
