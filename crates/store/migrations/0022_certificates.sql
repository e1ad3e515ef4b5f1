-- The certificate of a domain, with its key sealed; where there is none, the operator's files or proxy serve the domain.
CREATE TABLE certificates (
    tenant_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    -- The host's own certificate first, in PEM.
    chain BYTEA NOT NULL,
    sealed_key BYTEA NOT NULL,
    not_after BIGINT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, domain_id)
);
