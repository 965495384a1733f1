-- What the request path knows of tenants: versions, so that a memory can tell old from new; a message with every
-- change; keys to check tokens with; limits a tier.

-- statement
-- Moves on with every change of the record.
ALTER TABLE public.tenants ADD COLUMN version bigint NOT NULL DEFAULT 1 CHECK (version > 0)
-- statement
CREATE OR REPLACE FUNCTION bulkhead.check_tenant_change() RETURNS trigger
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
    NEW.version := OLD.version + 1;
    RETURN NEW;
END
$$
-- statement
-- A hint to read again: id, version and subdomain, parted by spaces. A row that is gone counts as one version more.
CREATE FUNCTION bulkhead.announce_tenant() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('bulkhead_tenants', OLD.id || ' ' || OLD.version + 1 || ' ' || OLD.subdomain);
    ELSE
        PERFORM pg_notify('bulkhead_tenants', NEW.id || ' ' || NEW.version || ' ' || NEW.subdomain);
    END IF;
    RETURN NULL;
END
$$
-- statement
REVOKE ALL ON FUNCTION bulkhead.announce_tenant() FROM PUBLIC
-- statement
CREATE TRIGGER tenants_announce AFTER INSERT OR UPDATE OR DELETE ON public.tenants
FOR EACH ROW EXECUTE FUNCTION bulkhead.announce_tenant()
-- statement
CREATE OR REPLACE VIEW bulkhead.directory WITH (security_barrier = true) AS
SELECT id, name, subdomain, tier, status, cluster, isolation_model, schema_name, schema_version, created_at, updated_at,
       version
FROM public.tenants
-- statement
-- The public halves of the keys that sign tokens, for an edge that checks tokens and makes none.
CREATE VIEW bulkhead.token_keys WITH (security_barrier = true) AS
SELECT kid, public_key, created_at, retired_at FROM bulkhead.sealed_keys WHERE purpose = 'token'
-- statement
GRANT SELECT ON bulkhead.token_keys TO bulkhead_directory
-- statement
-- How many requests a second a tenant, one of its members and one address may make, and how many at once; how many
-- transactions of a tenant may wait; how many connections it has to itself.
UPDATE public.system_config t
SET value = jsonb_build_object(
        'maximumQueued', d.queued, 'dedicatedConnections', NULL,
        'tenantRequests', jsonb_build_object('perSecond', d.tenant, 'burst', d.tenant * 2),
        'memberRequests', jsonb_build_object('perSecond', d.member, 'burst', d.member * 2),
        'addressRequests', jsonb_build_object('perSecond', d.address, 'burst', d.address * 2)) || t.value
FROM (VALUES ('tier.free', 32, 20, 10, 10), ('tier.standard', 64, 200, 50, 50), ('tier.premium', 128, 1000, 100, 100),
             ('tier.enterprise', 256, 5000, 200, 200)) AS d (key, queued, tenant, member, address)
WHERE t.key = d.key
-- statement
-- Tiers that operators made.
UPDATE public.system_config t
SET value = jsonb_build_object(
        'maximumQueued', 64, 'dedicatedConnections', NULL,
        'tenantRequests', jsonb_build_object('perSecond', 200, 'burst', 400),
        'memberRequests', jsonb_build_object('perSecond', 50, 'burst', 100),
        'addressRequests', jsonb_build_object('perSecond', 50, 'burst', 100)) || t.value
WHERE t.key LIKE 'tier.%' AND NOT t.value ? 'tenantRequests'
