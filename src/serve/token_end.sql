-- tables: serve_token serve_token_scope

-- name: serve_token_open_of
SELECT t.id, t.user_id, t.purposes, t.created_ms, t.expires_ms, t.revoked_ms, t.mac, s.scope, s.addresses
FROM serve_token t LEFT JOIN serve_token_scope s ON s.hash = t.hash
WHERE t.user_id = :user_id AND t.revoked_ms = 0 AND t.expires_ms > :now
ORDER BY t.created_ms DESC, t.id DESC LIMIT 1000;
