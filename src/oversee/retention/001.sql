-- What the node proposed to erase, a row a day: counts, and the plan's id.
CREATE TABLE retention_proposal (
	day TEXT NOT NULL PRIMARY KEY,
	plan TEXT NOT NULL,
	erase BIGINT NOT NULL,
	review BIGINT NOT NULL,
	held BIGINT NOT NULL,
	still_open BIGINT NOT NULL,
	at_ms BIGINT NOT NULL
);
