-- Witnesses of the log: verifier keys (C2SP tlog-cosignature) that an administrator entered.
CREATE TABLE audit_witness (
	name TEXT PRIMARY KEY,
	vkey TEXT NOT NULL
) STRICT;

-- What witnesses signed: that the checkpoint of this size extends all they saw before.
-- append-only
CREATE TABLE audit_cosignature (
	size BIGINT NOT NULL,
	witness TEXT NOT NULL,
	vkey TEXT NOT NULL,
	seconds BIGINT NOT NULL,
	line TEXT NOT NULL,
	PRIMARY KEY (size, witness)
) STRICT;

-- A log that goes on under another name, since witnesses had cosigned more of it (former) than
-- a restored database holds. Leaf from_leaf says the same, and is the first under this name.
-- append-only
CREATE TABLE audit_origin_later (
	from_leaf BIGINT PRIMARY KEY,
	origin TEXT NOT NULL,
	vkey TEXT NOT NULL,
	former TEXT NOT NULL
) STRICT;
