-- tables: record record_*

-- name: record_retain_scan
SELECT r.id, r.type, r.version, r.flags, r.due_ms, r.created_ms, r.bucket,
	COALESCE(k.review_ms, 0), COALESCE(k.erase_ms, 0)
FROM record r LEFT JOIN record_retain k ON k.id = r.id
WHERE r.id > :after ORDER BY r.id LIMIT :limit;

-- name: record_retain_find
-- single
SELECT review_ms, erase_ms FROM record_retain WHERE id = :id;

-- name: record_retain_set
INSERT INTO record_retain (id, review_ms, erase_ms, decision, at_once)
VALUES (:id, :review_ms, :erase_ms, :decision, :at_once)
ON CONFLICT (id) DO UPDATE SET review_ms = excluded.review_ms, erase_ms = excluded.erase_ms,
	decision = excluded.decision, at_once = excluded.at_once;

-- name: record_retain_at_once
SELECT r.id, r.version, r.flags FROM record_retain k JOIN record r ON r.id = k.id
WHERE k.at_once = 1 AND k.erase_ms <= :now_ms AND r.id > :after ORDER BY r.id LIMIT :limit;

-- name: record_retain_forget
DELETE FROM record_retain WHERE id = :id;

-- name: record_bucket_counts
-- single
SELECT (SELECT COUNT(*) FROM record WHERE bucket = :bucket AND length(wrapped) > 0)
	+ (SELECT COUNT(*) FROM record_past WHERE bucket = :bucket AND length(wrapped) > 0),
	(SELECT COUNT(*) FROM record WHERE bucket = :bucket AND length(wrapped) = 0);

-- Keys of the bucket not wrapped under the generation whose number is their first byte.
-- name: record_bucket_other_keys
-- single
SELECT (SELECT COUNT(*) FROM record WHERE bucket = :bucket AND length(wrapped) > 0
		AND substr(wrapped, 1, 1) <> :generation)
	+ (SELECT COUNT(*) FROM record_past WHERE bucket = :bucket AND length(wrapped) > 0
		AND substr(wrapped, 1, 1) <> :generation);

-- name: record_bucket_erased_ids
SELECT id FROM record WHERE bucket = :bucket AND length(wrapped) = 0 AND id > :after
ORDER BY id LIMIT :limit;

-- name: record_bucket_waits
-- single
SELECT COUNT(*) FROM record_erase_bucket WHERE bucket = :bucket;

-- name: record_erased_bucket_insert
INSERT INTO record_erased_bucket (leaf, bucket, at_ms, done, records, backups_until_ms)
VALUES (:leaf, :bucket, :at_ms, :done, :records, :backups_until_ms);

-- name: record_erased_bucket_list
SELECT leaf, bucket, at_ms, done, records, backups_until_ms FROM record_erased_bucket
WHERE leaf < :before ORDER BY leaf DESC LIMIT :limit;

-- name: record_erased_bucket_of
-- single
SELECT leaf, bucket, at_ms, done, records, backups_until_ms FROM record_erased_bucket
WHERE bucket = :bucket ORDER BY leaf DESC LIMIT 1;

-- name: record_token_forget
DELETE FROM record_token WHERE id = :id;
