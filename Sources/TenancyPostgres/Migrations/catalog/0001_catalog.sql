-- The control plane's tables. Nothing here is readable by bulkhead_app.

-- statement
CREATE TABLE public.global_users (
    id            uuid        NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    email         text        NOT NULL UNIQUE
                  CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
    name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND name !~ '[[:cntrl:]]'),
    password_hash text        NOT NULL CHECK (password_hash LIKE '$scrypt$%'),
    role          text        NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'operator', 'viewer')),
    status        text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    created_at    timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at    timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at)
)
-- statement
CREATE TABLE public.system_config (
    key        text        NOT NULL PRIMARY KEY CHECK (key ~ '^[a-z][a-zA-Z0-9]*(\.[a-z0-9-]{1,40})?$'),
    value      jsonb       NOT NULL,
    position   int         NOT NULL DEFAULT 0,
    version    int         NOT NULL DEFAULT 1 CHECK (version > 0),
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_by uuid        REFERENCES public.global_users (id) ON DELETE SET NULL
)
-- statement
CREATE INDEX system_config_by_updated_by ON public.system_config (updated_by)
-- statement
CREATE TABLE bulkhead.tenant_statuses (
    status text NOT NULL PRIMARY KEY
)
-- statement
INSERT INTO bulkhead.tenant_statuses (status)
VALUES ('provisioning'), ('active'), ('readOnly'), ('maintenance'), ('suspended'), ('deleting'), ('deleted'),
       ('purging'), ('purged'), ('failed')
-- statement
CREATE TABLE bulkhead.tenant_status_transitions (
    from_status text NOT NULL REFERENCES bulkhead.tenant_statuses (status),
    to_status   text NOT NULL REFERENCES bulkhead.tenant_statuses (status),
    PRIMARY KEY (from_status, to_status)
)
-- statement
CREATE INDEX tenant_status_transitions_by_to ON bulkhead.tenant_status_transitions (to_status)
-- statement
INSERT INTO bulkhead.tenant_status_transitions (from_status, to_status)
SELECT a, b
FROM unnest(ARRAY['active', 'readOnly', 'maintenance', 'suspended']) a
CROSS JOIN unnest(ARRAY['active', 'readOnly', 'maintenance', 'suspended', 'deleting']) b
WHERE a <> b
UNION ALL
VALUES ('provisioning', 'active'), ('provisioning', 'failed'), ('provisioning', 'deleting'),
       ('failed', 'provisioning'), ('failed', 'deleting'), ('deleting', 'deleted'), ('deleted', 'active'),
       ('deleted', 'purging'), ('purging', 'purged')
-- statement
CREATE TABLE public.tenants (
    id              uuid        NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    name            text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND name !~ '[[:cntrl:]]'),
    subdomain       text        NOT NULL UNIQUE
                    CHECK (subdomain ~ '^[a-z][a-z0-9-]{1,61}[a-z0-9]$' AND substr(subdomain, 3, 2) <> '--'),
    tier            text        NOT NULL,
    -- A foreign key needs a column of its own; an unknown tier is refused by the database too.
    tier_key        text        NOT NULL GENERATED ALWAYS AS ('tier.' || tier) STORED
                    REFERENCES public.system_config (key),
    status          text        NOT NULL DEFAULT 'provisioning' REFERENCES bulkhead.tenant_statuses (status),
    cluster         text        NOT NULL DEFAULT 'main' CHECK (cluster ~ '^[a-z][a-z0-9-]{0,62}$'),
    isolation_model text        NOT NULL DEFAULT 'schema' CHECK (isolation_model IN ('schema', 'pooled', 'database')),
    schema_name     text        NOT NULL CHECK (schema_name ~ '^[a-z_][a-z0-9_]{0,62}$'),
    schema_version  int         NOT NULL DEFAULT 0 CHECK (schema_version >= 0),
    created_at      timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at      timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at),
    deleted_at      timestamptz,
    CHECK (isolation_model <> 'schema' OR schema_name = 'tenant_' || replace(id::text, '-', '')),
    CHECK ((deleted_at IS NOT NULL) = (status IN ('deleted', 'purging', 'purged'))),
    CHECK (status NOT IN ('active', 'readOnly', 'maintenance', 'suspended') OR schema_version > 0)
)
-- statement
CREATE INDEX tenants_by_created_at ON public.tenants (created_at, id)
-- statement
CREATE INDEX tenants_by_status ON public.tenants (status, created_at, id)
-- statement
CREATE INDEX tenants_by_tier ON public.tenants (tier_key, created_at, id)
-- statement
CREATE INDEX tenants_by_schema_version ON public.tenants (schema_version)
-- statement
CREATE INDEX tenants_by_deleted_at ON public.tenants (deleted_at) WHERE deleted_at IS NOT NULL
-- statement
CREATE UNIQUE INDEX tenants_by_placement ON public.tenants (cluster, schema_name) WHERE isolation_model = 'schema'
-- statement
CREATE FUNCTION bulkhead.check_tenant_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.created_at <> OLD.created_at THEN
        RAISE EXCEPTION 'a tenant''s id and time of creation never change' USING ERRCODE = '23514';
    END IF;
    IF NEW.status <> OLD.status AND NOT EXISTS (
        SELECT 1 FROM bulkhead.tenant_status_transitions t
        WHERE t.from_status = OLD.status AND t.to_status = NEW.status) THEN
        RAISE EXCEPTION 'a tenant cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = '23514', CONSTRAINT = 'tenant_status_transitions';
    END IF;
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at);
    RETURN NEW;
END
$$
-- statement
REVOKE ALL ON FUNCTION bulkhead.check_tenant_change() FROM PUBLIC
-- statement
CREATE TRIGGER tenants_check_change BEFORE UPDATE ON public.tenants
FOR EACH ROW EXECUTE FUNCTION bulkhead.check_tenant_change()
-- statement
CREATE FUNCTION bulkhead.check_tenant_insert() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.status <> 'provisioning' THEN
        RAISE EXCEPTION 'a tenant starts as provisioning' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$
-- statement
REVOKE ALL ON FUNCTION bulkhead.check_tenant_insert() FROM PUBLIC
-- statement
CREATE TRIGGER tenants_check_insert BEFORE INSERT ON public.tenants
FOR EACH ROW EXECUTE FUNCTION bulkhead.check_tenant_insert()
-- statement
CREATE TABLE bulkhead.tenant_migrations (
    tenant_id  uuid        NOT NULL REFERENCES public.tenants (id) ON DELETE CASCADE,
    version    int         NOT NULL CHECK (version > 0),
    checksum   text        NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, version)
)
-- statement
CREATE TABLE bulkhead.admin_refresh_tokens (
    id         uuid        NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    admin_id   uuid        NOT NULL REFERENCES public.global_users (id) ON DELETE CASCADE,
    family_id  uuid        NOT NULL,
    token_hash bytea       NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at    timestamptz CHECK (used_at >= created_at),
    revoked_at timestamptz CHECK (revoked_at >= created_at)
)
-- statement
CREATE INDEX admin_refresh_tokens_by_admin ON bulkhead.admin_refresh_tokens (admin_id)
-- statement
CREATE INDEX admin_refresh_tokens_by_family ON bulkhead.admin_refresh_tokens (family_id)
-- statement
CREATE INDEX admin_refresh_tokens_by_expiry ON bulkhead.admin_refresh_tokens (expires_at)
-- statement
CREATE TABLE bulkhead.sealed_keys (
    kid        text        NOT NULL PRIMARY KEY CHECK (kid ~ '^[A-Za-z0-9_-]{1,64}$'),
    purpose    text        NOT NULL CHECK (purpose IN ('token', 'context')),
    public_key bytea,
    sealed     bytea       NOT NULL CHECK (octet_length(sealed) BETWEEN 48 AND 1024),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    retired_at timestamptz CHECK (retired_at >= created_at),
    CHECK ((public_key IS NOT NULL) = (purpose = 'token'))
)
-- statement
CREATE INDEX sealed_keys_by_purpose ON bulkhead.sealed_keys (purpose, created_at)
-- statement
CREATE TABLE bulkhead.audit_log (
    seq        bigint      NOT NULL PRIMARY KEY CHECK (seq > 0),
    at         timestamptz NOT NULL,
    actor      text        NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    action     text        NOT NULL CHECK (action ~ '^[a-z][A-Za-z.]{1,99}$'),
    -- No foreign key: the trail outlives the tenant.
    tenant_id  uuid,
    details    jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    request_id text,
    prev_hash  bytea       NOT NULL CHECK (octet_length(prev_hash) = 32),
    hash       bytea       NOT NULL UNIQUE CHECK (octet_length(hash) = 32)
)
-- statement
CREATE INDEX audit_log_by_tenant ON bulkhead.audit_log (tenant_id, seq)
-- statement
CREATE INDEX audit_log_by_action ON bulkhead.audit_log (action, seq)
-- statement
CREATE VIEW bulkhead.directory WITH (security_barrier = true) AS
SELECT id, name, subdomain, tier, status, cluster, isolation_model, schema_name, schema_version, created_at, updated_at
FROM public.tenants
-- statement
GRANT SELECT ON bulkhead.directory TO bulkhead_directory
-- statement
GRANT SELECT, INSERT, UPDATE, DELETE ON public.tenants, public.global_users, public.system_config,
    bulkhead.tenant_migrations, bulkhead.admin_refresh_tokens TO bulkhead_control
-- statement
GRANT SELECT, INSERT, UPDATE ON bulkhead.sealed_keys TO bulkhead_control
-- statement
GRANT SELECT, INSERT ON bulkhead.audit_log TO bulkhead_control
-- statement
GRANT SELECT ON bulkhead.tenant_statuses, bulkhead.tenant_status_transitions TO bulkhead_control
-- statement
GRANT SELECT ON public.tenants, public.global_users, public.system_config, bulkhead.tenant_statuses,
    bulkhead.tenant_status_transitions, bulkhead.tenant_migrations, bulkhead.admin_refresh_tokens,
    bulkhead.sealed_keys, bulkhead.audit_log TO bulkhead_backup
