#!/usr/bin/env bash
# kill -9 at random moments of a node's whole life, while 64 clients a process create, change and
# erase, and imports, checkpoints and backups run: what was acknowledged is there with the same
# text, what was erased is gone, nothing is half there, and the log verifies. A life is a new node
# that is killed 20 times: while it is made, while it starts, while it brings an older database up
# to date, and at work. After each ten kills all it acknowledged so far is read and the log
# verified on the stopped node; what is lost stays lost, so that no kill goes unlooked at.
# On a PostgreSQL two processes of the node write, and the one, the other or both are killed; with
# LIAISON_KILL_SERVER the PostgreSQL itself now and then. LIAISON_KILLS says how often in all
# (standard 10; `make long` 250 on each engine), LIAISON_SEED makes the choices the same again.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
if [ -n "${LIAISON_KILL_SERVER:-}" ] && [ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] && [ -z "${OWN_SERVER:-}" ]; then
	# The others' server is not killed under them.
	[ -n "${LIAISON_TEST_POSTGRES:-}" ] || { echo "skipped: no PostgreSQL was started (tests/postgres.sh)"; exit 77; }
	OWN_SERVER=1 exec "$here/tests/postgres.sh" bash "$0"
fi
. "$here/tests/lib.sh"
need jq
clients=$LIAISON_BUILD/tests/kill_clients
[ -x "$clients" ] || { echo "skipped: $clients is not built"; exit 77; }
kills_wanted=${LIAISON_KILLS:-10} life_kills=20 look_each=10
[ -z "${LIAISON_SEED:-}" ] || RANDOM=$LIAISON_SEED
two=
[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || two=yes
kills=0 total=0 round=0 life=0 looked_at=0
declare -A of=() # kills by what was going on

moment() { # moment MS: some time up to that, in seconds
	local ms=$((RANDOM * 32768 + RANDOM))
	printf '%d.%03d' $((ms % $1 / 1000)) $((ms % $1 % 1000))
}
killed() { # killed WHILE
	kills=$((kills + 1))
	of[$1]=$((${of[$1]:-0} + 1))
}
write_at() { # write_at PORT NUMBER: 64 clients, until their process is gone
	"$clients" write "$1" "$work/acknowledged.$round.$2" "$round.$2" >"$work/said.$2" 2>&1 &
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

birth() { # a new node; one that was killed while it was made is whole or none
	life=$((life + 1))
	node=$work/born.$life
	store=
	[ -z "$two" ] || store=$(postgres_new)
	"$liaison" node init --node "$node" --name "North Coast Police" ${store:+--store "$store"} >/dev/null 2>&1 &
	born=$!
	sleep "$(moment 300)"
	kill -9 "$born" 2>/dev/null || true
	wait "$born" 2>/dev/null || true
	killed "being made"
	if "$liaison" node status --node "$node" >/dev/null 2>&1; then
		expect_exit 0 "$liaison" audit verify --open --node "$node" --purpose oversight
	fi
	rm -rf "$node"
	node=$work/node.$life
	node_init
	node_unlimited
	echo "checkpoint_seconds: 1" >>"$node/liaison.yaml"
	LIAISON_TOKEN=$(L user token --purposes investigation --days 9 2>/dev/null)
	export LIAISON_TOKEN
}
older() { # the database of a program that did not have this feature yet
	store_rows "DELETE FROM store_migration WHERE feature = 'retention'" >/dev/null
	store_rows "DROP TABLE retention_proposal" >/dev/null
}
start_killed() { # a start that is killed somewhere in it; now and then it has a migration to do
	local while=starting
	if [ -z "$also_pid" ] && [ $((RANDOM % 2)) = 0 ] && [ "$(store_rows "SELECT count(*) FROM store_migration WHERE feature = 'retention'")" != 0 ]; then
		older
		while=migrating
	fi
	"$liaison" node serve --node "$node" --port 0 >/dev/null 2>>"$work/node.log" &
	node_pid=$!
	sleep "$(moment $([ $while = starting ] && echo 250 || echo 500))"
	node_kill
	killed $while
}
# What a person does while clients write. No L: the number is the program's own, and it must be
# gone too, since without a running node it works on the folder itself.
beside() {
	case $((RANDOM % 6)) in
	0 | 1)
		beside=importing
		awk -v r="$round" 'BEGIN { print "prs_FirstName,prs_SecondName,hte_Type,hte_Description"
			for (i = 1; i <= 200; i++) printf "Given%d,Family%d,Transit,Row %d of round %d\n", i % 9, i, i, r }' >"$work/rows.$round.csv"
		"$liaison" --node "$node" --purpose investigation record import "$work/rows.$round.csv" >/dev/null 2>&1 &
		;;
	2)
		beside="backing up"
		"$liaison" --node "$node" --purpose administration node backup "$work/backup.$round" --seal-with "$work/words" >/dev/null 2>&1 &
		;;
	*)
		beside=writing
		true &
		;;
	esac
	helper=$!
}
look() { # everything of this life: read, and verified on the stopped node
	cat "$work"/acknowledged.* >"$work/all"
	lines=$(wc -l <"$work/all")
	[ -n "$node_pid" ] || node_start
	present=$("$clients" check "$port" "$work/all" 2>"$work/lost") || wrong "up to round $round writes are lost: $(head -5 "$work/lost")"
	same "acknowledged writes up to round $round that are there" "$present" "$lines"
	[ -z "$also_pid" ] || node_also_kill
	node_kill
	expect_exit 0 L audit verify --open
	looked_at=$kills
	echo "$kills kills: $lines acknowledged by life $life, and there; ${said%%$'\n'*}"
}
end_of_life() { # jobs that were killed come to their end; an import may wait for what nobody brought
	node_start
	for _ in $(seq 600); do
		jobs=$(L job list --json)
		jq -e '[.. | select(.state? == "running" or .state? == "queued")] | length == 0' <<<"$jobs" >/dev/null && break
		sleep 0.1
	done
	same "jobs that did not end as they should" "$(jq -c '[.. | select(.kind? != null and .state != "done" and .state != "waiting") | {kind, state, failure}]' <<<"$jobs")" "[]"
	node_kill
	total=$((total + lines))
	rm -rf "$node" "$work"/acknowledged.* "$work"/backup.* "$work"/rows.*
}

echo "words that no one foresees 7" >"$work/words"
birth
life_began=$kills
while [ "$kills" -lt "$kills_wanted" ]; do
	round=$((round + 1))
	[ -n "$node_pid" ] || [ $((RANDOM % 4)) != 0 ] || start_killed
	[ -n "$node_pid" ] || node_start
	[ -z "$two" ] || [ -n "$also_pid" ] || node_also_start
	what=first
	[ -z "$two" ] || case $((RANDOM % 3)) in 0) what=second ;; 1) what=both ;; esac
	[ -z "${OWN_SERVER:-}" ] || [ $((RANDOM % 5)) != 0 ] || what=server
	writing=()
	write_at "$port" 1
	[ -z "$two" ] || write_at "$also_port" 2
	beside
	sleep "$(moment 600)"
	case $what in
	first | both) node_kill; killed "$beside" ;;
	esac
	case $what in
	second | both) node_also_kill; killed "$beside" ;;
	server) server_kill; killed "server, $beside"; server_again; node_kill; node_also_kill ;; # they end, or wait for it; here they end
	esac
	[ -z "$two" ] || [ -z "$node_pid$also_pid" ] || sleep 0.2 # the other one goes on
	kill -9 "${writing[@]}" "$helper" 2>/dev/null || true
	wait "$helper" 2>/dev/null || true
	written 1 "$what"
	[ -z "$two" ] || written 2 "$what"
	enough=
	[ $((kills - life_began)) -lt $life_kills ] && [ "$kills" -lt "$kills_wanted" ] || enough=yes
	[ -z "$enough" ] && [ $((kills - looked_at)) -lt $look_each ] || look
	if [ -n "$enough" ]; then
		end_of_life
		[ "$kills" -ge "$kills_wanted" ] || birth
		life_began=$kills
	fi
done
[ "$total" -gt "$((kills * 10))" ] || wrong "only $total writes in $kills kills: the story tests too little"
for while in "${!of[@]}"; do echo "killed while $while: ${of[$while]}"; done | sort
echo "$kills kills in $life lives, $total acknowledged writes, all there"
