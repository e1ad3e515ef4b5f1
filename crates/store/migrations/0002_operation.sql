-- What running it for others needs: an audit trail, a log of logins, browser sessions, limits.

-- Facts about this installation as a whole; the canary that only the right master key opens is one.
CREATE TABLE installation (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

-- The last link of each tenant's chain. The all-zero tenant is the installation itself.
CREATE TABLE audit_heads (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    mac BYTEA NOT NULL
);

CREATE TABLE audit_events (
    tenant_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    details TEXT NOT NULL,
    digest BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, sequence)
);

CREATE TABLE login_events (
    id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    application_id TEXT,
    login TEXT,
    trace TEXT NOT NULL,
    kind TEXT NOT NULL,
    eid TEXT,
    cause TEXT,
    happened_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX login_events_by_trace ON login_events (trace);
CREATE INDEX login_events_by_login ON login_events (login);
CREATE INDEX login_events_by_expiry ON login_events (expires_at);

CREATE TABLE browser_sessions (
    tenant_id TEXT NOT NULL,
    session_digest BYTEA NOT NULL,
    id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    eid TEXT NOT NULL,
    subject TEXT NOT NULL,
    sealed_proof BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session_digest),
    UNIQUE (tenant_id, id)
);
CREATE INDEX browser_sessions_by_domain ON browser_sessions (tenant_id, domain_id, id);
CREATE INDEX browser_sessions_by_expiry ON browser_sessions (expires_at);

CREATE TABLE failed_attempts (
    tenant_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    key_digest BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, key_digest)
);
CREATE INDEX failed_attempts_by_expiry ON failed_attempts (expires_at);

-- Synthetic people that a tenant added to its public sandbox.
CREATE TABLE sandbox_people (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

ALTER TABLE client_secrets ADD COLUMN last_used_at BIGINT;
