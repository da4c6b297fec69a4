-- What this node says of itself, as its root signed it; one row.
CREATE TABLE exchange_self (
	one BIGINT NOT NULL PRIMARY KEY,
	descriptor TEXT NOT NULL,
	at_ms BIGINT NOT NULL
);
-- Its epoch sheets, one a week, each of the identity that signed it.
CREATE TABLE exchange_sheet (
	week BIGINT NOT NULL PRIMARY KEY,
	sheet TEXT NOT NULL,
	at_ms BIGINT NOT NULL
);
