-- Which order that is over this one takes the place of. None: it was begun from nothing.
ALTER TABLE orders ADD COLUMN supersedes TEXT;
CREATE INDEX orders_by_superseded ON orders (tenant_id, supersedes, id);
