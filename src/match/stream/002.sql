-- What came of each rule of the node's: counts alone, by the rule's record.
CREATE TABLE stream_rule (
	rule TEXT NOT NULL PRIMARY KEY,
	screened BIGINT NOT NULL,
	hits BIGINT NOT NULL,
	confirmed BIGINT NOT NULL,
	false_hits BIGINT NOT NULL
);
