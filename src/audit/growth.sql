-- tables: audit_leaf

-- name: audit_growth_time
-- single
SELECT time_ms FROM audit_leaf WHERE idx = :leaf;

-- name: audit_growth_bytes
-- single
SELECT COALESCE(SUM(length(plain) + COALESCE(length(detail), 0)), 0), COUNT(*)
FROM audit_leaf WHERE idx >= :from;
