-- A random number, another one after each change of users or tokens, in the change's own
-- transaction: what a process remembers of them holds for the number it was read under.
CREATE TABLE serve_generation (
	id BIGINT NOT NULL PRIMARY KEY,
	users BIGINT NOT NULL
);

-- Jobs that are to be run, and by whom: 0 nobody yet, else the number of the process at work.
CREATE TABLE serve_job_queue (
	job BLOB NOT NULL PRIMARY KEY,
	runner BIGINT NOT NULL
);
CREATE INDEX serve_job_queue_free ON serve_job_queue (job) WHERE runner = 0;
CREATE INDEX serve_job_queue_taken ON serve_job_queue (job) WHERE runner <> 0;
INSERT INTO serve_job_queue (job, runner) SELECT id, 0 FROM serve_job WHERE state = 1 OR state = 2;
