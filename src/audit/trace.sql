-- tables: audit_leaf, audit_about, audit_run, audit_trace

-- Which leaves speak of whom.

-- name: audit_run_insert
INSERT INTO audit_run (run, first_ms, last_ms)
SELECT idx / 1024, MIN(time_ms), MAX(time_ms) FROM audit_leaf
WHERE idx >= :first AND idx < :before GROUP BY idx / 1024;

-- name: audit_run_walk
-- stream
SELECT run, first_ms, last_ms FROM audit_run ORDER BY run;

-- name: audit_run_times
-- stream
SELECT time_ms FROM audit_leaf WHERE idx >= :first AND idx < :before ORDER BY idx;

-- name: audit_trace_insert
INSERT INTO audit_trace (run, mac, leaf, kind)
SELECT idx / 1024, record_mac, idx, 0 FROM audit_leaf
WHERE record_mac IS NOT NULL AND idx >= :first AND idx < :before
UNION ALL
SELECT DISTINCT leaf / 1024, record_mac, leaf, 1 FROM audit_about
WHERE leaf >= :first AND leaf < :before
UNION ALL
SELECT DISTINCT idx / 1024, actor_mac, idx / 1024 * 1024, 2 FROM audit_leaf
WHERE idx >= :first AND idx < :before
ORDER BY 1, 2, 3, 4;

-- SQLite takes CROSS JOIN for the order that it is written in; left to itself it reads all traces
-- and all leaves to answer for one actor.
-- name: audit_trace_of_record
SELECT t.leaf FROM audit_run r CROSS JOIN audit_trace t
WHERE t.run = r.run AND r.last_ms >= :from_ms AND r.first_ms < :before_ms AND t.mac = :mac
	AND t.kind = :kind
ORDER BY t.leaf DESC LIMIT :most;

-- The newest runs first, so that no more of them are looked through than it takes.
-- name: audit_trace_of_actor
SELECT l.idx FROM audit_run r CROSS JOIN audit_trace t CROSS JOIN audit_leaf l
WHERE t.run = r.run AND r.last_ms >= :from_ms AND r.first_ms < :before_ms
	AND r.run * 1024 < :before
	AND t.mac = :mac AND t.leaf = r.run * 1024 AND t.kind = 2
	AND l.idx >= r.run * 1024 AND l.idx < r.run * 1024 + 1024
	AND l.actor_mac BETWEEN :mac AND :mac AND l.idx < :before AND l.time_ms >= :from_ms
	AND l.time_ms < :before_ms
	AND (:any_purpose = 1 OR l.purpose = :purpose) AND (:any_action = 1 OR l.action = :action)
ORDER BY r.run DESC, l.idx DESC LIMIT :most;

-- The leaves after the last whole run, which no trace tells of yet.
-- name: audit_tail_of_record
SELECT idx FROM audit_leaf WHERE idx >= :first AND record_mac = :record_mac
ORDER BY idx DESC LIMIT :most;

-- name: audit_tail_of_about
SELECT DISTINCT leaf FROM audit_about WHERE leaf >= :first AND record_mac = :record_mac
ORDER BY leaf DESC LIMIT :most;

-- name: audit_tail_of_actor
SELECT idx FROM audit_leaf
WHERE idx >= :first AND actor_mac = :actor_mac AND idx < :before AND time_ms >= :from_ms
	AND time_ms < :before_ms AND (:any_purpose = 1 OR purpose = :purpose)
	AND (:any_action = 1 OR action = :action)
ORDER BY idx DESC LIMIT :most;

-- How many rows there should be, how many of these are there, how many are there in all; and
-- whether the run's row says the times of its leaves.
-- name: audit_trace_check
-- single
WITH wanted AS (
	SELECT record_mac AS mac, idx AS leaf, 0 AS kind FROM audit_leaf
	WHERE record_mac IS NOT NULL AND idx >= :first AND idx < :before
	UNION
	SELECT record_mac, leaf, 1 FROM audit_about WHERE leaf >= :first AND leaf < :before
	UNION
	SELECT actor_mac, :first, 2 FROM audit_leaf WHERE idx >= :first AND idx < :before)
SELECT COUNT(*), COUNT(t.leaf), (SELECT COUNT(*) FROM audit_trace WHERE run = :run),
	(SELECT COUNT(*) FROM audit_run WHERE run = :run
		AND first_ms = (SELECT MIN(time_ms) FROM audit_leaf WHERE idx >= :first AND idx < :before)
		AND last_ms = (SELECT MAX(time_ms) FROM audit_leaf WHERE idx >= :first AND idx < :before))
FROM wanted w
LEFT JOIN audit_trace t ON t.run = :run AND t.mac = w.mac AND t.leaf = w.leaf AND t.kind = w.kind;

-- Rows of runs that are not whole yet, or of none.
-- name: audit_trace_strays
-- single
SELECT (SELECT COUNT(*) FROM audit_run WHERE run < 0 OR run >= :runs)
	+ (SELECT COUNT(*) FROM audit_trace WHERE run < 0 OR run >= :runs);
