-- A tenant's tables. Runs as bulkhead_owner inside the tenant's context, which sets search_path to the tenant's schema;
-- policies and grants follow from RowSecurity for every table of the schema. Every key and index starts with tenant_id.

-- statement
CREATE TABLE users (
    tenant_id             uuid        NOT NULL,
    id                    uuid        NOT NULL DEFAULT gen_random_uuid(),
    email                 text        NOT NULL
                          CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
    name                  text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND name !~ '[[:cntrl:]]'),
    role                  text        NOT NULL CHECK (role IN ('admin', 'member', 'viewer')),
    status                text        NOT NULL DEFAULT 'invited' CHECK (status IN ('invited', 'active', 'disabled')),
    is_first_admin        boolean     NOT NULL DEFAULT false,
    password_hash         text        CHECK (password_hash LIKE '$scrypt$%'),
    activation_hash       bytea       CHECK (octet_length(activation_hash) = 32),
    activation_expires_at timestamptz,
    last_sign_in_at       timestamptz,
    version               int         NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at            timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at            timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email),
    CHECK (status <> 'active' OR password_hash IS NOT NULL),
    CHECK ((activation_hash IS NULL) = (activation_expires_at IS NULL))
)
-- statement
CREATE INDEX users_by_created_at ON users (tenant_id, created_at, id)
-- statement
CREATE UNIQUE INDEX users_by_activation ON users (tenant_id, activation_hash) WHERE activation_hash IS NOT NULL
-- statement
CREATE UNIQUE INDEX users_first_admin ON users (tenant_id) WHERE is_first_admin
-- statement
CREATE TABLE clients (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200 AND name !~ '[[:cntrl:]]'),
    email      text        CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
    phone      text        CHECK (length(phone) BETWEEN 1 AND 40 AND phone !~ '[[:cntrl:]]'),
    notes      text        CHECK (length(notes) <= 4000),
    created_by uuid,
    version    int         NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id) ON DELETE SET NULL (created_by)
)
-- statement
CREATE INDEX clients_by_created_at ON clients (tenant_id, created_at, id)
-- statement
CREATE INDEX clients_by_created_by ON clients (tenant_id, created_by)
-- statement
CREATE TABLE registrations (
    tenant_id           uuid        NOT NULL,
    id                  uuid        NOT NULL DEFAULT gen_random_uuid(),
    client_id           uuid        NOT NULL,
    jurisdiction        text        NOT NULL CHECK (jurisdiction ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'),
    company_name        text        NOT NULL CHECK (length(company_name) BETWEEN 1 AND 200 AND company_name !~ '[[:cntrl:]]'),
    entity_type         text        NOT NULL CHECK (entity_type IN ('limitedCompany', 'llc', 'corporation', 'partnership',
                                        'soleProprietorship', 'nonprofit', 'branch', 'other')),
    state               text        NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'submitted', 'inReview', 'approved',
                                        'rejected', 'completed', 'cancelled')),
    registration_number text        CHECK (length(registration_number) BETWEEN 1 AND 100),
    filed_on            date,
    due_on              date,
    completed_on        date        CHECK (completed_on >= filed_on),
    assigned_to         uuid,
    version             int         NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at          timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at          timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id) ON DELETE RESTRICT,
    FOREIGN KEY (tenant_id, assigned_to) REFERENCES users (tenant_id, id) ON DELETE SET NULL (assigned_to),
    CHECK (state IN ('draft', 'cancelled') OR filed_on IS NOT NULL),
    CHECK ((state = 'completed') = (completed_on IS NOT NULL))
)
-- statement
CREATE INDEX registrations_by_created_at ON registrations (tenant_id, created_at, id)
-- statement
CREATE INDEX registrations_by_client ON registrations (tenant_id, client_id)
-- statement
CREATE INDEX registrations_by_assigned_to ON registrations (tenant_id, assigned_to)
-- statement
CREATE INDEX registrations_by_state ON registrations (tenant_id, state, due_on)
-- statement
CREATE TABLE documents (
    tenant_id         uuid        NOT NULL,
    id                uuid        NOT NULL DEFAULT gen_random_uuid(),
    client_id         uuid        NOT NULL,
    registration_id   uuid,
    title             text        NOT NULL CHECK (length(title) BETWEEN 1 AND 200 AND title !~ '[[:cntrl:]]'),
    storage_reference text        NOT NULL CHECK (length(storage_reference) BETWEEN 1 AND 1024),
    media_type        text        NOT NULL CHECK (media_type ~ '^[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}$'),
    size_bytes        bigint      NOT NULL CHECK (size_bytes >= 0),
    checksum_sha256   bytea       NOT NULL CHECK (octet_length(checksum_sha256) = 32),
    uploaded_by       uuid,
    version           int         NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at        timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at        timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, storage_reference),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id) ON DELETE RESTRICT,
    FOREIGN KEY (tenant_id, registration_id) REFERENCES registrations (tenant_id, id) ON DELETE SET NULL (registration_id),
    FOREIGN KEY (tenant_id, uploaded_by) REFERENCES users (tenant_id, id) ON DELETE SET NULL (uploaded_by)
)
-- statement
CREATE INDEX documents_by_created_at ON documents (tenant_id, created_at, id)
-- statement
CREATE INDEX documents_by_client ON documents (tenant_id, client_id)
-- statement
CREATE INDEX documents_by_registration ON documents (tenant_id, registration_id)
-- statement
CREATE INDEX documents_by_uploaded_by ON documents (tenant_id, uploaded_by)
-- statement
CREATE TABLE commissions (
    tenant_id         uuid        NOT NULL,
    id                uuid        NOT NULL DEFAULT gen_random_uuid(),
    registration_id   uuid        NOT NULL,
    payee_id          uuid,
    payee_name        text        NOT NULL CHECK (length(payee_name) BETWEEN 1 AND 200 AND payee_name !~ '[[:cntrl:]]'),
    -- In the currency's minor unit (ISO 4217), so that no sum is ever rounded.
    amount_minor      bigint      NOT NULL CHECK (amount_minor >= 0),
    currency          text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    rate_basis_points int         NOT NULL CHECK (rate_basis_points BETWEEN 0 AND 10000),
    state             text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'paid', 'cancelled')),
    due_on            date,
    paid_at           timestamptz,
    version           int         NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at        timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at        timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (updated_at >= created_at),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, registration_id) REFERENCES registrations (tenant_id, id) ON DELETE RESTRICT,
    FOREIGN KEY (tenant_id, payee_id) REFERENCES users (tenant_id, id) ON DELETE SET NULL (payee_id),
    CHECK ((state = 'paid') = (paid_at IS NOT NULL))
)
-- statement
CREATE INDEX commissions_by_created_at ON commissions (tenant_id, created_at, id)
-- statement
CREATE INDEX commissions_by_registration ON commissions (tenant_id, registration_id)
-- statement
CREATE INDEX commissions_by_payee ON commissions (tenant_id, payee_id)
-- statement
CREATE INDEX commissions_by_state ON commissions (tenant_id, state, due_on)
-- statement
CREATE TABLE settings (
    tenant_id  uuid        NOT NULL,
    key        text        NOT NULL CHECK (key ~ '^[a-z][a-zA-Z]{1,62}$'),
    value      jsonb       NOT NULL CHECK (jsonb_typeof(value) IN ('string', 'array')),
    version    int         NOT NULL DEFAULT 1 CHECK (version > 0),
    updated_by uuid,
    updated_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (tenant_id, key),
    FOREIGN KEY (tenant_id, updated_by) REFERENCES users (tenant_id, id) ON DELETE SET NULL (updated_by)
)
-- statement
CREATE INDEX settings_by_updated_by ON settings (tenant_id, updated_by)
-- statement
CREATE TABLE refresh_tokens (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    user_id    uuid        NOT NULL,
    family_id  uuid        NOT NULL,
    token_hash bytea       NOT NULL CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    used_at    timestamptz CHECK (used_at >= created_at),
    revoked_at timestamptz CHECK (revoked_at >= created_at),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
)
-- statement
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (tenant_id, user_id)
-- statement
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (tenant_id, family_id)
-- statement
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (tenant_id, expires_at)
-- statement
CREATE TABLE idempotency_keys (
    tenant_id   uuid        NOT NULL,
    principal   text        NOT NULL CHECK (length(principal) BETWEEN 1 AND 200),
    route       text        NOT NULL CHECK (length(route) BETWEEN 1 AND 200),
    key         text        NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea       NOT NULL CHECK (octet_length(fingerprint) = 32),
    status      int         CHECK (status BETWEEN 200 AND 599),
    headers     jsonb,
    body        bytea,
    created_at  timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at  timestamptz NOT NULL CHECK (expires_at > created_at),
    PRIMARY KEY (tenant_id, principal, route, key)
)
-- statement
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (tenant_id, expires_at)
-- statement
CREATE TABLE outbox (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    kind         text        NOT NULL CHECK (kind ~ '^[a-z][A-Za-z.]{1,99}$'),
    payload      jsonb       NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
    created_at   timestamptz NOT NULL DEFAULT statement_timestamp(),
    available_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    collected_at timestamptz CHECK (collected_at >= created_at),
    PRIMARY KEY (tenant_id, id)
)
-- statement
CREATE INDEX outbox_by_availability ON outbox (tenant_id, available_at) WHERE collected_at IS NULL
-- statement
CREATE TABLE audit_log (
    tenant_id  uuid        NOT NULL,
    seq        bigint      NOT NULL CHECK (seq > 0),
    at         timestamptz NOT NULL,
    actor      text        NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    action     text        NOT NULL CHECK (action ~ '^[a-z][A-Za-z.]{1,99}$'),
    subject    text        CHECK (length(subject) <= 200),
    details    jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    request_id text,
    prev_hash  bytea       NOT NULL CHECK (octet_length(prev_hash) = 32),
    hash       bytea       NOT NULL CHECK (octet_length(hash) = 32),
    -- Whoever may append may append only behind the last row: a gap would break the chain for ever.
    prev_seq   bigint      GENERATED ALWAYS AS (NULLIF(seq - 1, 0)) STORED,
    PRIMARY KEY (tenant_id, seq),
    UNIQUE (tenant_id, seq, hash),
    FOREIGN KEY (tenant_id, prev_seq, prev_hash) REFERENCES audit_log (tenant_id, seq, hash)
)
-- statement
CREATE TABLE canary (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    PRIMARY KEY (tenant_id, id)
)
