-- What a grant gives beyond its first access token.

CREATE TABLE refresh_tokens (
    tenant_id TEXT NOT NULL,
    token_digest BYTEA NOT NULL,
    grant_id TEXT NOT NULL,
    predecessor_digest BYTEA,
    wrapped_key BYTEA NOT NULL,
    replaced_at BIGINT,
    retired_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_digest)
);
CREATE INDEX refresh_tokens_by_predecessor ON refresh_tokens (tenant_id, predecessor_digest);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- Null: all that the grant has.
ALTER TABLE access_tokens ADD COLUMN scope TEXT;
