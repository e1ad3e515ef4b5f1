-- The outbox. A letter is written in the transaction of its reason and sent by the job of the same id; the address is sealed.
-- `tenant_id` is all zeros for the installation's own. `due_at` keeps what one tenant and one recipient get within bounds.
CREATE TABLE letters (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    recipient_digest BYTEA NOT NULL,
    sealed_letter BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    sent_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX letters_by_id ON letters (id);
CREATE INDEX letters_by_due ON letters (tenant_id, due_at);
CREATE INDEX letters_by_recipient ON letters (tenant_id, recipient_digest, due_at);
CREATE INDEX letters_by_expiry ON letters (expires_at);
