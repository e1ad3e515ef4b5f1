-- What layout 2 of an audit event adds: the trace id, who approved it, and the digest of what tells about a person. Null
-- layout: 1, as a node of the release before writes it.
ALTER TABLE audit_events ADD COLUMN layout BIGINT;
ALTER TABLE audit_events ADD COLUMN trace TEXT;
ALTER TABLE audit_events ADD COLUMN approver TEXT;
ALTER TABLE audit_events ADD COLUMN personal_digest BYTEA;

-- What tells about a person stands beside the chain, so that it can be erased and the chain still holds.
CREATE TABLE audit_personal (
    tenant_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    address TEXT,
    name TEXT,
    PRIMARY KEY (tenant_id, sequence)
);
