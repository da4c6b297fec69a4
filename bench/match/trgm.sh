#!/usr/bin/env bash
# trgm.sh NAMES ASKED OUT TIMES [LIMIT]: PostgreSQL's pg_trgm under tests/postgres.sh: NAMES (entity, name) in a table
# with a GIN index of trigrams, each of ASKED (query, name) looked up by `%` at its usual 0.3, the best 20
# entities to OUT as CSV, the microseconds of each query, as the server took them, to TIMES. LIMIT: so many
# questions. Prints `build_s` and `bytes` of the index. Exits 77 where there is no pg_trgm.
set -eu
names=$1 asked=$2 out=$3 times=$4 limit=${5:-1000000000}
[ -n "${LIAISON_TEST_POSTGRES:-}" ] || exit 77
url="postgresql://liaison@/trgm?${LIAISON_TEST_POSTGRES#*\?}"
psql -q "$LIAISON_TEST_POSTGRES" -c 'DROP DATABASE IF EXISTS trgm' -c "CREATE DATABASE trgm TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'" 2>/dev/null
sql() { psql -q -X -v ON_ERROR_STOP=1 "$url" "$@"; }
sql -c 'CREATE EXTENSION pg_trgm' 2>/dev/null || exit 77
sql -c 'CREATE TABLE listed (entity TEXT, name TEXT)' -c "\\copy listed FROM '$names'"
sql -c 'CREATE TABLE asked (at SERIAL, query TEXT, name TEXT)' -c "\\copy asked (query, name) FROM '$asked'"
start=$(date +%s%N)
sql -c "SET maintenance_work_mem = '512MB'; CREATE INDEX ON listed USING gin (name gin_trgm_ops)" -c 'ANALYZE listed'
echo "build_s $(awk "BEGIN { print ($(date +%s%N) - $start) / 1e9 }")"
echo "bytes $(sql -tAc "SELECT pg_indexes_size('listed') + pg_table_size('listed')")"
sql >/dev/null <<SQL
SET max_parallel_workers_per_gather = 0;
CREATE TABLE found (query TEXT, entity TEXT, score REAL);
CREATE TABLE took (us DOUBLE PRECISION);
DO \$\$
DECLARE q RECORD; start TIMESTAMPTZ;
BEGIN
	FOR q IN SELECT query, name FROM asked ORDER BY at LIMIT $limit LOOP
		start = clock_timestamp();
		INSERT INTO found
			SELECT q.query, entity, score FROM (
				SELECT entity, max(similarity(name, q.name)) AS score FROM listed WHERE name % q.name
				GROUP BY entity) AS best
			ORDER BY score DESC LIMIT 20;
		INSERT INTO took VALUES (EXTRACT(EPOCH FROM clock_timestamp() - start) * 1e6);
	END LOOP;
END \$\$;
SQL
sql -tA --csv -c 'SELECT query, entity, score FROM found' >"$out"
sql -tAc 'SELECT us FROM took' >"$times"
