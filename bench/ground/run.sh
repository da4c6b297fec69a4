#!/usr/bin/env bash
# bench/ground/run.sh: what the node's ground costs: durable audited writes and reads over HTTP with
# 64 kept-alive clients and with one, pages of a list of 100,000, an import, signing in, a start, idle
# memory. Each stands beside what it is compared with, measured in the same round: a bare program that
# puts the same rows into SQLite in transactions of 64, one commit a write on a disk whose syncs
# take 3 ms longer, bare libmicrohttpd, the sqlite3 shell's .import.
# On PostgreSQL: LIAISON_TEST_ENGINE=postgres tests/postgres.sh bench/ground/run.sh, without the bare
# program, which copies SQLite's rows.
#	LIAISON_SECONDS (3) a measurement, LIAISON_ROUNDS (3), LIAISON_LIST (100000) records in the list
#	LIAISON_ONLY="reads lists" runs those alone: writes reads lists imports sign_in start memory
#	LIAISON_CSV keeps each value: engine,round,measure,value,unit (report.sh makes docs/performance.md of it)
# CPU time is the server's own (all its threads, and the process of its keys), since other programs on the machine make wall time
# worth little; ratios are of one round, and what is printed are medians over the rounds.
set -eu
cd "$(dirname "$0")/../.."
: "${LIAISON_BUILD:=$PWD/build/release}"
. tests/lib.sh
need jq sqlite3
seconds=${LIAISON_SECONDS:-3}
rounds=${LIAISON_ROUNDS:-3}
list=${LIAISON_LIST:-100000}
only=${LIAISON_ONLY:-writes reads lists imports sign_in start memory}
programs=$LIAISON_BUILD/bench
csv=${LIAISON_CSV:-$work/ground.csv}
engine=${LIAISON_TEST_ENGINE:-sqlite}
for program in ground_client ground_bare ground_rows ground_start load_bare load_load; do
	[ -x "$programs/bench_$program" ] || { echo "build it first: bench_$program"; exit 77; }
done
export LIAISON_TOKEN
[ -s "$csv" ] || echo "engine,round,measure,value,unit" >"$csv"

asked() { case " $only " in *" $1 "*) ;; *) return 1 ;; esac; }
put() { echo "$engine,$round,$1,$2,$3" >>"$csv"; } # put MEASURE VALUE UNIT
# One line of bench_ground_client, or of the bare program, as values.
values() {
	awk -F, -v head="$engine,$round" '{
		split("answers seconds a_second p50_us p99_us a_commit server_us client_us not_ok", name, " ")
		split("count s 1/s us us count us us count", unit, " ")
		for (i = 3; i <= 9; i++) printf "%s,%s.%s,%s,%s\n", head, $1, name[i], $(i + 1), unit[i]
	}' >>"$csv"
}
# A node on which one user may open as many records as they like: real ones do not.
unlimited_node() {
	node_init
	echo 'opens_a_minute: 0' >>"$node/liaison.yaml"
}
fresh_node() { # fresh_node [slow] [OPTIONS of node serve...]
	rm -rf "$node"
	node_init
	node_unlimited
	if [ "${1:-}" = slow ]; then
		shift
		case $engine in
		sqlite) set -- --store "faulty:sqlite:$node/node.db?sync_ms=3" "$@" ;;
		*) set -- --store "faulty:$(store_url)&sync_ms=3" "$@" ;;
		esac
	fi
	node_start "$@"
	LIAISON_TOKEN=$(L user token --purposes investigation,administration 2>/dev/null)
}
load() { # load CLIENTS NAME WHAT...
	clients=$1
	shift
	"$programs/bench_ground_client" "$port" "$seconds" "$clients" "$node_pid" "$@" | values
}
bare_http() { # bare_http CLIENTS NAME [FILE]: libmicrohttpd with nothing around it, under the same clients
	rm -f "$work/hold" "$work/bare.port"
	mkfifo "$work/hold"
	"$programs/bench_load_bare" ${3:+"$3"} <"$work/hold" >"$work/bare.port" &
	bare=$!
	exec 9>"$work/hold"
	until [ -s "$work/bare.port" ]; do sleep 0.05; done
	printf 'GET /api/v1/records/person/x\nAuthorization: Bearer x\n' >"$work/template"
	"$programs/bench_load_load" -c "$1" -t "$seconds" -p "$bare" 127.0.0.1:"$(cat "$work/bare.port")" "$work/template" |
		sed -n 's/^[^ ]* *\([0-9]*\) requests\/s  p50 *\([0-9]*\) us .*p99 *\([0-9]*\) us.*server \([0-9.]*\) us CPU.*/\1 \2 \3 \4/p' >"$work/bare.said"
	exec 9>&-
	wait "$bare"
	read -r a_second p50 p99 cpu <"$work/bare.said"
	put "$2.a_second" "$a_second" 1/s
	put "$2.p50_us" "$p50" us
	put "$2.p99_us" "$p99" us
	put "$2.server_us" "$cpu" us
}

writes() {
	fresh_node
	load 64 writes write
	load 1 writes_1 write
	node_stop
	if [ "$engine" = sqlite ]; then
		"$programs/bench_ground_bare" "$node/node.db" "$work/bare.db" 64 | values
		rm -f "$work"/bare.db*
	fi
	fresh_node slow
	load 64 slow_sync write
	node_stop
	fresh_node slow --group-max 1
	load 64 slow_sync_alone write
	node_stop
}
reads() {
	fresh_node
	bare_http 64 bare_http
	load 64 reads read
	bare_http 64 bare_http_after
	# The same headers and body as the node's answer, without the node.
	id=$(L record list person --limit 1 --purpose investigation --json | jq -r '.items[0].id')
	curl -s -i -H "Authorization: Bearer $LIAISON_TOKEN" -H 'Liaison-Purpose: investigation' \
		"$url/api/v1/records/person/$id" >"$work/answer"
	bare_http 64 bare_http_same "$work/answer"
	load 1 reads_1 read
	bare_http 1 bare_http_1
	session
	if [ -n "${LIAISON_COOKIE:-}" ]; then
		load 64 reads_by_session read
		unset LIAISON_COOKIE
	fi
	node_stop
}
# A session of the story's officer, where the node has sessions: LIAISON_COOKIE and LIAISON_SIGN_IN.
session() {
	"$liaison" node routes | grep -q 'POST  */api/v1/session ' || return 0
	L user add bench --roles analyst,supervisor >/dev/null 2>&1 || return 0
	code=$(L user invite bench 2>/dev/null) || return 0
	word='gravel lantern otter seventeen'
	curl -s -o /dev/null -X POST -H 'Content-Type: application/json' "$url/api/v1/password" \
		-d "$(jq -cn --arg c "$code" --arg p "$word" '{code: $c, password: $p}')" || return 0
	LIAISON_SIGN_IN=$(jq -cn --arg p "$word" '{login: "bench", password: $p}')
	LIAISON_COOKIE=$(curl -s -o /dev/null -D - -X POST -H 'Content-Type: application/json' "$url/api/v1/session" \
		-d "$LIAISON_SIGN_IN" | tr -d '\r' | sed -n 's/^Set-Cookie: __Host-liaison=\([^;]*\);.*/\1/p')
	export LIAISON_COOKIE LIAISON_SIGN_IN
}
sign_in() {
	fresh_node
	session
	if [ -n "${LIAISON_SIGN_IN:-}" ]; then
		unset LIAISON_COOKIE
		load 1 sign_in sign-in
	fi
	node_stop
}
imports() { # the node with the list stays, for lists()
	rm -rf "$node"
	unlimited_node
	"$programs/bench_ground_rows" "$list" "$work/rows.csv"
	set -- -f "%e %U %S %M" -o "$work/time"
	/usr/bin/time "$@" "$liaison" record import "$work/rows.csv" --node "$node" --purpose investigation --json >"$work/job.json" 2>/dev/null
	same "rows taken" "$(jq .result.taken "$work/job.json")" "$list"
	read -r wall user system kib <"$work/time"
	put import.s "$wall" s
	put import.records "$(jq .result.records "$work/job.json")" count
	put import.cpu_s "$(awk "BEGIN { print $user + $system }")" s
	put import.most_mib "$((kib / 1024))" MiB
	keys=$(store_rows 'SELECT COUNT(*) FROM record_token')
	/usr/bin/time "$@" sqlite3 "$work/shell.db" >/dev/null <<SQL
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
.mode csv
.import $work/rows.csv t
CREATE TABLE k (key BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID;
INSERT INTO k SELECT randomblob(16) FROM generate_series(1, $keys);
SQL
	read -r wall user system kib <"$work/time"
	put shell_import.s "$wall" s
	put shell_import.cpu_s "$(awk "BEGIN { print $user + $system }")" s
	rm -f "$work"/shell.db*
}
person_at() { # person_at N: the id of the N-th record of the list, counted from its first page
	store_rows "SELECT lower(hex(id)) FROM record WHERE type = 'person' ORDER BY id DESC LIMIT 1 OFFSET $1" |
		sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)/\1-\2-\3-\4-/'
}
lists() {
	node_start
	LIAISON_TOKEN=$(L user token --purposes investigation,administration 2>/dev/null)
	put list.records "$(store_rows "SELECT COUNT(*) FROM record WHERE type = 'person'")" count
	middle=$(person_at $((list / 2)))
	# What is measured is what stands there: the page behind the middle one begins with the next.
	same "the page in the middle" "$(curl -s "$url/api/v1/records/person?cursor=$middle" -H "Authorization: Bearer $LIAISON_TOKEN" \
		-H 'Liaison-Purpose: investigation' | jq -r '"\(.items[0].id) \(.items | length)"')" "$(person_at $((list / 2 + 1))) 50"
	load 4 list_first get /api/v1/records/person
	load 4 list_middle get "/api/v1/records/person?cursor=$middle"
	node_stop
}
start() {
	rm -rf "$node"
	node_init
	for k in 1 2 3 4 5; do
		read -r wall cpu < <("$programs/bench_ground_start" "$liaison" "$node" --port 0 2>/dev/null)
		put "start_$k.ms" "$wall" ms
		put "start_$k.cpu_ms" "$cpu" ms
	done
	echo 'five bench words stand here' >"$work/word"
	chmod 600 "$work/word"
	if "$liaison" --node "$node" node passphrase --new-passphrase-file "$work/word" >/dev/null 2>&1; then
		read -r wall cpu < <("$programs/bench_ground_start" "$liaison" "$node" --port 0 --passphrase-file "$work/word" 2>/dev/null)
		put start_passphrase.ms "$wall" ms
		put start_passphrase.cpu_ms "$cpu" ms
	fi
}
rss() { # of the node and its children, which hold the keys and read foreign files
	for pid in "$node_pid" $(cat "/proc/$node_pid/task/$node_pid/children"); do cat "/proc/$pid/status"; done |
		awk '/^VmRSS/ { kib += $2 } END { printf "%.1f", kib / 1024 }'
}
memory() {
	fresh_node
	put memory.start_mib "$(rss)" MiB
	"$programs/bench_ground_client" "$port" "$seconds" 64 "$node_pid" w write >/dev/null
	"$programs/bench_ground_client" "$port" "$seconds" 64 "$node_pid" r read >/dev/null
	put memory.busy_mib "$(rss)" MiB
	sleep 10
	put memory.idle_mib "$(rss)" MiB
	node_stop
}

for round in $(seq "$rounds"); do
	! asked writes || writes
	! asked reads || reads
	! asked sign_in || sign_in
	! asked start || start
	! asked memory || memory
	# The list is imported once; its pages are asked for in each round.
	if [ "$round" = 1 ] && { asked imports || asked lists; }; then imports; mv "$node" "$work/list"; fi
	if asked lists; then
		rm -rf "$node"
		mv "$work/list" "$node"
		lists
		mv "$node" "$work/list"
	fi
done
bench/ground/report.sh "$csv" "$engine"
