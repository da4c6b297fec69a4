-- tables: serve_password serve_invite

-- name: serve_password_find
-- single
SELECT user_id, passes, memory_kib, salt, verifier, set_ms, mac
FROM serve_password WHERE user_id = :user_id;

-- name: serve_password_set
INSERT INTO serve_password (user_id, passes, memory_kib, salt, verifier, set_ms, mac)
VALUES (:user_id, :passes, :memory_kib, :salt, :verifier, :set_ms, :mac)
ON CONFLICT (user_id) DO UPDATE SET passes = :passes, memory_kib = :memory_kib, salt = :salt,
	verifier = :verifier, set_ms = :set_ms, mac = :mac;

-- name: serve_password_check
-- stream
SELECT user_id, passes, memory_kib, salt, verifier, set_ms, mac
FROM serve_password ORDER BY user_id;

-- name: serve_invite_insert
INSERT INTO serve_invite (hash, user_id, made_by, created_ms, expires_ms, mac)
VALUES (:hash, :user_id, :made_by, :created_ms, :expires_ms, :mac);

-- name: serve_invite_find
-- single
SELECT hash, user_id, made_by, created_ms, expires_ms, mac
FROM serve_invite WHERE hash = :hash;

-- Used, or another takes its place.
-- name: serve_invite_delete
DELETE FROM serve_invite WHERE user_id = :user_id;

-- name: serve_invite_check
-- stream
SELECT hash, user_id, made_by, created_ms, expires_ms, mac
FROM serve_invite ORDER BY hash;
