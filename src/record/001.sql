-- Records: the current version of each, former versions, and the blind index.
-- type, unit, guard, handling, state, due are plain; body is sealed; wrapped is its data key
-- under the bucket's key. flags: 1 erased, 2 quick note. leaf: the change that wrote the row.
CREATE TABLE record (
	id BLOB NOT NULL PRIMARY KEY,
	type TEXT NOT NULL,
	type_version BIGINT NOT NULL,
	version BIGINT NOT NULL,
	unit BLOB NOT NULL,
	owner BLOB NOT NULL,
	guard BIGINT NOT NULL,
	handling BIGINT NOT NULL,
	state TEXT NOT NULL,
	flags BIGINT NOT NULL,
	due_ms BIGINT NOT NULL,
	created_ms BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	leaf BIGINT NOT NULL,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	body BLOB NOT NULL
);
-- Lists start from what the actor may see.
CREATE INDEX record_visible ON record (type, unit, guard, handling, id);
-- The name snapshot catches up by leaf.
CREATE UNIQUE INDEX record_leaf ON record (leaf);

CREATE TABLE record_past (
	id BLOB NOT NULL,
	version BIGINT NOT NULL,
	type_version BIGINT NOT NULL,
	unit BLOB NOT NULL,
	owner BLOB NOT NULL,
	guard BIGINT NOT NULL,
	handling BIGINT NOT NULL,
	state TEXT NOT NULL,
	flags BIGINT NOT NULL,
	due_ms BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	leaf BIGINT NOT NULL,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	body BLOB NOT NULL,
	PRIMARY KEY (id, version)
);
CREATE UNIQUE INDEX record_past_leaf ON record_past (leaf);

-- Tokens of exact identifiers and references, cut so short that about eight values share one.
CREATE TABLE record_token (
	token BLOB NOT NULL,
	id BLOB NOT NULL,
	PRIMARY KEY (token, id)
);

-- Buckets whose old key must go because a record in them was erased early.
CREATE TABLE record_erase_bucket (
	bucket TEXT NOT NULL PRIMARY KEY
);

-- The first person's wish of a move that takes two: a hash of version, state and fields.
CREATE TABLE record_second (
	id BLOB NOT NULL PRIMARY KEY,
	wish BLOB NOT NULL,
	actor BLOB NOT NULL,
	account BIGINT NOT NULL,
	at_ms BIGINT NOT NULL
);
