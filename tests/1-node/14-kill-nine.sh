#!/usr/bin/env bash
# kill -9 at random moments, while 64 clients a process write: what was acknowledged is there with
# the same text, nothing is half there, and the log verifies. On a PostgreSQL two processes of the
# node write, and the one, the other or both are killed; with LIAISON_KILL_SERVER the PostgreSQL
# itself now and then. LIAISON_KILLS says how often in all (standard 10; `make long` 250 on each
# engine), LIAISON_SEED makes the choices the same again.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
if [ -n "${LIAISON_KILL_SERVER:-}" ] && [ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] && [ -z "${OWN_SERVER:-}" ]; then
	# The others' server is not killed under them.
	[ -n "${LIAISON_TEST_POSTGRES:-}" ] || { echo "skipped: no PostgreSQL was started (tests/postgres.sh)"; exit 77; }
	OWN_SERVER=1 exec "$here/tests/postgres.sh" bash "$0"
fi
. "$here/tests/lib.sh"
clients=$LIAISON_BUILD/tests/kill_clients
[ -x "$clients" ] || { echo "skipped: $clients is not built"; exit 77; }
kills_wanted=${LIAISON_KILLS:-10}
look_every=$((kills_wanted > 20 ? 10 : 1))
[ -z "${LIAISON_SEED:-}" ] || RANDOM=$LIAISON_SEED
two=
[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || two=yes

node_init
node_unlimited
export LIAISON_TOKEN
LIAISON_TOKEN=$(L user token --purposes investigation --days 9 2>/dev/null)
node_start
[ -z "$two" ] || node_also_start
writing=()
write_at() { # write_at PORT NUMBER: 64 clients, until their process is gone
	"$clients" write "$1" "$work/acknowledged.$round.$2" "$round" >"$work/said.$2" 2>&1 &
	writing[$2]=$!
}
written() { # written NUMBER WHAT: killed with their process gone: none was refused before
	code=0
	wait "${writing[$1]}" 2>/dev/null || code=$?
	[ "$code" = 0 ] || [ "$code" = 137 ] || [ "$2" = server ] || wrong "a write was refused before the kill: $(cat "$work/said.$1")"
}
server_kill() { # as its machine would end: no process of it has time for a last word
	server=$(psql "$LIAISON_TEST_POSTGRES" -qAtc "SELECT pg_read_file('postmaster.pid')" | head -1)
	all="$server $(ps -o pid= --ppid "$server" | tr '\n' ' ')"
	# shellcheck disable=SC2086
	kill -9 $all 2>/dev/null || true
}
server_again() {
	for _ in $(seq 100); do
		! $LIAISON_TEST_POSTGRES_CTL -o "$LIAISON_TEST_POSTGRES_OPTIONS" start >"$work/server.out" 2>&1 || return 0
		sleep 0.2
	done
	wrong "the server does not start again: $(cat "$work/server.out")"
}
kills=0 total=0 round=0 of_server=0
while [ "$kills" -lt "$kills_wanted" ]; do
	round=$((round + 1))
	# From 0.02 to 1.2 seconds after the first request.
	moment=$(printf '%d.%03d' $((RANDOM % 12 / 10)) $((RANDOM % 980 + 20)))
	what=first
	[ -z "$two" ] || case $((RANDOM % 3)) in 0) what=second ;; 1) what=both ;; esac
	[ -z "${OWN_SERVER:-}" ] || [ $((RANDOM % 5)) != 0 ] || what=server
	looks=
	[ $((round % look_every)) != 0 ] || looks=yes
	[ -z "$looks" ] || [ "$what" = server ] || what=${two:+both}
	what=${what:-first}
	write_at "$port" 1
	[ -z "$two" ] || write_at "$also_port" 2
	sleep "$moment"
	case $what in
	first | both) node_kill; kills=$((kills + 1)) ;;
	esac
	case $what in
	second | both) node_also_kill; kills=$((kills + 1)) ;;
	server) server_kill; kills=$((kills + 1)); of_server=$((of_server + 1)) ;;
	esac
	if [ "$what" = server ]; then
		# The processes of the node end, or wait for the server; for this story they end.
		server_again
		node_kill
		node_also_kill
	fi
	[ -z "$two" ] || [ "$what" = both ] || sleep 0.2 # the other one goes on
	# shellcheck disable=SC2086
	kill -9 ${writing[*]} 2>/dev/null || true
	written 1 "$what"
	[ -z "$two" ] || written 2 "$what"
	# On a stopped node: it takes as long as it takes.
	said=
	[ -z "$looks" ] || expect_exit 0 L audit verify --open
	[ -n "$node_pid" ] || node_start
	[ -z "$two" ] || [ -n "$also_pid" ] || node_also_start
	touch "$work/acknowledged.$round.1"
	cat "$work"/acknowledged."$round".* >"$work/round"
	lines=$(wc -l <"$work/round")
	present=$("$clients" check "$port" "$work/round" 2>"$work/lost") || wrong "round $round: writes are lost: $(head -5 "$work/lost")"
	same "acknowledged writes of round $round that are there" "$present" "$lines"
	total=$((total + lines))
	echo "round $round: $what killed after $moment s, $lines acknowledged and there; $(echo "$said" | sed 's/, root.*;/;/')"
done
story "After all rounds, all of them once more"
cat "$work"/acknowledged.* >"$work/all"
present=$("$clients" check "${also_port:-$port}" "$work/all") || wrong "writes of former rounds are lost"
same "all acknowledged writes" "$present" "$total"
[ "$total" -gt "$((kills * 10))" ] || wrong "only $total writes in $kills kills: the story tests too little"
[ -z "$two" ] || node_also_kill
node_stop
expect_exit 0 L audit verify --open
echo "$kills kills ($of_server of the server), $total acknowledged writes, all there"
