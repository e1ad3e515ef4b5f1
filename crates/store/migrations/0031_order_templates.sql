-- The operator's texts of the documents of an order: a version is never changed, the newest one counts.
CREATE TABLE order_templates (
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, language, version)
);
