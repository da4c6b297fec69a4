-- One alert for an event and a listing, whatever is sent again after a crash: MACs under the node's
-- index key, so that nothing here tells of whom they are.
CREATE TABLE stream_alert (
	event TEXT NOT NULL PRIMARY KEY,
	pair TEXT NOT NULL,
	alert TEXT NOT NULL,
	cleared BIGINT NOT NULL,
	made_ms BIGINT NOT NULL
);
CREATE INDEX stream_alert_pair ON stream_alert (pair, cleared);
CREATE INDEX stream_alert_alert ON stream_alert (alert);
