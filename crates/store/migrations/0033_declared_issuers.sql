-- Which declaration added an issuer, and may remove it again; none: an operator did.
ALTER TABLE issuers ADD COLUMN declared_by TEXT;
