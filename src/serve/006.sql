-- By what a look-up of oneself, a colleague or the same address is known: MACs of names and
-- addresses of those who sign in, never the words. kind: 0 a name, 1 an address.
CREATE TABLE serve_own_word (
	user_id BLOB NOT NULL,
	kind BIGINT NOT NULL,
	word BIGINT NOT NULL,
	unit BLOB NOT NULL,
	PRIMARY KEY (user_id, kind, word)
);
CREATE INDEX serve_own_word_unit ON serve_own_word (unit);
