-- tables: exchange_peer exchange_invitation exchange_revoked

-- name: exchange_peer_all
SELECT id, state, descriptor, wanted, near, first, second, changed_ms, bucket, wrapped, body, mac
FROM exchange_peer ORDER BY id LIMIT 1000;

-- name: exchange_peer_count
-- single
SELECT COUNT(*) FROM exchange_peer;

-- name: exchange_peer_put
INSERT INTO exchange_peer (id, state, descriptor, wanted, near, first, second, changed_ms, bucket,
	wrapped, body, mac)
VALUES (:id, :state, :descriptor, :wanted, :near, :first, :second, :changed_ms, :bucket,
	:wrapped, :body, :mac)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, descriptor = excluded.descriptor,
	wanted = excluded.wanted, near = excluded.near, first = excluded.first,
	second = excluded.second, changed_ms = excluded.changed_ms, bucket = excluded.bucket,
	wrapped = excluded.wrapped, body = excluded.body, mac = excluded.mac;

-- name: exchange_invitation_put
INSERT INTO exchange_invitation (mark, expires_ms, bucket, wrapped, body)
VALUES (:mark, :expires_ms, :bucket, :wrapped, :body);

-- name: exchange_invitation_find
-- single
SELECT expires_ms, bucket, wrapped, body FROM exchange_invitation WHERE mark = :mark;

-- name: exchange_invitation_end
DELETE FROM exchange_invitation WHERE mark = :mark;

-- name: exchange_invitation_sweep
DELETE FROM exchange_invitation WHERE expires_ms <= :now;

-- name: exchange_invitation_count
-- single
SELECT COUNT(*) FROM exchange_invitation;

-- name: exchange_revoked_put
INSERT INTO exchange_revoked (root, revoked, at_ms) VALUES (:root, :revoked, :at_ms)
ON CONFLICT (root, revoked) DO NOTHING;

-- name: exchange_revoked_is
-- single
SELECT COUNT(*) FROM exchange_revoked WHERE root = :root AND revoked = :revoked;

-- name: exchange_peer_secret
-- single
SELECT bucket, wrapped, body FROM exchange_peer WHERE id = :id;
