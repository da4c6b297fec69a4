-- tables: serve_try

-- name: serve_try_find
-- single
SELECT failures, last_ms FROM serve_try WHERE mac = :mac;

-- After a quiet time the counting begins anew.
-- name: serve_try_add
INSERT INTO serve_try (mac, failures, last_ms) VALUES (:mac, 1, :now)
ON CONFLICT (mac) DO UPDATE SET
	failures = CASE WHEN serve_try.last_ms < :quiet_since THEN 1 ELSE serve_try.failures + 1 END,
	last_ms = :now;

-- name: serve_try_delete
DELETE FROM serve_try WHERE mac = :mac;

-- name: serve_try_sweep
DELETE FROM serve_try WHERE last_ms < :before OR (last_ms < :before_few AND failures < :few);
