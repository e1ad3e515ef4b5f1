-- Tenants and domains can be switched off. Tenants, domains and applications can be deleted: `deleted_at` hides the row and
-- keeps its name taken, and 30 days later it is destroyed. Since `destroying_at` that can no longer be undone.
ALTER TABLE tenants ADD COLUMN disabled_at BIGINT;
ALTER TABLE tenants ADD COLUMN deleted_at BIGINT;
ALTER TABLE tenants ADD COLUMN deleted_by TEXT;
ALTER TABLE tenants ADD COLUMN destroying_at BIGINT;
ALTER TABLE domains ADD COLUMN disabled_at BIGINT;
ALTER TABLE domains ADD COLUMN deleted_at BIGINT;
ALTER TABLE domains ADD COLUMN deleted_by TEXT;
ALTER TABLE domains ADD COLUMN destroying_at BIGINT;
ALTER TABLE applications ADD COLUMN deleted_at BIGINT;
ALTER TABLE applications ADD COLUMN deleted_by TEXT;
ALTER TABLE applications ADD COLUMN destroying_at BIGINT;
CREATE INDEX tenants_by_deletion ON tenants (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX domains_by_deletion ON domains (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX applications_by_deletion ON applications (deleted_at) WHERE deleted_at IS NOT NULL;

-- What was deleted, also after it was destroyed, so that a restored backup does not bring it back: every node copies this
-- list into a file outside the backups.
CREATE TABLE deletions (
    tenant_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    deleted_at BIGINT NOT NULL,
    restored_at BIGINT,
    PRIMARY KEY (tenant_id, kind, object_id)
);

-- What the operator needs to see why a request was refused; sealed under the tenant's data key, or under the master key
-- where no domain was asked for (then `tenant_id` and `domain_id` are all zeros).
ALTER TABLE login_events ADD COLUMN sealed_details BYTEA;
