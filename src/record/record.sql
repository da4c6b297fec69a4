-- tables: record record_*

-- name: record_insert
INSERT INTO record (id, type, type_version, version, unit, owner, guard, handling, state, flags,
	due_ms, created_ms, updated_ms, leaf, bucket, wrapped, body)
VALUES (:id, :type, :type_version, :version, :unit, :owner, :guard, :handling, :state, :flags,
	:due_ms, :created_ms, :updated_ms, :leaf, :bucket, :wrapped, :body);

-- name: record_row
-- With the days that people set for it: every reading shows when it goes.
-- single
SELECT r.id, r.type, r.type_version, r.version, r.unit, r.owner, r.guard, r.handling, r.state,
	r.flags, r.due_ms, r.created_ms, r.updated_ms, r.leaf, r.bucket, r.wrapped, r.body,
	COALESCE(k.review_ms, 0), COALESCE(k.erase_ms, 0)
FROM record r LEFT JOIN record_retain k ON k.id = r.id WHERE r.id = :id;

-- name: record_row_or_like
-- The row of an id or, where there is none, of the id before it: as much reading for both.
-- single
SELECT r.id, r.type, r.type_version, r.version, r.unit, r.owner, r.guard, r.handling, r.state,
	r.flags, r.due_ms, r.created_ms, r.updated_ms, r.leaf, r.bucket, r.wrapped, r.body,
	COALESCE(k.review_ms, 0), COALESCE(k.erase_ms, 0)
FROM record r LEFT JOIN record_retain k ON k.id = r.id WHERE r.id <= :id
ORDER BY r.id DESC LIMIT 1;

-- name: record_past_row
-- single
SELECT p.id, r.type, p.type_version, p.version, p.unit, p.owner, p.guard, p.handling, p.state,
	p.flags, p.due_ms, r.created_ms, p.updated_ms, p.leaf, p.bucket, p.wrapped, p.body
FROM record_past p JOIN record r ON r.id = p.id
WHERE p.id = :id AND p.version = :version;

-- name: record_entered
-- The first of the former versions that stand in this state with no other state since.
SELECT updated_ms FROM record_past
WHERE id = :id AND version > COALESCE((SELECT MAX(o.version) FROM record_past o
	WHERE o.id = :id AND o.state <> :state), 0)
ORDER BY version LIMIT 1;

-- name: record_keep_past
INSERT INTO record_past (id, version, type_version, unit, owner, guard, handling, state, flags,
	due_ms, updated_ms, leaf, bucket, wrapped, body)
SELECT id, version, type_version, unit, owner, guard, handling, state, flags, due_ms, updated_ms,
	leaf, bucket, wrapped, body
FROM record WHERE id = :id;

-- name: record_replace
UPDATE record SET type_version = :type_version, version = :version, unit = :unit, owner = :owner,
	guard = :guard, handling = :handling, state = :state, flags = :flags, due_ms = :due_ms,
	updated_ms = :updated_ms, leaf = :leaf, bucket = :bucket, wrapped = :wrapped, body = :body
WHERE id = :id AND version = :seen;

-- name: record_erase_past
UPDATE record_past SET wrapped = :none, body = :none, flags = flags + 1
WHERE id = :id AND length(body) > 0;

-- name: record_page
SELECT id, type, type_version, version, unit, owner, guard, handling, state, flags, due_ms,
	created_ms, updated_ms, leaf, bucket, wrapped, body
FROM record
WHERE type = :type AND unit = :unit AND guard = :guard AND handling = :handling AND id < :before
ORDER BY id DESC LIMIT :limit;

-- name: record_next_unit
-- single
SELECT unit FROM record WHERE type = :type AND unit > :after ORDER BY unit LIMIT 1;

-- name: record_changed
SELECT id, type, type_version, version, unit, owner, guard, handling, state, flags, due_ms,
	created_ms, updated_ms, leaf, bucket, wrapped, body
FROM record WHERE leaf >= :leaf ORDER BY leaf LIMIT :limit;

-- name: record_count_by_type
-- stream
SELECT type, COUNT(*) FROM record GROUP BY type ORDER BY type;

-- name: record_type_of
-- single
SELECT type FROM record WHERE id = :id;

-- name: record_token_insert
INSERT INTO record_token (token, id) VALUES (:token, :id) ON CONFLICT DO NOTHING;

-- name: record_token_last
SELECT token FROM record_token WHERE token >= :first AND token <= :last
ORDER BY token DESC LIMIT 1;

-- name: record_token_there
-- single
SELECT 1 FROM record_token WHERE token = :token AND id = :id;

-- name: record_token_delete
DELETE FROM record_token WHERE token = :token AND id = :id;

-- name: record_token_rows
SELECT id FROM record_token WHERE token = :token AND id > :after ORDER BY id LIMIT :limit;

-- name: record_bucket_rows
SELECT id, type, version, wrapped FROM record
WHERE id > :after AND id <= :until AND bucket = :bucket ORDER BY id LIMIT :limit;

-- name: record_rewrap
UPDATE record SET wrapped = :wrapped WHERE id = :id;

-- name: record_past_bucket_rows
SELECT p.id, r.type, p.version, p.wrapped FROM record_past p JOIN record r ON r.id = p.id
WHERE (p.id > :after OR (p.id = :after AND p.version > :after_version)) AND p.id <= :until
	AND p.bucket = :bucket
ORDER BY p.id, p.version LIMIT :limit;

-- name: record_past_rewrap
UPDATE record_past SET wrapped = :wrapped WHERE id = :id AND version = :version;

-- name: record_all
SELECT id, type, type_version, version, unit, owner, guard, handling, state, flags, due_ms,
	created_ms, updated_ms, leaf, bucket, wrapped, body
FROM record WHERE id > :after ORDER BY id LIMIT :limit;

-- name: record_past_all
SELECT p.id, r.type, p.type_version, p.version, p.unit, p.owner, p.guard, p.handling, p.state,
	p.flags, p.due_ms, r.created_ms, p.updated_ms, p.leaf, p.bucket, p.wrapped, p.body
FROM record_past p JOIN record r ON r.id = p.id
WHERE p.id = :id ORDER BY p.version LIMIT :limit;

-- name: record_erase_note
INSERT INTO record_erase_bucket (bucket) VALUES (:bucket) ON CONFLICT DO NOTHING;

-- name: record_erase_pending
-- stream
SELECT bucket FROM record_erase_bucket ORDER BY bucket;

-- name: record_erase_forget
DELETE FROM record_erase_bucket WHERE bucket = :bucket;

-- name: record_second_find
-- single
SELECT wish, actor, account, at_ms FROM record_second WHERE id = :id;

-- name: record_second_note
INSERT INTO record_second (id, wish, actor, account, at_ms)
VALUES (:id, :wish, :actor, :account, :at_ms)
ON CONFLICT (id) DO UPDATE SET wish = excluded.wish, actor = excluded.actor,
	account = excluded.account, at_ms = excluded.at_ms;

-- name: record_second_forget
DELETE FROM record_second WHERE id = :id;

-- name: record_second_forget_of
DELETE FROM record_second WHERE actor = :actor;

-- name: record_case_insert
INSERT INTO record_case (case_key, type, id) VALUES (:case_key, :type, :id) ON CONFLICT DO NOTHING;

-- name: record_case_forget
DELETE FROM record_case WHERE id = :id;

-- name: record_case_holds
-- single
SELECT COUNT(*) FROM record_case WHERE id = :id AND case_key = :case_key;

-- name: record_case_page
SELECT r.id, r.type, r.type_version, r.version, r.unit, r.owner, r.guard, r.handling, r.state,
	r.flags, r.due_ms, r.created_ms, r.updated_ms, r.leaf, r.bucket, r.wrapped, r.body
FROM record_case c JOIN record r ON r.id = c.id
WHERE c.case_key = :case_key AND c.type = :type AND c.id < :before
ORDER BY c.id DESC LIMIT :limit;

-- name: record_of_type_begun
SELECT id FROM record WHERE type = :type AND state <> :first ORDER BY id LIMIT :limit;

-- name: record_of_type_not_in
SELECT id FROM record WHERE type = :type AND state <> :state AND id > :after ORDER BY id LIMIT :limit;

-- name: record_made_since
-- single
SELECT count(*) FROM record
WHERE type = :type AND unit = :unit AND owner = :owner AND created_ms > :since;

-- name: record_outbox_insert
INSERT INTO record_outbox (id, recipient, kind, at_ms, body, sent_ms)
VALUES (:id, :recipient, :kind, :at_ms, :body, 0);

-- name: record_outbox_list
SELECT id, kind, at_ms, body, sent_ms FROM record_outbox
WHERE recipient = :recipient AND id < :before ORDER BY id DESC LIMIT :limit;

-- name: record_past_leaves
SELECT leaf, version FROM record_past WHERE id = :id ORDER BY version DESC LIMIT 200;

-- name: record_stands
SELECT id, type, version, state, flags, leaf FROM record WHERE leaf >= :leaf ORDER BY leaf LIMIT :limit;

-- name: record_stand
-- single
SELECT id, type, version, state, flags, leaf FROM record WHERE id = :id;
