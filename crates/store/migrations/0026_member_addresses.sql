-- An address for letters comes with a way in, and becomes the member's when it is used. Sealed: of an invitation under the
-- console's own data key; of a link from the host and of its session under the key in the link, and what is in the cookie.
ALTER TABLE invitations ADD COLUMN sealed_contact BYTEA;
ALTER TABLE entry_links ADD COLUMN sealed_contact BYTEA;
ALTER TABLE console_sessions ADD COLUMN sealed_contact BYTEA;
