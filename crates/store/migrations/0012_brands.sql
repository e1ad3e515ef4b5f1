-- What a domain or an application looks like to people, as far as it is served as files: `owner_id` is the id of either.
-- The logo is a PNG that was encoded here, public and therefore not sealed.
CREATE TABLE brands (
    tenant_id TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    domain_id TEXT NOT NULL,
    color TEXT,
    logo_digest TEXT,
    logo BYTEA,
    PRIMARY KEY (tenant_id, owner_id),
    FOREIGN KEY (tenant_id, domain_id) REFERENCES domains (tenant_id, id)
);
CREATE INDEX brands_by_color ON brands (tenant_id, domain_id, color);
CREATE INDEX brands_by_logo ON brands (tenant_id, domain_id, logo_digest);
