-- The log: one row a leaf. No column may change unnoticed: leaf.h says how they are hashed.
-- append-only
CREATE TABLE audit_leaf (
	idx BIGINT PRIMARY KEY,
	time_ms BIGINT NOT NULL,
	actor_mac BLOB NOT NULL,
	action BIGINT NOT NULL,
	purpose TEXT NOT NULL,
	record_mac BLOB,
	type TEXT NOT NULL,
	version BIGINT NOT NULL,
	body_hash BLOB,
	key_commitment BLOB,
	plain BLOB NOT NULL,
	detail_key BIGINT NOT NULL,
	detail_hash BLOB NOT NULL,
	detail BLOB,
	about_count BIGINT NOT NULL,
	about_root BLOB
) STRICT;

CREATE INDEX audit_leaf_by_record ON audit_leaf (record_mac) WHERE record_mac IS NOT NULL;
CREATE INDEX audit_leaf_by_actor ON audit_leaf (actor_mac);

-- The records that a list, search or bulk read showed.
-- append-only
CREATE TABLE audit_about (
	leaf BIGINT NOT NULL,
	position BIGINT NOT NULL,
	record_mac BLOB NOT NULL,
	PRIMARY KEY (leaf, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_about_by_record ON audit_about (record_mac);

-- Data keys of sealed details, wrapped by the bucket key of their month; one a group.
-- append-only
CREATE TABLE audit_detail_key (
	id BIGINT PRIMARY KEY,
	bucket TEXT NOT NULL,
	wrapped BLOB NOT NULL,
	checksum BLOB NOT NULL
) STRICT;

-- Tree hashes in runs of 256 (C2SP tlog-tiles).
CREATE TABLE audit_tile (
	level BIGINT NOT NULL,
	tile BIGINT NOT NULL,
	hashes BLOB NOT NULL,
	PRIMARY KEY (level, tile)
) STRICT;

-- One row: where the log stands. frontier: roots of the perfect subtrees, largest first.
CREATE TABLE audit_head (
	id BIGINT PRIMARY KEY,
	size BIGINT NOT NULL,
	root BLOB NOT NULL,
	frontier BLOB NOT NULL,
	first_ms BIGINT NOT NULL,
	last_ms BIGINT NOT NULL
) STRICT;

-- Signed tree heads (C2SP tlog-checkpoint).
-- append-only
CREATE TABLE audit_checkpoint (
	size BIGINT PRIMARY KEY,
	note TEXT NOT NULL
) STRICT;

-- One row: the log's name and verifier key.
-- append-only
CREATE TABLE audit_origin (
	id BIGINT PRIMARY KEY,
	origin TEXT NOT NULL,
	vkey TEXT NOT NULL
) STRICT;
