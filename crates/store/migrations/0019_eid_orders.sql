-- An order at an eID that is polled: what is needed to ask how far the person has come, sealed under a key that only the
-- login has. Whoever holds the lease asks; everybody else shows what was answered last.
CREATE TABLE eid_orders (
    tenant_id TEXT NOT NULL,
    order_digest BYTEA NOT NULL,
    domain_id TEXT NOT NULL,
    sealed_order BYTEA NOT NULL,
    again_at BIGINT NOT NULL,
    lease_holder TEXT,
    lease_ends_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_digest)
);
CREATE INDEX eid_orders_by_expiry ON eid_orders (expires_at);
