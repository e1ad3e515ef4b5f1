-- What the registers answered about a company, for a tenant that orders: used for a day, and shown with its time while the
-- registers cannot be asked.
CREATE TABLE registry_answers (
    tenant_id TEXT NOT NULL,
    number TEXT NOT NULL,
    sealed_answer BYTEA NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE INDEX registry_answers_by_time ON registry_answers (read_at);
-- Who issues credentials: the operator's register.
CREATE TABLE issuers (
    id TEXT NOT NULL,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
-- Who issues what an order is for; none: the issuer that is built in.
ALTER TABLE orders ADD COLUMN issuer_id TEXT;
CREATE INDEX orders_by_issuer ON orders (issuer_id);
