-- The words of administrators about a node that was brought back, by the number that its file
-- DIR/quarantine bears. ended_ms 0: one of two was given. A MAC keeps the row as it was written.
CREATE TABLE serve_quarantine (
	id BLOB NOT NULL PRIMARY KEY,
	first_by BLOB NOT NULL,
	account BIGINT NOT NULL,
	ended_ms BIGINT NOT NULL,
	mac BLOB NOT NULL
);
