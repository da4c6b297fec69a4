#!/usr/bin/env bash
# A second process joins a node that is at work: what the first one writes while the second looks at
# the log is no sign of an old copy of the database.
set -eu
. "$(dirname "$0")/../lib.sh"
[ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] || { echo "skipped: SQLite takes one process"; exit 77; }
clients=$LIAISON_BUILD/tests/kill_clients
[ -x "$clients" ] || { echo "skipped: $clients is not built"; exit 77; }
node_init
node_unlimited
LIAISON_TOKEN=$(L user token --purposes investigation --days 9 2>/dev/null)
export LIAISON_TOKEN
node_start

story "Clients write at the first, and others come and go beside it"
"$clients" write "$port" "$work/acknowledged" 1 >"$work/said" 2>&1 &
writing=$!
for _ in $(seq 10); do
	node_also_start
	kill "$also_pid"
	wait "$also_pid" || true
	also_pid=
done
kill -9 "$writing" 2>/dev/null || true
wait "$writing" 2>/dev/null || true
[ "$(wc -l <"$work/acknowledged")" -gt 50 ] || wrong "little was written: $(cat "$work/said")"

story "Nor when it takes long to see that all it found is on the disk, and the first goes on meanwhile"
"$clients" write "$port" "$work/acknowledged.more" 2 >"$work/said" 2>&1 &
writing=$!
sleep 0.3
{ sleep 1; kill -9 "$writing"; } 2>/dev/null &
node_also_start --store "faulty:$(store_url)&sync_ms=2000"
wait "$writing" 2>/dev/null || true
[ "$(wc -l <"$work/acknowledged.more")" -gt 50 ] || wrong "little was written: $(cat "$work/said")"
kill "$also_pid"
wait "$also_pid" || true
also_pid=

story "The log verifies"
L audit verify --purpose oversight >/dev/null
node_stop
