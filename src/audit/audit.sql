-- The statements of the log.

-- name: audit_leaf_insert
INSERT INTO audit_leaf (idx, time_ms, actor_mac, action, purpose, record_mac, type, version,
	body_hash, key_commitment, plain, detail_key, detail_hash, detail, about_count, about_root)
VALUES (:idx, :time_ms, :actor_mac, :action, :purpose, :record_mac, :type, :version,
	:body_hash, :key_commitment, :plain, :detail_key, :detail_hash, :detail, :about_count,
	:about_root);

-- name: audit_leaf_walk
-- stream
SELECT idx, time_ms, actor_mac, action, purpose, record_mac, type, version, body_hash,
	key_commitment, plain, detail_key, detail_hash, detail, about_count, about_root
FROM audit_leaf WHERE idx >= :first ORDER BY idx;

-- name: audit_leaf_find
-- single
SELECT idx, time_ms, actor_mac, action, purpose, record_mac, type, version, body_hash,
	key_commitment, plain, detail_key, detail_hash, detail, about_count, about_root
FROM audit_leaf WHERE idx = :idx;

-- name: audit_leaf_last
SELECT idx FROM audit_leaf ORDER BY idx DESC LIMIT 1;

-- name: audit_leaf_of_any
SELECT idx FROM audit_leaf
WHERE idx < :before AND time_ms >= :from_ms AND time_ms < :before_ms
	AND (:any_purpose = 1 OR purpose = :purpose) AND (:any_action = 1 OR action = :action)
ORDER BY idx DESC LIMIT :most;

-- name: audit_leaf_counts
SELECT time_ms / 86400000 AS day, action, purpose, type, COUNT(*) FROM audit_leaf
WHERE time_ms >= :from_ms AND time_ms < :before_ms
GROUP BY time_ms / 86400000, action, purpose, type
ORDER BY day, action, purpose, type LIMIT :most;

-- name: audit_about_insert
INSERT INTO audit_about (leaf, position, record_mac) VALUES (:leaf, :position, :record_mac);

-- name: audit_about_walk
-- stream
SELECT leaf, position, record_mac FROM audit_about ORDER BY leaf, position;

-- name: audit_about_of_leaf
SELECT record_mac FROM audit_about WHERE leaf = :leaf ORDER BY position LIMIT 100000;

-- name: audit_detail_key_insert
INSERT INTO audit_detail_key (id, bucket, wrapped, checksum)
VALUES (:id, :bucket, :wrapped, :checksum);

-- name: audit_detail_key_find
-- single
SELECT bucket, wrapped, checksum FROM audit_detail_key WHERE id = :id;

-- name: audit_detail_key_walk
-- stream
SELECT id, bucket, wrapped, checksum FROM audit_detail_key ORDER BY id;

-- name: audit_tile_find
-- single
SELECT hashes FROM audit_tile WHERE level = :level AND tile = :tile;

-- name: audit_tile_save
INSERT INTO audit_tile (level, tile, hashes) VALUES (:level, :tile, :hashes)
ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes;

-- name: audit_tile_walk
-- stream
SELECT level, tile, LENGTH(hashes) FROM audit_tile ORDER BY level, tile;

-- name: audit_tile_count
-- single
SELECT COUNT(*) FROM audit_tile WHERE level = 0;

-- name: audit_head_insert
INSERT INTO audit_head (id, size, root, frontier, first_ms, last_ms)
VALUES (1, 0, :root, :frontier, 0, 0) ON CONFLICT (id) DO NOTHING;

-- name: audit_head_find
-- single
SELECT size, root, frontier, first_ms, last_ms FROM audit_head WHERE id = 1;

-- Takes the row, and so the right to append (audit.postgres.sql).
-- name: audit_head_lock
-- single
SELECT size, root, frontier, first_ms, last_ms FROM audit_head WHERE id = 1;

-- name: audit_head_save
UPDATE audit_head SET size = :size, root = :root, frontier = :frontier, first_ms = :first_ms,
	last_ms = :last_ms
WHERE id = 1 AND size = :was;

-- name: audit_origin_insert
INSERT INTO audit_origin (id, origin, vkey) VALUES (1, :origin, :vkey) ON CONFLICT (id) DO NOTHING;

-- name: audit_origin_walk
SELECT -1 AS from_leaf, origin, vkey, '' AS former FROM audit_origin WHERE id = 1
UNION ALL
SELECT from_leaf, origin, vkey, former FROM audit_origin_later
ORDER BY from_leaf LIMIT 1000;

-- name: audit_origin_later_insert
INSERT INTO audit_origin_later (from_leaf, origin, vkey, former)
VALUES (:from_leaf, :origin, :vkey, :former);

-- name: audit_witness_insert
INSERT INTO audit_witness (name, vkey) VALUES (:name, :vkey) ON CONFLICT (name) DO NOTHING;

-- name: audit_witness_delete
DELETE FROM audit_witness WHERE name = :name;

-- name: audit_witness_walk
SELECT name, vkey FROM audit_witness ORDER BY name LIMIT 100;

-- name: audit_cosignature_insert
INSERT INTO audit_cosignature (size, witness, vkey, seconds, line)
VALUES (:size, :witness, :vkey, :seconds, :line) ON CONFLICT (size, witness) DO NOTHING;

-- name: audit_cosignature_of_size
SELECT line FROM audit_cosignature WHERE size = :size ORDER BY witness LIMIT 60;

-- name: audit_cosignature_last
SELECT size, seconds FROM audit_cosignature WHERE witness = :witness ORDER BY size DESC LIMIT 1;

-- name: audit_cosignature_walk
-- stream
SELECT size, witness, vkey, seconds, line FROM audit_cosignature ORDER BY size, witness;

-- name: audit_checkpoint_insert
INSERT INTO audit_checkpoint (size, note) VALUES (:size, :note) ON CONFLICT (size) DO NOTHING;

-- name: audit_checkpoint_find
-- single
SELECT note FROM audit_checkpoint WHERE size = :size;

-- name: audit_checkpoint_last
SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1;

-- name: audit_checkpoint_walk
-- stream
SELECT size, note FROM audit_checkpoint ORDER BY size;
