-- The key to which a code or token is bound, as JSON of RFC 7800 ("cnf"). Null: whoever has it may use it. Nothing is bound
-- yet; what a later version has bound is refused by this one, which cannot check the proof.
ALTER TABLE grants ADD COLUMN cnf TEXT;
ALTER TABLE access_tokens ADD COLUMN cnf TEXT;
ALTER TABLE refresh_tokens ADD COLUMN cnf TEXT;
