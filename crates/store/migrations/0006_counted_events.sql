-- Events of logins that proved nobody and came too fast to be kept one by one.

CREATE TABLE counted_events (
    tenant_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    cause TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    events BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, domain_id, kind, cause, began_at)
);
CREATE INDEX counted_events_by_expiry ON counted_events (expires_at);
CREATE INDEX counted_events_by_begin ON counted_events (began_at);
