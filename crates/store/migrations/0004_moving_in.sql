-- What customers bring with them, and who signs in on test domains without an eID.

-- Subjects that people had elsewhere. Person and subject are HMACs under the subject key of the environment:
-- neither lies readable here. `sector` is `tenant`, or `application:` and an application's id.
CREATE TABLE imported_subjects (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    environment TEXT NOT NULL,
    sector TEXT NOT NULL,
    person_digest BYTEA NOT NULL,
    sub_digest BYTEA NOT NULL,
    sealed_sub BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, environment, sector, person_digest),
    UNIQUE (tenant_id, environment, sector, sub_digest)
);

CREATE TABLE test_users (
    id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    username TEXT NOT NULL,
    password_digest BYTEA NOT NULL,
    sealed_claims BYTEA NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (domain_id, username),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains (tenant_id, id)
);
CREATE INDEX test_users_by_domain ON test_users (tenant_id, domain_id, id);

-- Which declaration made which object. `removed_at`: since when the object is switched off because it vanished from
-- the declaration, so that it is switched on again when it comes back.
CREATE TABLE declared_objects (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    declaration TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (tenant_id, kind, object_id)
);
