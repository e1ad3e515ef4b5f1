-- Where a trial of the console returns to: the answer opens only in the browser that began it.
ALTER TABLE trials ADD COLUMN returns_to TEXT;
-- Links from the host are taken away with the member whom they let in.
CREATE INDEX entry_links_by_member ON entry_links (member_id);
