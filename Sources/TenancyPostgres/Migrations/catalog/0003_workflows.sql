-- Durable work: runs and their journals, tenants made in advance, mail on its way, answers to repeated requests.

-- statement
CREATE TABLE bulkhead.workflow_runs (
    id          uuid        NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    -- The order of creation: runs about one subject are worked on one after the other.
    number      bigint      NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
    workflow    text        NOT NULL CHECK (workflow ~ '^[a-z][A-Za-z.]{1,99}$'),
    subject     text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    input       jsonb       NOT NULL,
    plan        text[]      NOT NULL CHECK (cardinality(plan) > 0),
    status      text        NOT NULL DEFAULT 'running'
                CHECK (status IN ('running', 'compensating', 'completed', 'compensated', 'dead')),
    -- The fence: whoever writes for the run names the attempt he is in. A claim begins a new block of 1024 numbers and is
    -- on record for good, so that a crash which takes back later records never gives out a number twice.
    attempt     bigint      NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    events      int         NOT NULL DEFAULT 0 CHECK (events >= 0),
    worker      text        CHECK (length(worker) <= 200),
    lease_until timestamptz,
    run_at      timestamptz NOT NULL DEFAULT statement_timestamp(),
    created_at  timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at  timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at),
    CHECK (lease_until IS NULL OR status IN ('running', 'compensating'))
)
-- statement
CREATE INDEX workflow_runs_due ON bulkhead.workflow_runs (run_at, number) WHERE status IN ('running', 'compensating')
-- statement
CREATE INDEX workflow_runs_by_subject ON bulkhead.workflow_runs (subject, number)
-- statement
CREATE INDEX workflow_runs_by_status ON bulkhead.workflow_runs (status, workflow, number)
-- statement
CREATE TABLE bulkhead.workflow_events (
    run_id                uuid        NOT NULL REFERENCES bulkhead.workflow_runs (id) ON DELETE CASCADE,
    sequence              int         NOT NULL CHECK (sequence > 0),
    at                    timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind                  text        NOT NULL CHECK (kind ~ '^[a-z][A-Za-z]{1,39}$'),
    step                  text,
    direction             text        CHECK (direction IN ('forward', 'backward')),
    number                int         CHECK (number > 0),
    reason                text        CHECK (length(reason) <= 4000),
    output                jsonb,
    evidence              jsonb,
    milliseconds          bigint      CHECK (milliseconds >= 0),
    retry_in_milliseconds bigint      CHECK (retry_in_milliseconds >= 0),
    PRIMARY KEY (run_id, sequence)
)
-- statement
-- Whether a tenant ever was of use to anybody: its data are kept when it is deleted, those of others are not.
ALTER TABLE public.tenants ADD COLUMN activated_at timestamptz
-- statement
UPDATE public.tenants SET activated_at = created_at WHERE status NOT IN ('provisioning', 'failed')
-- statement
-- A tenant's schema that is ready for whoever comes next: made from the template and proven, and nobody's yet.
CREATE TABLE bulkhead.warm_tenants (
    id                uuid        NOT NULL PRIMARY KEY,
    schema_name       text        NOT NULL UNIQUE CHECK (schema_name = 'tenant_' || replace(id::text, '-', '')),
    schema_version    int         NOT NULL CHECK (schema_version > 0),
    template_checksum text        NOT NULL CHECK (template_checksum ~ '^[0-9a-f]{64}$'),
    -- What its isolation proof showed; nobody gets it before that.
    proof             jsonb,
    -- Which schema was proven: one that was dropped and made again has another.
    schema_oid        bigint      CHECK ((schema_oid IS NULL) = (proof IS NULL)),
    created_at        timestamptz NOT NULL DEFAULT statement_timestamp()
)
-- statement
CREATE INDEX warm_tenants_by_template ON bulkhead.warm_tenants (template_checksum, created_at)
-- statement
CREATE TABLE bulkhead.deliveries (
    id              uuid        NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id       uuid        NOT NULL REFERENCES public.tenants (id) ON DELETE CASCADE,
    run_id          uuid        NOT NULL UNIQUE,
    kind            text        NOT NULL CHECK (kind IN ('welcome')),
    recipient       text        NOT NULL CHECK (length(recipient) BETWEEN 3 AND 254 AND recipient !~ '[[:cntrl:]]'),
    recipient_name  text        NOT NULL CHECK (length(recipient_name) BETWEEN 1 AND 200 AND recipient_name !~ '[[:cntrl:]]'),
    message_id      text        NOT NULL UNIQUE CHECK (message_id !~ '[[:cntrl:][:space:]]'),
    state           text        NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'sent', 'deferred', 'bounced', 'cancelled')),
    attempts        int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Attempts behind whose DATA nothing was heard: the mail may have arrived.
    uncertain       int         NOT NULL DEFAULT 0 CHECK (uncertain >= 0),
    -- Since when an attempt has had the mail out of our hands; no attempt has that of which we know what came of it.
    handed_over_at  timestamptz,
    reply_code      int         CHECK (reply_code BETWEEN 200 AND 599),
    reply           text        CHECK (length(reply) <= 1000),
    link_hash       bytea       CHECK (octet_length(link_hash) = 32),
    link_expires_at timestamptz,
    link_used_at    timestamptz,
    resend_of       uuid        REFERENCES bulkhead.deliveries (id) ON DELETE SET NULL,
    created_at      timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at      timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at),
    sent_at         timestamptz,
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
)
-- statement
CREATE UNIQUE INDEX deliveries_first ON bulkhead.deliveries (tenant_id, kind) WHERE resend_of IS NULL
-- statement
CREATE INDEX deliveries_by_tenant ON bulkhead.deliveries (tenant_id, created_at, id)
-- statement
CREATE INDEX deliveries_by_created_at ON bulkhead.deliveries (created_at, id)
-- statement
CREATE INDEX deliveries_by_resend ON bulkhead.deliveries (resend_of) WHERE resend_of IS NOT NULL
-- statement
CREATE INDEX deliveries_by_link ON bulkhead.deliveries (link_hash) WHERE link_hash IS NOT NULL
-- statement
CREATE TABLE bulkhead.idempotency_keys (
    principal   text        NOT NULL CHECK (length(principal) BETWEEN 1 AND 200),
    route       text        NOT NULL CHECK (length(route) BETWEEN 1 AND 300),
    key         text        NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea       NOT NULL CHECK (octet_length(fingerprint) = 32),
    status      int         NOT NULL CHECK (status BETWEEN 200 AND 599),
    headers     jsonb       NOT NULL CHECK (jsonb_typeof(headers) = 'object'),
    body        bytea       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at  timestamptz NOT NULL CHECK (expires_at > created_at),
    PRIMARY KEY (principal, route, key)
)
-- statement
CREATE INDEX idempotency_keys_by_expiry ON bulkhead.idempotency_keys (expires_at)
-- statement
GRANT SELECT, INSERT, UPDATE, DELETE ON bulkhead.workflow_runs, bulkhead.workflow_events, bulkhead.warm_tenants,
    bulkhead.deliveries, bulkhead.idempotency_keys TO bulkhead_control
-- statement
GRANT SELECT ON bulkhead.workflow_runs, bulkhead.workflow_events, bulkhead.warm_tenants, bulkhead.deliveries,
    bulkhead.idempotency_keys TO bulkhead_backup
