-- People who sign in, and tokens of programs. Names and logins are sealed in body; a login is
-- found by its MAC. uid: the system account that may act as the user over the Unix socket.
CREATE TABLE serve_user (
	id BLOB NOT NULL PRIMARY KEY,
	login_mac BLOB NOT NULL UNIQUE,
	roles BIGINT NOT NULL,
	unit BLOB NOT NULL,
	uid BIGINT NOT NULL,
	disabled BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	body BLOB NOT NULL
);
CREATE INDEX serve_user_uid ON serve_user (uid);

CREATE TABLE serve_token (
	hash BLOB NOT NULL PRIMARY KEY,
	id BLOB NOT NULL UNIQUE,
	user_id BLOB NOT NULL,
	purposes BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	expires_ms BIGINT NOT NULL,
	revoked_ms BIGINT NOT NULL,
	mac BLOB NOT NULL
);
CREATE INDEX serve_token_user ON serve_token (user_id);
