-- A replaced refresh token gives its client the same successor again for a minute: that token, sealed under the
-- replaced one. `predecessor_digest` and `retired_at` are no longer written; nodes of the version before read them.
ALTER TABLE refresh_tokens ADD COLUMN sealed_successor BYTEA;
CREATE INDEX refresh_tokens_by_replacement ON refresh_tokens (replaced_at) WHERE sealed_successor IS NOT NULL;
DROP INDEX refresh_tokens_by_predecessor;
