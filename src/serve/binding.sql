-- tables: serve_binding

-- name: serve_binding_put
INSERT INTO serve_binding (user_id, uid, made_by, at_ms, mac)
VALUES (:user_id, :uid, :made_by, :at_ms, :mac)
ON CONFLICT (user_id) DO UPDATE SET uid = excluded.uid, made_by = excluded.made_by,
	at_ms = excluded.at_ms, mac = excluded.mac;

-- name: serve_binding_find
-- single
SELECT uid, made_by, at_ms, mac FROM serve_binding WHERE user_id = :user_id;

-- name: serve_binding_forget
DELETE FROM serve_binding WHERE user_id = :user_id;
