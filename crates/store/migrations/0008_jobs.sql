-- Work that has to be done once, whichever node does it: a row is claimed for a minute, tried again when that failed,
-- and stays where it is seen when it was given up.

-- `tenant_id` is all zeros for the installation's own. `lease_holder` has the claim that holds the job, not the node.
-- A job that was given up has `stuck_at`, and a `due_at` that never comes.
CREATE TABLE jobs (
    tenant_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    sealed_payload BYTEA,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_holder TEXT,
    lease_ends_at BIGINT,
    last_error TEXT,
    stuck_at BIGINT,
    PRIMARY KEY (tenant_id, kind, id)
);
CREATE INDEX jobs_by_due ON jobs (kind, due_at);
CREATE INDEX jobs_by_stuck ON jobs (stuck_at) WHERE stuck_at IS NOT NULL;
