-- Where the leaves about somebody or by somebody are: filled by 1,024 leaves at a time, in order,
-- so that a leaf costs a fraction of a page and not one or two of its own (trace.h).
-- append-only
CREATE TABLE audit_run (
	run BIGINT NOT NULL PRIMARY KEY,
	first_ms BIGINT NOT NULL,
	last_ms BIGINT NOT NULL
) STRICT;

-- kind: 0 the leaf's record, 1 a record listed, 2 the actor of some leaves of the run, whose first
-- leaf stands there.
-- append-only
CREATE TABLE audit_trace (
	run BIGINT NOT NULL,
	mac BLOB NOT NULL,
	leaf BIGINT NOT NULL,
	kind BIGINT NOT NULL,
	PRIMARY KEY (run, mac, leaf, kind)
) STRICT, WITHOUT ROWID;

INSERT INTO audit_run (run, first_ms, last_ms)
SELECT idx / 1024, MIN(time_ms), MAX(time_ms) FROM audit_leaf
WHERE idx < (SELECT size / 1024 * 1024 FROM audit_head WHERE id = 1) GROUP BY idx / 1024;

INSERT INTO audit_trace (run, mac, leaf, kind)
SELECT idx / 1024, record_mac, idx, 0 FROM audit_leaf
WHERE record_mac IS NOT NULL AND idx < (SELECT size / 1024 * 1024 FROM audit_head WHERE id = 1)
UNION ALL
SELECT DISTINCT leaf / 1024, record_mac, leaf, 1 FROM audit_about
WHERE leaf < (SELECT size / 1024 * 1024 FROM audit_head WHERE id = 1)
UNION ALL
SELECT DISTINCT idx / 1024, actor_mac, idx / 1024 * 1024, 2 FROM audit_leaf
WHERE idx < (SELECT size / 1024 * 1024 FROM audit_head WHERE id = 1)
ORDER BY 1, 2, 3, 4;

DROP INDEX audit_leaf_by_record;
DROP INDEX audit_leaf_by_actor;
DROP INDEX audit_about_by_record;
