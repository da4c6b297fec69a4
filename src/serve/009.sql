-- A system account that is to be bound to somebody who has a way in already, until a second person
-- agrees. One for each user; under a MAC.
CREATE TABLE serve_binding (
	user_id BLOB NOT NULL PRIMARY KEY,
	uid BIGINT NOT NULL,
	made_by BLOB NOT NULL,
	at_ms BIGINT NOT NULL,
	mac BLOB NOT NULL
);
