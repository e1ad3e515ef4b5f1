-- A login that an administrator tries in an application's place. Its answer, sealed under a key that only they have, waits
-- for them here.
CREATE TABLE trials (
    tenant_id TEXT NOT NULL,
    trial_digest BYTEA NOT NULL,
    domain_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    acr_values TEXT,
    scope TEXT NOT NULL,
    sealed_answer BYTEA,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, trial_digest)
);
CREATE INDEX trials_by_expiry ON trials (expires_at);
