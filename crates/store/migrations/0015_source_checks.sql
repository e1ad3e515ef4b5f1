-- Live checks of an identity source: when, by whom, and what was found, of the last few. `findings` is null while one runs, and
-- of one that did not end. `credentials_digest` is of the sealed credentials that were checked.
CREATE TABLE source_checks (
    tenant_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    checked_by TEXT NOT NULL,
    credentials_digest BYTEA,
    findings TEXT,
    PRIMARY KEY (tenant_id, source_id, number),
    FOREIGN KEY (tenant_id, source_id) REFERENCES identity_sources (tenant_id, id)
);

-- Credentials of an identity source beside those that are in use: `candidate`, or `previous` until a week after they were replaced.
-- `set_at`: when the candidate was entered, or the previous ones were replaced.
CREATE TABLE source_generations (
    tenant_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    generation TEXT NOT NULL,
    environment TEXT NOT NULL,
    sealed_credentials BYTEA NOT NULL,
    credentials_version BIGINT,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, source_id, generation),
    FOREIGN KEY (tenant_id, source_id) REFERENCES identity_sources (tenant_id, id)
);
CREATE INDEX source_generations_by_age ON source_generations (generation, set_at);
