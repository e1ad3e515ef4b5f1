-- Orders of an eID's credentials. What was answered is sealed; what an order waits for is not, so that lists and the desk can be
-- read without opening anything.
CREATE TABLE orders (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    eid TEXT NOT NULL,
    handover TEXT NOT NULL,
    state TEXT NOT NULL,
    held_state TEXT,
    -- Counts its changes.
    version BIGINT NOT NULL,
    -- Counts what was submitted: approvals and documents belong to one of these.
    submission BIGINT NOT NULL,
    -- What the signatories of this submission approve.
    document_digest BYTEA,
    was_sent BIGINT NOT NULL,
    sealed_answers BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    since BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX orders_by_state ON orders (state, since);
CREATE INDEX orders_by_expiry ON orders (expires_at);
-- What happened to an order, in order: the timeline is this record.
CREATE TABLE order_steps (
    tenant_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    actor TEXT NOT NULL,
    sealed_note BYTEA,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, position)
);
-- Who is asked for something in an order. The link of each is derived from id and generation.
CREATE TABLE order_people (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    submission BIGINT NOT NULL,
    part TEXT NOT NULL,
    state TEXT NOT NULL,
    generation BIGINT NOT NULL,
    sealed_person BYTEA NOT NULL,
    sealed_evidence BYTEA,
    -- Who did it: one person fills one place.
    person_digest BYTEA,
    member_id TEXT,
    decided_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX order_people_by_id ON order_people (id);
CREATE INDEX order_people_by_order ON order_people (tenant_id, order_id, submission, id);
-- A login that approves a submission: begun, and good once.
CREATE TABLE approval_requests (
    tenant_id TEXT NOT NULL,
    request_digest BYTEA NOT NULL,
    order_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    document_digest BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, request_digest)
);
CREATE INDEX approval_requests_by_expiry ON approval_requests (expires_at);
-- The documents of a submission, sealed.
CREATE TABLE order_documents (
    tenant_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    submission BIGINT NOT NULL,
    kind TEXT NOT NULL,
    digest BYTEA NOT NULL,
    sealed_document BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, submission, kind)
);
