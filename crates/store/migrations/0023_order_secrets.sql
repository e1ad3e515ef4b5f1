-- What is sealed of the handover of an order: the key pair that was made for it, or what the issuer deposited for its receiver.
CREATE TABLE order_secrets (
    tenant_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed_secret BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, kind)
);
CREATE INDEX order_secrets_by_time ON order_secrets (kind, created_at);
