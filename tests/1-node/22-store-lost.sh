#!/usr/bin/env bash
# A disk that does not confirm a write, and a PostgreSQL that is restarted under load: the node says
# so, ends with exit code 6, and starts again with everything that it had acknowledged.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
if [ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] && [ -z "${OWN_SERVER:-}" ]; then
	# The others' server is not restarted under them.
	[ -n "${LIAISON_TEST_POSTGRES:-}" ] || { echo "skipped: no PostgreSQL was started (tests/postgres.sh)"; exit 77; }
	OWN_SERVER=1 exec "$here/tests/postgres.sh" bash "$0"
fi
. "$(dirname "$0")/../lib.sh"
need jq curl
node_init

write_until_it_fails() { # each id that was answered goes to a file
	token=$(L user token --purposes investigation 2>/dev/null)
	for client in 1 2 3 4; do
		for k in $(seq 2000); do
			curl -sf -m 5 -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" \
				-H "Content-Type: application/json" -d "{\"fields\":{\"name\":\"Client $client $k\"}}" \
				"$url/api/v1/records/person" 2>/dev/null || break
			echo
		done | jq -r .id >"$work/ids.$client" &
		clients[client]=$!
	done
}
ended() { # the node ends by itself, with exit code 6
	code=0
	for _ in $(seq 100); do
		kill -0 "$node_pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -0 "$node_pid" 2>/dev/null && wrong "the node goes on"
	wait "$node_pid" || code=$?
	node_pid=
	same "exit" "$code" 6
	grep -q "did not confirm what was written" "$work/node.log" || wrong "its log says nothing of it"
}
all_there() {
	expect_exit 0 L record create person --set name="Written again"
	cat "$work"/ids.* | sort -u >"$work/ids"
	[ -s "$work/ids" ] || wrong "nothing was written"
	echo "$(wc -l <"$work/ids") acknowledged"
	while read -r id; do
		expect_exit 0 L record show person "$id"
	done < <(shuf -n 25 --random-source=<(yes) "$work/ids")
	L record export --format ndjson --type person --reveal --reason counting 2>/dev/null | jq -r .id | sort >"$work/found"
	[ -z "$(comm -23 "$work/ids" "$work/found")" ] || wrong "acknowledged, and not there"
	expect_exit 0 L audit verify --open
}

if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
	story "The disk fails its 120th sync"
	node_start --store "faulty:sqlite:$node/node.db?fail_sync_at=120"
	write_until_it_fails
	wait "${clients[@]}"
	ended
	node_start
else
	story "The server is stopped at once, as if it had crashed, while four clients write"
	# Whatever the server is set to: what the node acknowledges is on the disk.
	psql "$LIAISON_TEST_POSTGRES" -qc "ALTER SYSTEM SET synchronous_commit = off" -c "SELECT pg_reload_conf()" >/dev/null
	node_start
	write_until_it_fails
	sleep 1
	$LIAISON_TEST_POSTGRES_CTL -m immediate stop
	wait "${clients[@]}"
	sleep 1
	# What was on its way to the disk is lost to the node's knowledge: it ends. When nothing was,
	# it waits for the server and goes on by itself.
	running=yes
	kill -0 "$node_pid" 2>/dev/null || { running=; ended; }
	[ -n "$running" ] || expect_exit 6 "$liaison" node serve --node "$node" --port 0
	$LIAISON_TEST_POSTGRES_CTL -o "$LIAISON_TEST_POSTGRES_OPTIONS" start
	[ -n "$running" ] || node_start
fi
story "Started again"
all_there
node_stop
