-- The signed context: keys that only the keeper reads, and the functions that check them. Runs as bulkhead_keeper.

-- statement
CREATE TABLE IF NOT EXISTS bulkhead.context_keys (
    kid        text        NOT NULL PRIMARY KEY CHECK (kid ~ '^[A-Za-z0-9_-]{1,64}$'),
    kind       text        NOT NULL CHECK (kind IN ('application', 'database')),
    -- The key, already combined with the constants of RFC 2104, so that a check is two calls of sha256.
    inner_pad  bytea       NOT NULL CHECK (octet_length(inner_pad) = 64),
    outer_pad  bytea       NOT NULL CHECK (octet_length(outer_pad) = 64),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retired_at timestamptz CHECK (retired_at >= created_at)
)
-- statement
CREATE INDEX IF NOT EXISTS context_keys_by_kind ON bulkhead.context_keys (kind, created_at DESC) WHERE retired_at IS NULL
-- statement
REVOKE ALL ON bulkhead.context_keys FROM PUBLIC
-- statement
CREATE OR REPLACE FUNCTION bulkhead.pad_key(key bytea, filler int) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    padded bytea := decode(repeat('00', 64), 'hex');
BEGIN
    IF octet_length(key) NOT BETWEEN 32 AND 64 THEN
        RAISE EXCEPTION 'a context key has 32 to 64 bytes' USING ERRCODE = '22023';
    END IF;
    padded := overlay(padded PLACING key FROM 1);
    FOR i IN 0..63 LOOP
        padded := set_byte(padded, i, get_byte(padded, i) # filler);
    END LOOP;
    RETURN padded;
END
$$
-- statement
REVOKE ALL ON FUNCTION bulkhead.pad_key(bytea, int) FROM PUBLIC
-- statement
CREATE OR REPLACE FUNCTION bulkhead.add_context_key(new_kid text, key bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO bulkhead.context_keys (kid, kind, inner_pad, outer_pad)
    VALUES (new_kid, 'application', bulkhead.pad_key(key, 54), bulkhead.pad_key(key, 92))
    ON CONFLICT (kid) DO NOTHING;
END
$$
-- statement
CREATE OR REPLACE FUNCTION bulkhead.rotate_database_key() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_kid text := 'db-' || replace(gen_random_uuid()::text, '-', '');
    key bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
BEGIN
    -- The key before last goes; the last stays valid for the transactions that are running.
    UPDATE bulkhead.context_keys SET retired_at = clock_timestamp()
    WHERE kind = 'database' AND retired_at IS NULL
      AND kid <> (SELECT kid FROM bulkhead.context_keys WHERE kind = 'database' AND retired_at IS NULL
                  ORDER BY created_at DESC LIMIT 1);
    INSERT INTO bulkhead.context_keys (kid, kind, inner_pad, outer_pad)
    VALUES (new_kid, 'database', bulkhead.pad_key(key, 54), bulkhead.pad_key(key, 92));
    RETURN new_kid;
END
$$
-- statement
CREATE OR REPLACE FUNCTION bulkhead.retire_context_key(old_kid text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (SELECT count(*) FROM bulkhead.context_keys k
        WHERE k.retired_at IS NULL
          AND k.kind = (SELECT o.kind FROM bulkhead.context_keys o WHERE o.kid = old_kid)) < 2 THEN
        RAISE EXCEPTION 'the last valid key of its kind cannot be retired' USING ERRCODE = '55000';
    END IF;
    UPDATE bulkhead.context_keys SET retired_at = clock_timestamp() WHERE kid = old_kid AND retired_at IS NULL;
    RETURN FOUND;
END
$$
-- statement
CREATE OR REPLACE FUNCTION bulkhead.list_context_keys()
RETURNS TABLE (kid text, kind text, created_at timestamptz, retired_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.kid, k.kind, k.created_at, k.retired_at FROM bulkhead.context_keys k ORDER BY k.created_at, k.kid
$$
-- statement
-- The tenant of the running transaction, or NULL unless the proof that check_context left behind is right. STABLE and
-- never IMMUTABLE: a folded result would serve the tenant for whom a plan was made. PARALLEL RESTRICTED: the proof is
-- bound to the leader's process.
--
-- Here and in check_context keys are columns of a query and never variables: a plan made for the values of variables
-- holds them as constants, and any session may ask the server to print its plans (debug_print_plan).
CREATE OR REPLACE FUNCTION bulkhead.current_tenant() RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    claimed text := current_setting('app.current_tenant_id', true);
    proof   text := current_setting('app.context_proof', true);
    genuine boolean;
BEGIN
    IF claimed IS NULL OR claimed = '' OR proof IS NULL OR proof = '' THEN
        RETURN NULL;
    END IF;
    SELECT split_part(proof, '.', 3) = encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(
               concat_ws('|', claimed, split_part(proof, '.', 2), pg_backend_pid(),
                         extract(epoch FROM transaction_timestamp())), 'UTF8'))), 'hex')
    INTO genuine
    FROM bulkhead.context_keys k
    WHERE k.kid = split_part(proof, '.', 1) AND k.kind = 'database' AND k.retired_at IS NULL;
    -- A proof for reading is worth nothing where something could be written.
    IF genuine AND (split_part(proof, '.', 2) = 'rw' OR current_setting('transaction_read_only') = 'on') THEN
        RETURN claimed::uuid;
    END IF;
    RETURN NULL;
END
$$
-- statement
-- Checks a credential and leaves the proof for current_tenant behind; both last until the transaction ends. Returns
-- the tenant's search_path, which the caller sets: a change made here would be undone at this function's exit.
CREATE OR REPLACE FUNCTION bulkhead.check_context(
    tenant uuid, mode text, expires_at bigint, nonce text, key_id text, signature bytea
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    now_ms bigint := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
    genuine boolean;
    proof text;
BEGIN
    IF tenant IS NULL OR mode IS NULL OR expires_at IS NULL OR nonce IS NULL OR key_id IS NULL OR signature IS NULL
        OR mode NOT IN ('rw', 'ro') OR octet_length(nonce) NOT BETWEEN 8 AND 64 THEN
        RAISE EXCEPTION 'context refused' USING ERRCODE = '28000', DETAIL = 'malformed';
    END IF;
    IF expires_at <= now_ms OR expires_at > now_ms + 30000 THEN
        RAISE EXCEPTION 'context refused' USING ERRCODE = '28000', DETAIL = 'expiry';
    END IF;
    SELECT signature = sha256(a.outer_pad || sha256(a.inner_pad || convert_to(
               concat_ws('|', tenant, mode, expires_at, nonce), 'UTF8'))),
           d.kid || '.' || mode || '.' || encode(sha256(d.outer_pad || sha256(d.inner_pad || convert_to(
               concat_ws('|', tenant, mode, pg_backend_pid(), extract(epoch FROM transaction_timestamp())),
               'UTF8'))), 'hex')
    INTO genuine, proof
    FROM bulkhead.context_keys a
    CROSS JOIN LATERAL (
        SELECT k.kid, k.inner_pad, k.outer_pad FROM bulkhead.context_keys k
        WHERE k.kind = 'database' AND k.retired_at IS NULL ORDER BY k.created_at DESC LIMIT 1) d
    WHERE a.kid = key_id AND a.kind = 'application' AND a.retired_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'context refused' USING ERRCODE = '28000', DETAIL = 'key';
    END IF;
    IF genuine IS NOT TRUE THEN
        RAISE EXCEPTION 'context refused' USING ERRCODE = '28000', DETAIL = 'signature';
    END IF;
    IF current_setting('app.context_proof', true) <> '' AND bulkhead.current_tenant() <> tenant THEN
        RAISE EXCEPTION 'context refused' USING ERRCODE = '28000', DETAIL = 'second tenant';
    END IF;
    PERFORM set_config('app.current_tenant_id', tenant::text, true), set_config('app.context_proof', proof, true);
    RETURN 'tenant_' || replace(tenant::text, '-', '') || ', pg_temp';
END
$$
-- statement
-- The first statement of every tenant transaction. Everything is local to the transaction. SECURITY INVOKER and one
-- expression, so that the planner puts it in place of the call; an array's elements are computed in their order.
CREATE OR REPLACE FUNCTION bulkhead.enter_tenant(
    tenant uuid, mode text, expires_at bigint, nonce text, key_id text, signature bytea,
    statement_timeout_ms int, lock_timeout_ms int, idle_timeout_ms int
) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT (ARRAY[
        set_config('search_path', bulkhead.check_context(tenant, mode, expires_at, nonce, key_id, signature), true),
        set_config('row_security', 'on', true),
        set_config('statement_timeout', statement_timeout_ms::text, true),
        set_config('lock_timeout', lock_timeout_ms::text, true),
        set_config('idle_in_transaction_session_timeout', idle_timeout_ms::text, true),
        set_config('TimeZone', 'UTC', true),
        set_config('DateStyle', 'ISO, MDY', true),
        set_config('synchronous_commit', 'on', true),
        CASE WHEN mode = 'ro' THEN set_config('transaction_read_only', 'on', true) END
    ])[1];
END
-- statement
REVOKE ALL ON FUNCTION
    bulkhead.add_context_key(text, bytea), bulkhead.rotate_database_key(), bulkhead.retire_context_key(text),
    bulkhead.list_context_keys(), bulkhead.current_tenant(),
    bulkhead.check_context(uuid, text, bigint, text, text, bytea),
    bulkhead.enter_tenant(uuid, text, bigint, text, text, bytea, int, int, int)
FROM PUBLIC
-- statement
GRANT EXECUTE ON FUNCTION
    bulkhead.add_context_key(text, bytea), bulkhead.rotate_database_key(), bulkhead.retire_context_key(text),
    bulkhead.list_context_keys()
TO bulkhead_control
-- statement
GRANT EXECUTE ON FUNCTION
    bulkhead.current_tenant(), bulkhead.check_context(uuid, text, bigint, text, text, bytea),
    bulkhead.enter_tenant(uuid, text, bigint, text, text, bytea, int, int, int)
TO bulkhead_app, bulkhead_owner
-- statement
SELECT bulkhead.rotate_database_key()
WHERE NOT EXISTS (SELECT 1 FROM bulkhead.context_keys WHERE kind = 'database' AND retired_at IS NULL)
