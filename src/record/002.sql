-- Which records belong to which case, for its team: the case as a MAC, the type as in record.
-- Written in the transaction of the record that names the case.
CREATE TABLE record_case (
	case_key BLOB NOT NULL,
	type TEXT NOT NULL,
	id BLOB NOT NULL,
	PRIMARY KEY (case_key, type, id)
);
CREATE INDEX record_case_id ON record_case (id);

-- What the overseer is to hear, in the transaction of what it tells of; sent once there is a way
-- to them. body: canonical JSON without content, nor anybody's name.
CREATE TABLE record_outbox (
	id BLOB NOT NULL PRIMARY KEY,
	recipient TEXT NOT NULL,
	kind TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	body TEXT NOT NULL,
	sent_ms BIGINT NOT NULL
);
