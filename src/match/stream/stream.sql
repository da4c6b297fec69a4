-- name: stream_alert_find
-- single
SELECT alert FROM stream_alert WHERE event = :event;

-- name: stream_alert_insert
INSERT INTO stream_alert (event, pair, alert, cleared, made_ms)
VALUES (:event, :pair, :alert, 0, :made_ms);

-- name: stream_alert_again
UPDATE stream_alert SET alert = :alert WHERE event = :event;

-- name: stream_pair_decision
SELECT alert FROM stream_alert WHERE pair = :pair AND cleared = 1 ORDER BY made_ms DESC LIMIT 1;

-- name: stream_alert_cleared
UPDATE stream_alert SET cleared = 1 WHERE alert = :alert;

-- name: stream_rule_count
INSERT INTO stream_rule (rule, screened, hits, confirmed, false_hits)
VALUES (:rule, :screened, :hits, :confirmed, :false_hits)
ON CONFLICT (rule) DO UPDATE SET screened = stream_rule.screened + :screened,
	hits = stream_rule.hits + :hits, confirmed = stream_rule.confirmed + :confirmed,
	false_hits = stream_rule.false_hits + :false_hits;

-- name: stream_rule_find
-- single
SELECT screened, hits, confirmed, false_hits FROM stream_rule WHERE rule = :rule;
