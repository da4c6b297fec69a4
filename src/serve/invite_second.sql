-- tables: serve_invite_second serve_invite

-- name: serve_invite_second_put
INSERT INTO serve_invite_second (hash, second, at_ms, mac) VALUES (:hash, :second, :at_ms, :mac);

-- name: serve_invite_second_find
-- single
SELECT second, at_ms, mac FROM serve_invite_second WHERE hash = :hash;

-- Of links that are used or void.
-- name: serve_invite_second_sweep
DELETE FROM serve_invite_second
WHERE NOT EXISTS (SELECT 1 FROM serve_invite i WHERE i.hash = serve_invite_second.hash);

-- name: serve_invite_second_waiting
-- single
SELECT hash, user_id, made_by, created_ms, expires_ms, mac
FROM serve_invite WHERE user_id = :user_id AND expires_ms > :now;
