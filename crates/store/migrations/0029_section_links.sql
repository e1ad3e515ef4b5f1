-- Links with which a colleague answers one section of a draft.
CREATE TABLE section_links (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    section TEXT NOT NULL,
    sealed_colleague BYTEA NOT NULL,
    -- The browser in which it was accepted, and the only one in which it counts.
    browser_digest BYTEA,
    -- Who they are at their eID, where the section asks for that.
    person_digest BYTEA,
    -- How often a wrong code was typed.
    tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX section_links_by_id ON section_links (id);
CREATE INDEX section_links_by_order ON section_links (tenant_id, order_id, section, id);
CREATE INDEX section_links_by_expiry ON section_links (expires_at);
