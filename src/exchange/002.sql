-- Nodes that this one knows. descriptor: as pinned, or as proposed; wanted: a newer one that waits
-- for people, or ''. mac: over all the rest, so that a row changed by hand is none.
CREATE TABLE exchange_peer (
	id BLOB NOT NULL PRIMARY KEY,
	state TEXT NOT NULL,
	descriptor TEXT NOT NULL,
	wanted TEXT NOT NULL,
	near BIGINT NOT NULL,
	first BLOB NOT NULL,
	second BLOB NOT NULL,
	changed_ms BIGINT NOT NULL,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	body BLOB NOT NULL,
	mac BLOB NOT NULL
);
-- Invitations that were not answered yet, by the hash of their secret.
CREATE TABLE exchange_invitation (
	mark BLOB NOT NULL PRIMARY KEY,
	expires_ms BIGINT NOT NULL,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	body BLOB NOT NULL
);
-- append-only
-- Keys at an end by the word of their root.
CREATE TABLE exchange_revoked (
	root BLOB NOT NULL,
	revoked BLOB NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (root, revoked)
);
