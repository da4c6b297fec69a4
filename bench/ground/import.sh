#!/usr/bin/env bash
# Import of HTCDS rows against what SQLite itself needs for the same file: the shell's .import
# into a table of one column a field, and as many random 16-byte keys in a table of their own as
# our run wrote rows into its blind index. Both run in the same minute, on the same disk, in WAL
# mode with full syncs. Prints rows, records, seconds, ratio and the most memory either held.
#	bench/ground/import.sh [ROWS]        BUILD=build/release names the build
set -eu
rows=${1:-100000}
build=${BUILD:-build/release}
liaison=$build/liaison
work=$(mktemp -d "${TMPDIR:-/tmp}/liaison-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$build/bench/bench_ground_rows" "$rows" "$work/rows.csv"
"$build/bench/bench_ground_rows" $((rows / 10)) "$work/tenth.csv"

ours() { # ours NODE FILE: seconds and KiB into $work/time
	"$liaison" node init --node "$1" --name "Bench" --kind police --login mira --roles analyst,supervisor >/dev/null 2>&1
	/usr/bin/time -o "$work/time" -f "%e %M" "$liaison" record import "$2" --node "$1" --purpose investigation --json >"$work/job.json"
}
ours "$work/small" "$work/tenth.csv"
read -r _ small_kib <"$work/time"
ours "$work/node" "$work/rows.csv"
read -r our_s our_kib <"$work/time"
records=$(jq .result.records "$work/job.json")
[ "$(jq .result.taken "$work/job.json")" = "$rows" ] || { echo "not all rows went in"; exit 1; }
keys=$(sqlite3 "$work/node/node.db" 'SELECT COUNT(*) FROM record_token')

/usr/bin/time -o "$work/time" -f "%e %M" sqlite3 "$work/ground.db" >/dev/null <<SQL
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
.mode csv
.import $work/rows.csv t
CREATE TABLE k (key BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID;
INSERT INTO k SELECT randomblob(16) FROM generate_series(1, $keys);
SQL
read -r ground_s ground_kib <"$work/time"

echo "rows $rows, records $records, index rows $keys, file $(stat -c %s "$work/rows.csv") bytes"
echo "liaison record import: $our_s s, $(awk "BEGIN { printf \"%.0f\", $rows / $our_s }") rows/s, $our_kib KiB at most (a tenth of the rows: $small_kib KiB)"
echo "sqlite3 .import + keys: $ground_s s, $ground_kib KiB"
awk "BEGIN { r = $our_s / $ground_s; printf \"ratio %.2f (at most 6)\n\", r; exit r > 6 }"
