#!/usr/bin/env bash
# kill -9 at random moments, while 64 clients write: what was acknowledged is there with the
# same text, nothing is half there, and the log verifies. LIAISON_KILL_ROUNDS says how often
# (standard 10; `make long` has it done 100 times).
set -eu
. "$(dirname "$0")/../lib.sh"
clients=$LIAISON_BUILD/tests/kill_clients
[ -x "$clients" ] || { echo "skipped: $clients is not built"; exit 77; }
rounds=${LIAISON_KILL_ROUNDS:-10}

node_init
node_unlimited
export LIAISON_TOKEN
LIAISON_TOKEN=$(L user token --purposes investigation --days 9 2>/dev/null)
node_start
total=0
for round in $(seq "$rounds"); do
	# From 0.02 to 1.2 seconds after the first request.
	moment=$(printf '%d.%03d' $((RANDOM % 12 / 10)) $((RANDOM % 980 + 20)))
	"$clients" write "$port" "$work/acknowledged.$round" "$round" >"$work/said" 2>&1 &
	writing=$!
	sleep "$moment"
	node_kill
	wait "$writing" || wrong "a write was refused before the kill: $(cat "$work/said")"
	node_start
	lines=$(wc -l <"$work/acknowledged.$round")
	present=$("$clients" check "$port" "$work/acknowledged.$round") || wrong "round $round: writes are lost"
	same "acknowledged writes of round $round that are there" "$present" "$lines"
	expect_exit 0 L audit verify --open
	total=$((total + lines))
	echo "round $round: killed after $moment s, $lines acknowledged and there; $(echo "$said" | sed 's/, root.*;/;/')"
done
story "After all rounds, all of them once more"
cat "$work"/acknowledged.* >"$work/all"
present=$("$clients" check "$port" "$work/all") || wrong "writes of former rounds are lost"
same "all acknowledged writes" "$present" "$total"
[ "$total" -gt "$((rounds * 20))" ] || wrong "only $total writes in $rounds rounds: the story tests too little"
node_stop
echo "$rounds kills, $total acknowledged writes, all there"
