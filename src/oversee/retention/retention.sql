-- name: retention_propose
INSERT INTO retention_proposal (day, plan, erase, review, held, still_open, at_ms)
VALUES (:day, :plan, :erase, :review, :held, :still_open, :at_ms)
ON CONFLICT (day) DO UPDATE SET plan = excluded.plan, erase = excluded.erase,
	review = excluded.review, held = excluded.held, still_open = excluded.still_open,
	at_ms = excluded.at_ms;

-- name: retention_proposed
-- single
SELECT day, plan, erase, review, held, still_open FROM retention_proposal
ORDER BY day DESC LIMIT 1;
