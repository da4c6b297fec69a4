-- How people sign in. Of every secret only a hash stands here, and each row has a MAC over
-- what it says, so that one written or changed by hand is good for nothing.

-- The stretched password is MACed with a key of the key file: a copy of the database alone
-- cannot be guessed against.
CREATE TABLE serve_password (
	user_id BLOB NOT NULL PRIMARY KEY,
	passes BIGINT NOT NULL,
	memory_kib BIGINT NOT NULL,
	salt BLOB NOT NULL,
	verifier BLOB NOT NULL,
	set_ms BIGINT NOT NULL,
	mac BLOB NOT NULL
);

-- One-time links to set a password with: gone once used, or once a newer one is made.
CREATE TABLE serve_invite (
	hash BLOB NOT NULL PRIMARY KEY,
	user_id BLOB NOT NULL,
	made_by BLOB NOT NULL,
	created_ms BIGINT NOT NULL,
	expires_ms BIGINT NOT NULL,
	mac BLOB NOT NULL
);
CREATE INDEX serve_invite_user ON serve_invite (user_id);

-- Sessions of browsers. seen_ms is coarse (a minute). body: from where and with which program,
-- sealed.
CREATE TABLE serve_session (
	hash BLOB NOT NULL PRIMARY KEY,
	id BLOB NOT NULL UNIQUE,
	user_id BLOB NOT NULL,
	created_ms BIGINT NOT NULL,
	seen_ms BIGINT NOT NULL,
	expires_ms BIGINT NOT NULL,
	ended_ms BIGINT NOT NULL,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	body BLOB NOT NULL,
	mac BLOB NOT NULL
);
CREATE INDEX serve_session_user ON serve_session (user_id, ended_ms);
CREATE INDEX serve_session_expires ON serve_session (expires_ms);

-- Refused sign-ins in a row: by account and address, by account and known browser, by account.
-- The key is a MAC of what is counted.
CREATE TABLE serve_try (
	mac BLOB NOT NULL PRIMARY KEY,
	failures BIGINT NOT NULL,
	last_ms BIGINT NOT NULL
);
CREATE INDEX serve_try_last ON serve_try (last_ms);

-- What a token is limited to besides its purposes; none here: nothing else. Under the token's MAC.
CREATE TABLE serve_token_scope (
	hash BLOB NOT NULL PRIMARY KEY,
	scope TEXT NOT NULL,
	addresses TEXT NOT NULL
);
