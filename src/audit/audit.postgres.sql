-- name: audit_head_lock
SELECT size, root, frontier, first_ms, last_ms FROM audit_head WHERE id = 1 FOR UPDATE;
