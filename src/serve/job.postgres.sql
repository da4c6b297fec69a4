-- Several processes take jobs from one queue. Each holds an advisory lock on its number for as
-- long as its connection lasts, so a number whose lock is to be had is that of one that is gone.
-- A row that somebody's step holds is passed over; the queue alone is read, so that a row which
-- changed meanwhile is judged by what it says now.

-- name: serve_job_claim_left
UPDATE serve_job_queue SET runner = :runner
WHERE job = (SELECT job FROM serve_job_queue
	WHERE runner <> 0 AND runner <> :runner AND pg_try_advisory_xact_lock(runner)
	ORDER BY job LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING job;

-- name: serve_job_claim
UPDATE serve_job_queue SET runner = :runner
WHERE job = (SELECT job FROM serve_job_queue
	WHERE runner = 0 ORDER BY job LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING job;

-- name: serve_job_hold
-- single
SELECT runner FROM serve_job_queue WHERE job = :job AND runner = :runner FOR UPDATE;
