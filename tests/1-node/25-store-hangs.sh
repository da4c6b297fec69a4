#!/usr/bin/env bash
# A PostgreSQL whose processes stand still, connections open, as on a machine that hangs: nobody
# waits for ever. Whoever asks is told that the store does not answer; when it goes on, so does
# the node (or it ends and is started again), with everything that it had acknowledged.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
if [ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] && [ -z "${OWN_SERVER:-}" ]; then
	# The others' server does not stand still under them.
	[ -n "${LIAISON_TEST_POSTGRES:-}" ] || { echo "skipped: no PostgreSQL was started (tests/postgres.sh)"; exit 77; }
	OWN_SERVER=1 exec "$here/tests/postgres.sh" bash "$0"
fi
. "$(dirname "$0")/../lib.sh"
need jq curl
[ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] || { echo "skipped: SQLite has no server"; exit 77; }
node_init
node_start
token=$(L user token --purposes investigation 2>/dev/null)
ask() { # ask METHOD [BODY]: the status; 000 when nothing comes within two minutes
	curl -s -m 120 -o "$work/answer.$1" -w '%{http_code}' -X "$1" -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" \
		-H "Content-Type: application/json" ${2:+-d "$2"} "$url/api/v1/records/person$3" || true
}
same "a write before" "$(ask POST '{"fields":{"name":"Olena Reis"}}' "")" 201
id=$(jq -r .id "$work/answer.POST")

story "Its processes stand still"
server=$(psql "$LIAISON_TEST_POSTGRES" -qAtc "SELECT pg_read_file('postmaster.pid')" | head -1)
others() { ps -o pid= --ppid "$server"; }
# shellcheck disable=SC2046
go_on() { kill -CONT "$server" $(others) 2>/dev/null || true; }
trap 'go_on; finish' EXIT
# shellcheck disable=SC2046
kill -STOP "$server" $(others)
ask GET "" "/$id" >"$work/get" &
getting=$!
ask POST '{"fields":{"name":"Nobody hears of this"}}' "" >"$work/post"
wait "$getting"
same "a reading" "$(cat "$work/get")" 503
same "a write" "$(cat "$work/post")" 503
cat "$work/answer.GET" "$work/answer.POST"; echo

story "It goes on"
go_on
for _ in $(seq 300); do
	kill -0 "$node_pid" 2>/dev/null || break
	[ "$(ask GET "" "/$id")" != 200 ] || break
	sleep 0.2
done
if ! kill -0 "$node_pid" 2>/dev/null; then # something was on its way to the disk
	code=0
	wait "$node_pid" || code=$?
	node_pid=
	same "exit of the node" "$code" 6
	node_start
fi
same "the reading" "$(ask GET "" "/$id")" 200
same "a write" "$(ask POST '{"fields":{"name":"Written again"}}' "")" 201
expect_exit 0 L audit verify --open
node_stop
