#!/usr/bin/env bash
# bench/ground/run.sh: durable audited writes over HTTP with 64 kept-alive clients, beside a bare
# program that puts the same rows into SQLite in transactions of 64; and with syncs that take
# 3 ms longer, beside one commit a write. Audited reads, and bare libmicrohttpd, to compare.
# On PostgreSQL: LIAISON_TEST_ENGINE=postgres tests/postgres.sh bench/ground/run.sh, without the bare
# program, which copies SQLite's rows.
# LIAISON_SECONDS (5) a measurement, LIAISON_ROUNDS (3), of which the medians count.
# The single measurements go to LIAISON_CSV (standard: none is kept).
set -eu
cd "$(dirname "$0")/../.."
: "${LIAISON_BUILD:=$PWD/build/release}"
. tests/lib.sh
need jq
seconds=${LIAISON_SECONDS:-5}
rounds=${LIAISON_ROUNDS:-3}
programs=$LIAISON_BUILD/bench
csv=${LIAISON_CSV:-$work/ground.csv}
for program in ground_writes ground_bare load_bare load_load; do
	[ -x "$programs/bench_$program" ] || { echo "build it first: bench_$program"; exit 77; }
done
export LIAISON_TOKEN

engine=${LIAISON_TEST_ENGINE:-sqlite}

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
	LIAISON_TOKEN=$(L user token --purposes investigation 2>/dev/null)
}
load() { "$programs/bench_ground_writes" "$port" "$seconds" 64 "$node_pid" "$@" >>"$csv"; }

echo "name,answers,seconds,a_second,p50_us,p99_us,writes_a_commit,server_us,client_us,not_ok" >"$csv"
for _ in $(seq "$rounds"); do
	fresh_node
	load writes write
	node_stop
	if [ "$engine" = sqlite ]; then
		"$programs/bench_ground_bare" "$node/node.db" "$work/bare.db" 64 >>"$csv"
		rm -f "$work"/bare.db*
	fi
	fresh_node slow
	load slow_sync write
	node_stop
	fresh_node slow --group-max 1
	load slow_sync_alone write
	node_stop
	fresh_node
	load reads read
	node_stop
done

# What libmicrohttpd does with nothing around it, under the same clients.
mkfifo "$work/hold"
"$programs/bench_load_bare" <"$work/hold" >"$work/bare.port" &
exec 9>"$work/hold"
until [ -s "$work/bare.port" ]; do sleep 0.05; done
printf 'GET /api/v1/records/person/x\nAuthorization: Bearer x\n' >"$work/template"
bare_http=$("$programs/bench_load_load" -c 64 -t "$seconds" -p $! 127.0.0.1:"$(cat "$work/bare.port")" "$work/template")
exec 9>&-
wait

awk -F, -v bare_http="$bare_http" -v engine="$engine" '
NR > 1 {
	n[$1]++
	for (i = 4; i <= 9; i++) at[$1, i, n[$1]] = $i
	bad[$1] += $10
}
function median(name, i,    k, j, t, v) {
	for (k = 1; k <= n[name]; k++) v[k] = at[name, i, k] + 0
	for (k = 1; k <= n[name]; k++)
		for (j = k + 1; j <= n[name]; j++)
			if (v[j] < v[k]) { t = v[k]; v[k] = v[j]; v[j] = t }
	return v[int((n[name] + 1) / 2)]
}
function line(name, text) {
	printf "%-44s %8.0f %7.1f %7.1f %10.1f %9.0f %6d\n", text, median(name, 4), median(name, 5) / 1000,
		median(name, 6) / 1000, median(name, 7), median(name, 8), bad[name]
}
function ratio(a, b,    k, r) { # of the same round, so that both met the same machine
	for (k = 1; k <= n[a]; k++) at["ratio", 4, k] = at[a, 4, k] / at[b, 4, k]
	n["ratio"] = n[a]
	return median("ratio", 4)
}
function claim(text, got, wanted) {
	printf "%-60s %8.2f  (at least %s) %s\n", text, got, wanted, (got >= wanted ? "holds" : "DOES NOT HOLD")
	if (got < wanted) failed = 1
}
END {
	printf "%-44s %8s %7s %7s %10s %9s %6s\n", "64 clients, medians of " n["writes"], "a second",
		"p50 ms", "p99 ms", "a commit", "us CPU", "not ok"
	line("writes", "audited writes over HTTP")
	if (engine == "sqlite") line("bare_64", "bare SQLite, the same rows, 64 a transaction")
	line("slow_sync", "audited writes, a sync 3 ms slower")
	line("slow_sync_alone", "the same, one commit a write")
	line("reads", "audited reads over HTTP")
	print "bare libmicrohttpd: " bare_http
	print ""
	if (engine == "sqlite") claim("writes over HTTP, of the bare program", ratio("writes", "bare_64"), 0.5)
	claim("writes a commit", median("writes", 7), 16)
	claim("writes a commit, a sync 3 ms slower", median("slow_sync", 7), 16)
	claim("times one commit a write, a sync 3 ms slower", ratio("slow_sync", "slow_sync_alone"), 8)
	for (name in bad) if (bad[name] > 0) { print "answers that were not good: " name; failed = 1 }
	exit failed
}' "$csv"
