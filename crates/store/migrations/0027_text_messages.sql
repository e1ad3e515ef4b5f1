-- How a letter goes out: by e-mail, or as a text message.
ALTER TABLE letters ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail';
-- The code that somebody whom an order asks was sent to their phone: one for each person, replaced by the next.
CREATE TABLE phone_codes (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    -- What the code is derived from when it is sent.
    code_id TEXT NOT NULL,
    -- NULL once it was typed.
    code_digest BYTEA,
    -- The browser that asked for it, and the only one in which it counts.
    browser_digest BYTEA NOT NULL,
    tries BIGINT NOT NULL,
    sent_times BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
CREATE INDEX phone_codes_by_order ON phone_codes (tenant_id, order_id);
CREATE INDEX phone_codes_by_expiry ON phone_codes (expires_at);
