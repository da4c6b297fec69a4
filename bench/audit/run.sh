#!/usr/bin/env bash
# bench/audit/run.sh: what a long log costs to read: verified without and with each body opened, exported,
# the export verified, searched, proven, on a running node; and what becomes of writes meanwhile.
# On PostgreSQL: LIAISON_TEST_ENGINE=postgres tests/postgres.sh bench/audit/run.sh
#	LIAISON_LEAVES (1000000) in the log, LIAISON_ROWS (20000) of HTCDS imported, five records each
#	LIAISON_CSV keeps each value: engine,round,measure,value,unit (write.sh makes docs/performance-audit.md)
# CPU time is the node's and its key process's; PostgreSQL's own is not counted. Memory is the most that the
# node held (VmHWM), set back before each measure, beside what it held before.
set -eu
cd "$(dirname "$0")/../.."
: "${LIAISON_BUILD:=$PWD/build/release}"
. tests/lib.sh
need jq script
leaves=${LIAISON_LEAVES:-1000000}
rows=${LIAISON_ROWS:-20000}
seconds=${LIAISON_SECONDS:-6}
programs=$LIAISON_BUILD/bench
csv=${LIAISON_CSV:-$work/audit.csv}
engine=${LIAISON_TEST_ENGINE:-sqlite}
round=1
for program in audit_fill ground_client ground_rows; do
	[ -x "$programs/bench_$program" ] || { echo "build it first: bench_$program"; exit 77; }
done
[ -s "$csv" ] || echo "engine,round,measure,value,unit" >"$csv"
put() { echo "$engine,$round,$1,$2,$3" >>"$csv"; } # put MEASURE VALUE UNIT

cpu_ms() { # of the node and of its key process
	for pid in $node_pid $(pgrep -P "$node_pid"); do
		awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) * 1000 / hz }' "/proc/$pid/stat"
	done | awk '{ s += $1 } END { printf "%.0f\n", s }'
}
peak_kib() { awk '/^VmHWM/ { print $2 }' "/proc/$node_pid/status"; }
held_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$node_pid/status"; }
now_ms() { date +%s%3N; }
measure() { # measure NAME COMMAND...: its standard output goes to $work/out
	name=$1
	shift
	echo 5 >"/proc/$node_pid/clear_refs"
	before=$(held_kib)
	cpu=$(cpu_ms)
	start=$(now_ms)
	/usr/bin/time -o "$work/time" -f "%U %S %M" "$@" >"$work/out" || wrong "$name failed"
	put "$name.wall_s" "$(echo "$(now_ms) $start" | awk '{ printf "%.3f", ($1 - $2) / 1000 }')" s
	put "$name.cpu_s" "$(echo "$(cpu_ms) $cpu" | awk '{ printf "%.2f", ($1 - $2) / 1000 }')" s
	put "$name.peak_mib" "$(echo "$(peak_kib)" | awk '{ printf "%.1f", $1 / 1024 }')" MiB
	put "$name.before_mib" "$(echo "$before" | awk '{ printf "%.1f", $1 / 1024 }')" MiB
	read -r user sys kib <"$work/time"
	put "$name.command_cpu_s" "$(echo "$user $sys" | awk '{ print $1 + $2 }')" s
	put "$name.command_peak_mib" "$(echo "$kib" | awk '{ printf "%.1f", $1 / 1024 }')" MiB
}
# What a person may have of heavy work in a while is remembered by the process.
begin_anew() {
	node_stop
	node_start
}
writes() { # writes NAME: 64 clients that are kept alive
	"$programs/bench_ground_client" "$port" "$seconds" 64 "$node_pid" "$1" write |
		awk -F, -v head="$engine,$round,$1" '{ printf "%s.a_second,%s,1/s\n%s.p99_ms,%.1f,ms\n", head, $4, head, $6 / 1000 }' >>"$csv"
}

story "A node with $((rows * 5)) records and $leaves leaves"
node_init
echo 'opens_a_minute: 0' >>"$node/liaison.yaml"
admin=(--purpose administration)
"$programs/bench_ground_rows" "$rows" "$work/rows.csv"
L record import "$work/rows.csv" --purpose investigation >/dev/null 2>&1
store=$(store_url)
"$programs/bench_audit_fill" "$node" "$leaves" ${store:+"$store"}
L node accept-log --reason "the bench made its log longer by itself" >/dev/null
L audit checkpoint "${admin[@]}" >/dev/null
node_start
LIAISON_TOKEN=$(L user token --purposes investigation,administration 2>/dev/null)
export LIAISON_TOKEN
login=$(L user list "${admin[@]}" --json | jq -r '.items[0].login')

story "Verified, opened, exported, searched, proven"
liaison_on() { "$liaison" --node "$node" "$@" "${admin[@]}"; }
measure verify "$liaison" audit verify --node "$node" "${admin[@]}"
put leaves "$(sed -n 's/^The log holds: \([0-9]*\) leaves.*/\1/p' "$work/out")" count
put records "$(sed -n 's/.*; \([0-9]*\) records and.*/\1/p' "$work/out")" count
begin_anew
measure open "$liaison" audit verify --open --node "$node" "${admin[@]}"
begin_anew
measure search "$liaison" audit search --actor "$login" --limit 100 --node "$node" "${admin[@]}"
measure prove "$liaison" audit prove $((leaves / 2)) --node "$node" "${admin[@]}"
measure export "$liaison" audit export --node "$node" "${admin[@]}"
mv "$work/out" "$work/export"
put export.bytes "$(stat -c %s "$work/export")" bytes
measure export_verify "$liaison" audit verify --export "$work/export" --vkey "$(liaison_on audit vkey)"

begin_anew
story "Writes, alone and while the log is verified"
writes writes_alone
liaison_on audit verify >"$work/beside" &
verifying=$!
sleep 1
wal=$(stat -c %s "$node/node.db-wal" 2>/dev/null || echo 0)
writes writes_beside
kill -0 "$verifying" 2>/dev/null && put writes_beside.verified_to_the_end 0 switch || put writes_beside.verified_to_the_end 1 switch
[ "$engine" != sqlite ] || put wal.grown_mib "$(echo "$(stat -c %s "$node/node.db-wal") $wal" | awk '{ printf "%.0f", ($1 - $2) / 1048576 }')" MiB
wait "$verifying" || wrong "the verification beside writes failed: $(cat "$work/beside")"

begin_anew
story "A verification whose command is ended; a node that is told to end"
timeout 2 "$liaison" audit verify --node "$node" "${admin[@]}" >/dev/null 2>&1 && wrong "it was done before it could be ended" || true
sleep 1
cpu=$(cpu_ms)
sleep 2
put left.cpu_ms_in_2_s "$(echo "$(cpu_ms) $cpu" | awk '{ print $1 - $2 }')" ms
liaison_on audit verify >/dev/null 2>&1 &
verifying=$!
sleep 2
start=$(now_ms)
node_stop
put ended.wall_ms "$(($(now_ms) - start))" ms
wait "$verifying" && wrong "it verified beside a node that ended" || true
column -s, -t "$csv" 2>/dev/null || cat "$csv"
