-- tables: serve_user serve_token serve_token_scope

-- name: serve_user_insert
INSERT INTO serve_user (id, login_mac, roles, unit, uid, disabled, created_ms, bucket, wrapped, body)
VALUES (:id, :login_mac, :roles, :unit, :uid, 0, :created_ms, :bucket, :wrapped, :body);

-- name: serve_user_update
UPDATE serve_user SET roles = :roles, unit = :unit, uid = :uid, disabled = :disabled,
	bucket = :bucket, wrapped = :wrapped, body = :body
WHERE id = :id;

-- name: serve_user_by_login
-- single
SELECT id, roles, unit, uid, disabled, created_ms, bucket, wrapped, body
FROM serve_user WHERE login_mac = :login_mac;

-- name: serve_user_by_id
-- single
SELECT id, roles, unit, uid, disabled, created_ms, bucket, wrapped, body
FROM serve_user WHERE id = :id;

-- name: serve_user_by_uid
SELECT id, roles, unit, uid, disabled, created_ms, bucket, wrapped, body
FROM serve_user WHERE uid = :uid AND disabled = 0 ORDER BY id LIMIT 100;

-- name: serve_user_all
SELECT id, roles, unit, uid, disabled, created_ms, bucket, wrapped, body
FROM serve_user ORDER BY id LIMIT 10000;

-- name: serve_token_insert
INSERT INTO serve_token (hash, id, user_id, purposes, created_ms, expires_ms, revoked_ms, mac)
VALUES (:hash, :id, :user_id, :purposes, :created_ms, :expires_ms, 0, :mac);

-- name: serve_token_scope_insert
INSERT INTO serve_token_scope (hash, scope, addresses) VALUES (:hash, :scope, :addresses);

-- name: serve_token_by_hash
-- single
SELECT t.id, t.user_id, t.purposes, t.created_ms, t.expires_ms, t.revoked_ms, t.mac, s.scope, s.addresses
FROM serve_token t LEFT JOIN serve_token_scope s ON s.hash = t.hash WHERE t.hash = :hash;

-- name: serve_token_revoke
UPDATE serve_token SET revoked_ms = :revoked_ms, mac = :mac WHERE id = :id AND revoked_ms = 0;

-- name: serve_token_all
SELECT t.id, t.user_id, t.purposes, t.created_ms, t.expires_ms, t.revoked_ms, t.mac, s.scope, s.addresses
FROM serve_token t LEFT JOIN serve_token_scope s ON s.hash = t.hash
ORDER BY t.created_ms DESC LIMIT 1000;

-- name: serve_token_by_id
-- single
SELECT t.id, t.user_id, t.purposes, t.created_ms, t.expires_ms, t.revoked_ms, t.hash, s.scope, s.addresses
FROM serve_token t LEFT JOIN serve_token_scope s ON s.hash = t.hash WHERE t.id = :id;

-- name: serve_token_check
-- stream
SELECT t.id, t.user_id, t.purposes, t.created_ms, t.expires_ms, t.revoked_ms, t.mac, s.scope, s.addresses, t.hash
FROM serve_token t LEFT JOIN serve_token_scope s ON s.hash = t.hash ORDER BY t.id;

-- name: serve_user_check
-- stream
SELECT id, roles, unit, uid, disabled, created_ms, bucket, wrapped, body, login_mac
FROM serve_user ORDER BY id;
