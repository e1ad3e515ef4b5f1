-- What an import or a declaration would change, kept until somebody confirms it. `tenant_id` is all zeros for a
-- declaration. The content goes when the plan is confirmed or discarded, and a day after it was made; the rest of the row
-- stays a week longer, so that each end has its own answer.
CREATE TABLE plans (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    made_by TEXT NOT NULL,
    sealed_plan BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX plans_by_id ON plans (id);
CREATE INDEX plans_by_expiry ON plans (expires_at);

-- Counts what is changed of a tenant, as of every other object. A node of the release before makes tenants without it.
ALTER TABLE tenants ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
