-- A one-time link for an account that has a password is good once a second person agreed to it;
-- where nobody else could, its maker stands here. Under a MAC, as the link itself.
CREATE TABLE serve_invite_second (
	hash BLOB NOT NULL PRIMARY KEY,
	second BLOB NOT NULL,
	at_ms BIGINT NOT NULL,
	mac BLOB NOT NULL
);

-- What others did to somebody's way in: they are told of it, and nobody takes it back.
CREATE TABLE serve_notice (
	id BLOB NOT NULL PRIMARY KEY,
	user_id BLOB NOT NULL,
	kind TEXT NOT NULL,
	by_id BLOB NOT NULL,
	at_ms BIGINT NOT NULL,
	mac BLOB NOT NULL
);
CREATE INDEX serve_notice_user ON serve_notice (user_id, at_ms);
