-- What is given again when the same thing is asked twice.

-- A replaced refresh token gives its client the same successor again for a minute: that token, sealed under the
-- replaced one. `predecessor_digest` and `retired_at` are no longer written; nodes of the version before read them.
ALTER TABLE refresh_tokens ADD COLUMN sealed_successor BYTEA;
CREATE INDEX refresh_tokens_by_replacement ON refresh_tokens (replaced_at) WHERE sealed_successor IS NOT NULL;
DROP INDEX refresh_tokens_by_predecessor;

-- The answer to a form of a login, for a minute, sealed under a secret that only the login's cookie has.
CREATE TABLE kept_answers (
    tenant_id TEXT NOT NULL,
    form_digest BYTEA NOT NULL,
    domain_id TEXT NOT NULL,
    sealed_answer BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, form_digest)
);
CREATE INDEX kept_answers_by_expiry ON kept_answers (expires_at);
