-- What the signatories of a submission approve of the national identity number, apart from the order. None: no such declaration,
-- or a submission that is older than this column, whose document_digest covers it.
ALTER TABLE orders ADD COLUMN declaration_digest BYTEA;
-- How far the issuer's own agreement has come. None: nothing was uploaded.
ALTER TABLE orders ADD COLUMN agreement_state TEXT;
-- Which orders were submitted more than once: the contacts of their earlier submissions go.
CREATE INDEX orders_by_submission ON orders (submission);
