-- tables: serve_job serve_job_queue serve_job_error serve_job_part serve_job_input

-- name: serve_job_insert
INSERT INTO serve_job (id, kind, state, user_id, unit, bucket, wrapped, body, done, total,
	unit_word, cursor, result, errors, failure, created_ms, updated_ms)
VALUES (:id, :kind, :state, :user_id, :unit, :bucket, :wrapped, :body, 0, 0, :none, :none, :none,
	0, :none, :created_ms, :created_ms);

-- name: serve_job_find
-- single
SELECT id, kind, state, user_id, unit, bucket, wrapped, body, done, total, unit_word, cursor,
	result, errors, failure, created_ms, updated_ms
FROM serve_job WHERE id = :id;

-- A job that is to be run stands in the queue. job.postgres.sql has the same for several
-- processes; here there is one, and what is taken was left by one that is gone.
-- name: serve_job_enqueue
INSERT INTO serve_job_queue (job, runner) VALUES (:job, :runner)
ON CONFLICT (job) DO UPDATE SET runner = excluded.runner;

-- name: serve_job_dequeue
DELETE FROM serve_job_queue WHERE job = :job;

-- name: serve_job_claim_left
UPDATE serve_job_queue SET runner = :runner
WHERE job = (SELECT job FROM serve_job_queue WHERE runner <> 0 AND runner <> :runner
	ORDER BY job LIMIT 1)
RETURNING job;

-- What this process could not write the end of.
-- name: serve_job_claim_own
SELECT job FROM serve_job_queue WHERE runner = :runner ORDER BY job LIMIT 1;

-- name: serve_job_claim
UPDATE serve_job_queue SET runner = :runner
WHERE job = (SELECT job FROM serve_job_queue WHERE runner = 0 ORDER BY job LIMIT 1)
RETURNING job;

-- Whose job it is, for the length of a step.
-- name: serve_job_hold
-- single
SELECT runner FROM serve_job_queue WHERE job = :job AND runner = :runner;

-- name: serve_job_list
SELECT id, kind, state, user_id, unit, bucket, wrapped, body, done, total, unit_word, cursor,
	result, errors, failure, created_ms, updated_ms
FROM serve_job
WHERE :all = 1 OR user_id = :user_id OR (:supervises = 1 AND unit = :unit)
ORDER BY id DESC LIMIT :limit;

-- name: serve_job_busy
SELECT COUNT(*) FROM serve_job WHERE state IN (1, 2) AND user_id = :user_id;

-- name: serve_job_latest
-- single
SELECT state FROM serve_job WHERE kind = :kind ORDER BY id DESC LIMIT 1;

-- name: serve_job_state_set
UPDATE serve_job SET state = :state, updated_ms = :now WHERE id = :id;

-- name: serve_job_start
UPDATE serve_job SET state = :state, failure = :none, updated_ms = :now WHERE id = :id;

-- name: serve_job_body_set
UPDATE serve_job SET bucket = :bucket, wrapped = :wrapped, body = :body WHERE id = :id;

-- What does not open has no result worth keeping, and no log but the runner's.
-- name: serve_job_unreadable
UPDATE serve_job SET state = 4, failure = :failure, updated_ms = :now WHERE id = :id;

-- name: serve_job_step
UPDATE serve_job SET done = :done, total = :total, unit_word = :unit_word, cursor = :cursor,
	errors = :errors, updated_ms = :now
WHERE id = :id AND state = 2;

-- name: serve_job_end
UPDATE serve_job SET state = CASE WHEN state = 2 THEN :state ELSE state END, result = :result,
	failure = :failure, updated_ms = :now
WHERE id = :id;

-- Of one that was stopped, and not started again since.
-- name: serve_job_end_stopped
UPDATE serve_job SET result = :result, updated_ms = :now WHERE id = :id AND state = 5;

-- name: serve_job_error_insert
INSERT INTO serve_job_error (job, n, file, line, col, key, text)
VALUES (:job, :n, :file, :line, :col, :key, :text);

-- name: serve_job_error_list
SELECT n, file, line, col, key, text FROM serve_job_error
WHERE job = :job AND n > :after ORDER BY n LIMIT :limit;

-- name: serve_job_part_insert
INSERT INTO serve_job_part (job, n, blob, hash, bucket, wrapped, bytes)
VALUES (:job, :n, :blob, :hash, :bucket, :wrapped, :bytes);

-- name: serve_job_part_find
-- single
SELECT blob, hash, bucket, wrapped, bytes FROM serve_job_part WHERE job = :job AND n = :n;

-- name: serve_job_part_first
SELECT n, blob FROM serve_job_part WHERE job = :job ORDER BY n LIMIT :limit;

-- name: serve_job_part_delete
DELETE FROM serve_job_part WHERE job = :job AND n <= :n;

-- All there are: a file that is not among them goes.
-- name: serve_job_part_blobs
-- stream
SELECT blob FROM serve_job_part ORDER BY blob;

-- name: serve_job_input_claim
INSERT INTO serve_job_input (mac, job) VALUES (:mac, :job) ON CONFLICT DO NOTHING;

-- name: serve_job_input_give
UPDATE serve_job_input SET job = :job WHERE mac = :mac;

-- name: serve_job_input_find
-- single
SELECT job FROM serve_job_input WHERE mac = :mac;

-- name: serve_job_part_bytes
-- single
SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM serve_job_part;

-- name: serve_job_part_bytes_of
-- single
SELECT CAST(COALESCE(SUM(p.bytes), 0) AS BIGINT) FROM serve_job_part p JOIN serve_job j ON j.id = p.job
WHERE j.user_id = (SELECT user_id FROM serve_job WHERE id = :job);

-- name: serve_job_part_stale
SELECT j.id FROM serve_job j
WHERE j.state <> 1 AND j.state <> 2 AND j.updated_ms < :before
	AND EXISTS (SELECT 1 FROM serve_job_part p WHERE p.job = j.id)
ORDER BY j.id LIMIT 1;

-- name: serve_job_stale_end
UPDATE serve_job SET state = 4, failure = :failure, updated_ms = :now WHERE id = :id AND state = 0;
