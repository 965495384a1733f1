-- A tenant's books. Every key begins with tenant_id; policies, rights and the tenant of each row are Bulkhead's business.

-- statement
CREATE TABLE accounts (
    tenant_id uuid NOT NULL DEFAULT bulkhead.current_tenant(),
    id        uuid NOT NULL DEFAULT gen_random_uuid(),
    name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
)
-- statement
CREATE TABLE entries (
    tenant_id    uuid        NOT NULL DEFAULT bulkhead.current_tenant(),
    id           uuid        NOT NULL DEFAULT gen_random_uuid(),
    debit        uuid        NOT NULL,
    credit       uuid        NOT NULL CHECK (credit <> debit),
    amount_minor bigint      NOT NULL CHECK (amount_minor > 0),
    memo         text        NOT NULL CHECK (length(memo) <= 200),
    booked_at    timestamptz NOT NULL DEFAULT statement_timestamp(),
    booked_by    uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, debit) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, credit) REFERENCES accounts (tenant_id, id),
    FOREIGN KEY (tenant_id, booked_by) REFERENCES users (tenant_id, id) ON DELETE SET NULL (booked_by)
)
-- statement
CREATE INDEX entries_by_time ON entries (tenant_id, booked_at, id)
-- statement
CREATE INDEX entries_by_debit ON entries (tenant_id, debit)
-- statement
CREATE INDEX entries_by_credit ON entries (tenant_id, credit)
-- statement
CREATE INDEX entries_by_member ON entries (tenant_id, booked_by)
-- statement
INSERT INTO accounts (name) VALUES ('Cash'), ('Equity')
