-- Instants are BIGINT (microseconds since 1970, UTC), ids TEXT (32 hexadecimal digits), digests and
-- sealed values BYTEA. One text for both engines: no other types, no defaults, no triggers.
--
-- What an administrator writes refers to its parents; what a login writes does not: a foreign key
-- would lock the parent's row on PostgreSQL for every login, and these rows expire by themselves.

CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sealed_data_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE domains (
    id TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    host TEXT NOT NULL UNIQUE,
    scheme TEXT NOT NULL,
    environment TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE applications (
    id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (domain_id, client_id),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains (tenant_id, id)
);
CREATE INDEX applications_by_domain ON applications (tenant_id, domain_id, id);

CREATE TABLE client_secrets (
    id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    secret_digest BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    retired_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id)
);
CREATE INDEX client_secrets_by_application ON client_secrets (tenant_id, application_id, id);

CREATE TABLE identity_sources (
    id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    eid TEXT NOT NULL,
    environment TEXT NOT NULL,
    settings TEXT NOT NULL,
    sealed_credentials BYTEA,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (domain_id, eid),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains (tenant_id, id)
);

CREATE TABLE subject_keys (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    environment TEXT NOT NULL,
    sealed_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, environment)
);

CREATE TABLE signing_keys (
    id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    sealed_private_key BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL,
    retired_at BIGINT,
    withdrawn_at BIGINT,
    PRIMARY KEY (domain_id, id),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains (tenant_id, id)
);

CREATE TABLE spent_values (
    tenant_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    value_digest BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, value_digest)
);
CREATE INDEX spent_values_by_expiry ON spent_values (expires_at);

CREATE TABLE parked_requests (
    tenant_id TEXT NOT NULL,
    request_digest BYTEA NOT NULL,
    domain_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    sealed_request BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, request_digest)
);
CREATE INDEX parked_requests_by_expiry ON parked_requests (expires_at);

CREATE TABLE awaiting_consents (
    tenant_id TEXT NOT NULL,
    consent_digest BYTEA NOT NULL,
    domain_id TEXT NOT NULL,
    sealed_proof BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, consent_digest)
);
CREATE INDEX awaiting_consents_by_expiry ON awaiting_consents (expires_at);

CREATE TABLE grants (
    id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    code_digest BYTEA NOT NULL,
    code_expires_at BIGINT NOT NULL,
    code_used_at BIGINT,
    revoked_at BIGINT,
    sealed_claims BYTEA NOT NULL,
    code_wrapped_key BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code_digest)
);
CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE access_tokens (
    tenant_id TEXT NOT NULL,
    token_digest BYTEA NOT NULL,
    grant_id TEXT NOT NULL,
    wrapped_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_digest)
);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);
