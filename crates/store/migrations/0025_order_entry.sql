-- Which credentials of the identity source an order brought: their number there.
ALTER TABLE orders ADD COLUMN entered_version BIGINT;
