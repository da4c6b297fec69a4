-- Days that people set for a record in place of those that its type gives it: kept on, or to
-- go before its time (at_once: a person decided so, or its hold was lifted after its day).
CREATE TABLE record_retain (
	id BLOB NOT NULL PRIMARY KEY,
	review_ms BIGINT NOT NULL,
	erase_ms BIGINT NOT NULL,
	decision BLOB NOT NULL,
	at_once BIGINT NOT NULL
);

-- What is left of each bucket's erasing as proof: the leaf that tells of it, whether the
-- bucket's key was renewed (1) or is gone for good (2), how many records of the bucket were
-- erased by then, and the day by which copies of the key file have to be gone too.
CREATE TABLE record_erased_bucket (
	leaf BIGINT NOT NULL PRIMARY KEY,
	bucket TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	done BIGINT NOT NULL,
	records BIGINT NOT NULL,
	backups_until_ms BIGINT NOT NULL
);
