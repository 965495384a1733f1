-- Names of tenants in the DNS, names that wait before somebody else may have them, and certificates.

-- statement
-- Which installation this is: its mark on records in a zone that others may use too.
CREATE TABLE bulkhead.installation (
    only_row   bool        NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp()
)
-- statement
INSERT INTO bulkhead.installation DEFAULT VALUES
-- statement
-- What one process at a time does: writing to the zone, renewing the certificate.
CREATE TABLE bulkhead.leases (
    name   text        NOT NULL PRIMARY KEY CHECK (name ~ '^[a-z][a-zA-Z.]{1,39}$'),
    holder text        NOT NULL CHECK (length(holder) BETWEEN 1 AND 200),
    -- Moves on with each holder: whoever lost the lease cannot renew it.
    number bigint      NOT NULL CHECK (number > 0),
    until  timestamptz NOT NULL
)
-- statement
-- What the zone is to say about tenants. A wish has a number; it is met when that number was carried out.
CREATE TABLE bulkhead.dns_names (
    tenant_id  uuid        NOT NULL PRIMARY KEY REFERENCES public.tenants (id) ON DELETE CASCADE,
    subdomain  text        NOT NULL,
    wanted     bool        NOT NULL,
    wish       bigint      NOT NULL DEFAULT 1 CHECK (wish > 0),
    met        bigint      NOT NULL DEFAULT 0 CHECK (met BETWEEN 0 AND wish),
    -- For how long resolvers may remember what was last written; null as long as nothing was.
    ttl        int         CHECK (ttl >= 0),
    -- Who has the name instead, in words for operators.
    conflict   text        CHECK (length(conflict) <= 1000),
    -- The provider's own name for the change, to ask it whether its servers have it.
    receipt    text        CHECK (length(receipt) <= 200),
    -- Since when no server of the zone knows the name any more.
    gone_at    timestamptz,
    changed_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    met_at     timestamptz,
    CHECK ((met = 0) = (met_at IS NULL))
)
-- statement
CREATE INDEX dns_names_open ON bulkhead.dns_names (changed_at) WHERE met < wish
-- statement
-- What the last look at the zone showed.
CREATE TABLE bulkhead.dns_reports (
    kind   text        NOT NULL PRIMARY KEY CHECK (kind IN ('reconciliation', 'scan')),
    at     timestamptz NOT NULL DEFAULT statement_timestamp(),
    report jsonb       NOT NULL CHECK (jsonb_typeof(report) = 'object')
)
-- statement
-- Names of tenants that are gone for good; for some time nobody else gets them.
CREATE TABLE bulkhead.released_names (
    subdomain   text        NOT NULL PRIMARY KEY,
    -- No foreign key: a name outlives its tenant.
    tenant_id   uuid        NOT NULL,
    released_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
-- statement
INSERT INTO bulkhead.released_names (subdomain, tenant_id, released_at)
SELECT subdomain, id, updated_at FROM public.tenants WHERE status = 'purged'
-- statement
ALTER TABLE public.tenants DROP CONSTRAINT tenants_subdomain_key
-- statement
CREATE UNIQUE INDEX tenants_by_subdomain ON public.tenants (subdomain) WHERE status <> 'purged'
-- statement
-- However a tenant is purged, its name is held back.
CREATE FUNCTION bulkhead.release_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO bulkhead.released_names AS r (subdomain, tenant_id) VALUES (OLD.subdomain, OLD.id)
    ON CONFLICT (subdomain) DO UPDATE SET tenant_id = excluded.tenant_id, released_at = excluded.released_at;
    RETURN NULL;
END
$$
-- statement
REVOKE ALL ON FUNCTION bulkhead.release_name() FROM PUBLIC
-- statement
-- A name is given back by removing its tenant, never by renaming it: there would be no quarantine.
CREATE FUNCTION bulkhead.refuse_rename() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a tenant''s subdomain does not change' USING ERRCODE = '23514';
END
$$
-- statement
REVOKE ALL ON FUNCTION bulkhead.refuse_rename() FROM PUBLIC
-- statement
CREATE TRIGGER tenants_refuse_rename BEFORE UPDATE OF subdomain ON public.tenants
FOR EACH ROW WHEN (NEW.subdomain <> OLD.subdomain) EXECUTE FUNCTION bulkhead.refuse_rename()
-- statement
CREATE TRIGGER tenants_release_name AFTER UPDATE ON public.tenants
FOR EACH ROW WHEN (NEW.status = 'purged' AND OLD.status <> 'purged') EXECUTE FUNCTION bulkhead.release_name()
-- statement
CREATE TRIGGER tenants_release_deleted_name AFTER DELETE ON public.tenants
FOR EACH ROW WHEN (OLD.status <> 'purged') EXECUTE FUNCTION bulkhead.release_name()
-- statement
-- Certificates that one process got and all use.
CREATE TABLE bulkhead.certificates (
    name            text        NOT NULL PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{1,39}$'),
    chain           text        CHECK (length(chain) <= 100000),
    -- Sealed with the installation's secret.
    sealed_key      bytea       CHECK (octet_length(sealed_key) BETWEEN 48 AND 20000),
    version         bigint      NOT NULL DEFAULT 0 CHECK (version >= 0),
    -- The account at the certificate authority, sealed too: all processes are one customer of it.
    sealed_account  bytea       CHECK (octet_length(sealed_account) BETWEEN 48 AND 100000),
    -- What failed since the last success, and when to try again.
    state           jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(state) = 'object'),
    renewed_at      timestamptz,
    CHECK ((chain IS NULL) = (sealed_key IS NULL)),
    CHECK ((chain IS NULL) = (version = 0))
)
-- statement
GRANT SELECT ON bulkhead.installation TO bulkhead_control
-- statement
GRANT SELECT, INSERT, UPDATE, DELETE ON bulkhead.leases, bulkhead.dns_names, bulkhead.dns_reports,
    bulkhead.released_names, bulkhead.certificates TO bulkhead_control
-- statement
GRANT SELECT ON bulkhead.installation, bulkhead.leases, bulkhead.dns_names, bulkhead.dns_reports,
    bulkhead.released_names, bulkhead.certificates TO bulkhead_backup
