-- The statements of migrate.c.

-- name: store_migration_all
-- stream
SELECT feature, number, hash FROM store_migration ORDER BY feature, number;

-- name: store_migration_add
INSERT INTO store_migration (feature, number, hash, applied_ms)
VALUES (:feature, :number, :hash, :applied_ms);
