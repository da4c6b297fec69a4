#!/usr/bin/env bash
# Memory ends at a random moment, while 64 clients write: the node may refuse what it has no room
# for, or ends rather than go on with half of something. Started again, all that it acknowledged
# is there and the log verifies. LIAISON_ROUNDS says how often (standard 4).
set -eu
. "$(dirname "$0")/../lib.sh"
need prlimit
clients=$LIAISON_BUILD/tests/kill_clients
[ -x "$clients" ] || { echo "skipped: $clients is not built"; exit 77; }
# The sanitizers keep address space of their own.
! nm -D "$liaison" 2>/dev/null | grep -q '__asan_init\|__tsan_init' || { echo "skipped: a sanitizer needs all address space"; exit 77; }
rounds=${LIAISON_ROUNDS:-4}
[ -z "${LIAISON_SEED:-}" ] || RANDOM=$LIAISON_SEED

node_init
node_unlimited
export LIAISON_TOKEN
LIAISON_TOKEN=$(L user token --purposes investigation --days 9 2>/dev/null)
ended=0 total=0
for round in $(seq "$rounds"); do
	node_start
	"$clients" write "$port" "$work/acknowledged.$round" "$round" >"$work/said" 2>&1 &
	writing=$!
	sleep "$(printf '0.%03d' $((RANDOM % 700 + 100)))"
	# What it has now and up to 2 MiB more of data: the next room it asks for is not to be had.
	now=$(awk '/VmData/ { print $2 * 1024 }' "/proc/$node_pid/status")
	prlimit --pid "$node_pid" --data=$((now + RANDOM % 2048 * 1024))
	for _ in $(seq 30); do
		kill -0 "$node_pid" 2>/dev/null || break
		sleep 0.1
	done
	how="went on"
	kill -0 "$node_pid" 2>/dev/null || { how="ended"; ended=$((ended + 1)); }
	node_kill
	kill -9 "$writing" 2>/dev/null || true
	wait "$writing" 2>/dev/null || true
	touch "$work/acknowledged.$round"
	node_start
	lines=$(wc -l <"$work/acknowledged.$round")
	present=$("$clients" check "$port" "$work/acknowledged.$round" 2>"$work/lost") || wrong "round $round: writes are lost: $(head -5 "$work/lost")"
	same "acknowledged writes of round $round that are there" "$present" "$lines"
	expect_exit 0 L audit verify --open
	total=$((total + lines))
	echo "round $round: without memory it $how; $lines acknowledged and there"
	node_stop
done
[ "$total" -gt 0 ] || wrong "nothing was written"
echo "$rounds rounds, $ended of them ended the node, $total acknowledged writes, all there"
