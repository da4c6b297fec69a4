-- tables: serve_job serve_session serve_token

-- name: serve_quarantine_jobs
UPDATE serve_job SET state = 5, updated_ms = :now_ms WHERE state IN (1, 2);

-- name: serve_quarantine_tokens
SELECT id FROM serve_token WHERE revoked_ms = 0 AND id > :after ORDER BY id LIMIT 500;

-- name: serve_quarantine_sessions
SELECT id FROM serve_session WHERE ended_ms = 0 AND id > :after ORDER BY id LIMIT 500;
