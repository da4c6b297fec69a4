-- tables: exchange_self exchange_sheet

-- name: exchange_self_find
-- single
SELECT descriptor FROM exchange_self WHERE one = 1;

-- name: exchange_self_put
INSERT INTO exchange_self (one, descriptor, at_ms) VALUES (1, :descriptor, :at_ms)
ON CONFLICT (one) DO UPDATE SET descriptor = excluded.descriptor, at_ms = excluded.at_ms;

-- name: exchange_sheet_find
-- single
SELECT sheet FROM exchange_sheet WHERE week = :week;

-- name: exchange_sheet_put
INSERT INTO exchange_sheet (week, sheet, at_ms) VALUES (:week, :sheet, :at_ms)
ON CONFLICT (week) DO UPDATE SET sheet = excluded.sheet, at_ms = excluded.at_ms;

-- Of weeks whose sealing key is gone too.
-- name: exchange_sheet_sweep
DELETE FROM exchange_sheet WHERE week < :week;
