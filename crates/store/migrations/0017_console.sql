-- Who may sign in to the console, and how they are recognised. A member belongs to the installation; what they may do is said
-- for each tenant, and for the installation itself (all zeros).
CREATE TABLE members (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT,
    sealed_contact BYTEA
);
-- One person can have several eIDs. The digest is keyed, and says nothing about the person by itself.
CREATE TABLE member_credentials (
    credential_digest BYTEA NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    eid TEXT NOT NULL,
    environment TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX member_credentials_by_member ON member_credentials (member_id);
-- A role that waits for its confirmation permits nothing.
CREATE TABLE member_roles (
    tenant_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    role TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    PRIMARY KEY (tenant_id, member_id, role)
);
CREATE INDEX member_roles_by_member ON member_roles (member_id);
-- The link is derived from the id and the generation; nothing here opens it.
CREATE TABLE invitations (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    roles TEXT NOT NULL,
    label TEXT NOT NULL,
    language TEXT NOT NULL,
    generation BIGINT NOT NULL,
    invited_by TEXT NOT NULL,
    inviter_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX invitations_by_id ON invitations (id);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
-- Sessions of the console, by the digest of what is in the cookie. A session of a link made on the host has no member.
CREATE TABLE console_sessions (
    session_digest BYTEA NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    member_id TEXT,
    made_by TEXT NOT NULL,
    level TEXT NOT NULL,
    browser TEXT NOT NULL,
    signed_in_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX console_sessions_by_member ON console_sessions (member_id);
CREATE INDEX console_sessions_by_expiry ON console_sessions (expires_at);
-- Links that are made on the host: to set the console up, or to let an operator in again.
CREATE TABLE entry_links (
    link_digest BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    member_id TEXT,
    made_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX entry_links_by_expiry ON entry_links (expires_at);
