-- tables: serve_notice

-- name: serve_notice_add
INSERT INTO serve_notice (id, user_id, kind, by_id, at_ms, mac)
VALUES (:id, :user_id, :kind, :by_id, :at_ms, :mac);

-- name: serve_notice_list
SELECT id, kind, by_id, at_ms, mac FROM serve_notice
WHERE user_id = :user_id AND at_ms >= :since ORDER BY at_ms DESC, id DESC LIMIT 20;

-- name: serve_notice_sweep
DELETE FROM serve_notice WHERE at_ms < :before;
