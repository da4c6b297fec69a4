-- What was applied to this database: one row for each numbered file of each feature.
-- migrate.c runs this file at every start, before it reads the table.
CREATE TABLE IF NOT EXISTS store_migration (
	feature TEXT NOT NULL,
	number BIGINT NOT NULL,
	hash BLOB NOT NULL,
	applied_ms BIGINT NOT NULL,
	PRIMARY KEY (feature, number)
) STRICT, WITHOUT ROWID;
