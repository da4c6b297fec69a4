-- What jobs have taken in: a MAC of each input, so that the same file is not taken twice by
-- mistake.
CREATE TABLE serve_job_input (
	mac BLOB NOT NULL PRIMARY KEY,
	job BLOB NOT NULL
);
