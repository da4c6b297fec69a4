-- tables: serve_session

-- name: serve_session_insert
INSERT INTO serve_session (hash, id, user_id, created_ms, seen_ms, expires_ms, ended_ms, bucket,
	wrapped, body, mac)
VALUES (:hash, :id, :user_id, :created_ms, :created_ms, :expires_ms, 0, :bucket, :wrapped, :body,
	:mac);

-- name: serve_session_by_hash
-- single
SELECT hash, id, user_id, created_ms, seen_ms, expires_ms, ended_ms, mac, bucket, wrapped, body
FROM serve_session WHERE hash = :hash;

-- name: serve_session_by_id
-- single
SELECT hash, id, user_id, created_ms, seen_ms, expires_ms, ended_ms, mac, bucket, wrapped, body
FROM serve_session WHERE id = :id;

-- Those not ended, oldest use first.
-- name: serve_session_open
SELECT hash, id, user_id, created_ms, seen_ms, expires_ms, ended_ms, mac, bucket, wrapped, body
FROM serve_session WHERE user_id = :user_id AND ended_ms = 0 ORDER BY seen_ms, id LIMIT 1000;

-- name: serve_session_of_user
SELECT hash, id, user_id, created_ms, seen_ms, expires_ms, ended_ms, mac, bucket, wrapped, body
FROM serve_session WHERE user_id = :user_id ORDER BY id DESC LIMIT 100;

-- name: serve_session_all
SELECT hash, id, user_id, created_ms, seen_ms, expires_ms, ended_ms, mac, bucket, wrapped, body
FROM serve_session ORDER BY id DESC LIMIT 1000;

-- name: serve_session_seen
UPDATE serve_session SET seen_ms = :seen_ms, mac = :mac WHERE hash = :hash;

-- name: serve_session_end
UPDATE serve_session SET ended_ms = :ended_ms, mac = :mac WHERE hash = :hash;

-- name: serve_session_sweep
DELETE FROM serve_session WHERE expires_ms < :before;

-- name: serve_session_check
-- stream
SELECT hash, id, user_id, created_ms, seen_ms, expires_ms, ended_ms, mac, bucket, wrapped, body
FROM serve_session ORDER BY id;
