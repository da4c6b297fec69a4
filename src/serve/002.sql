-- Jobs: long work that survives the process. body holds the arguments and what the work is
-- for, sealed; cursor and result hold counts and codes, nothing from the input.
-- state: 0 waiting, 1 queued, 2 running, 3 done, 4 failed, 5 stopped.
CREATE TABLE serve_job (
	id BLOB NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	state BIGINT NOT NULL,
	user_id BLOB NOT NULL,
	unit BLOB NOT NULL,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	body BLOB NOT NULL,
	done BIGINT NOT NULL,
	total BIGINT NOT NULL,
	unit_word TEXT NOT NULL,
	cursor TEXT NOT NULL,
	result TEXT NOT NULL,
	errors BIGINT NOT NULL,
	failure TEXT NOT NULL,
	created_ms BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL
);
CREATE INDEX serve_job_state ON serve_job (state, id);

CREATE TABLE serve_job_error (
	job BLOB NOT NULL,
	n BIGINT NOT NULL,
	file BIGINT NOT NULL,
	line BIGINT NOT NULL,
	col BIGINT NOT NULL,
	key TEXT NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (job, n)
);

-- Bytes handed over before a job starts; each is a sealed blob.
CREATE TABLE serve_job_part (
	job BLOB NOT NULL,
	n BIGINT NOT NULL,
	blob TEXT NOT NULL,
	hash BLOB NOT NULL,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	bytes BIGINT NOT NULL,
	PRIMARY KEY (job, n)
);
