-- Counts the credentials of an identity source, and is bound into their sealing, so that older ones do not open in
-- their place. Null: sealed without a count.
ALTER TABLE identity_sources ADD COLUMN credentials_version BIGINT;
