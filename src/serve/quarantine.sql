-- tables: serve_job serve_quarantine serve_session serve_token

-- name: serve_quarantine_find
-- single
SELECT first_by, account, ended_ms, mac FROM serve_quarantine WHERE id = :id;

-- name: serve_quarantine_set
INSERT INTO serve_quarantine (id, first_by, account, ended_ms, mac)
VALUES (:id, :first_by, :account, :ended_ms, :mac)
ON CONFLICT (id) DO UPDATE SET first_by = excluded.first_by, account = excluded.account,
	ended_ms = excluded.ended_ms, mac = excluded.mac;

-- name: serve_quarantine_jobs
UPDATE serve_job SET state = 5, updated_ms = :now_ms WHERE state IN (1, 2);

-- name: serve_quarantine_tokens
SELECT id FROM serve_token WHERE revoked_ms = 0 AND id > :after ORDER BY id LIMIT 500;

-- name: serve_quarantine_sessions
SELECT id FROM serve_session WHERE ended_ms = 0 AND id > :after ORDER BY id LIMIT 500;
