#!/usr/bin/env bash
# bench/audit/write.sh: measure a long log on both engines (run.sh) and write docs/performance-audit.md
# and .csv. With KEEP=1 nothing is measured: the page is made of the CSV that is there.
set -eu
cd "$(dirname "$0")/../.."
csv=docs/performance-audit.csv
if [ "${KEEP:-}" != 1 ]; then
	rm -f "$csv"
	export LIAISON_CSV="$PWD/$csv"
	bench/audit/run.sh || true
	LIAISON_TEST_ENGINE=postgres tests/postgres.sh bench/audit/run.sh || true
	{
		echo "# commit $(git rev-parse --short=12 HEAD)$(git diff --quiet HEAD -- src bench || echo ' and changes')"
		echo "# date $(date -u +%Y-%m-%d)"
		echo "# machine $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r | cut -d- -f1)"
		echo "# load $(cut -d' ' -f1-3 /proc/loadavg) (other programs ran beside; more than the processors means that they waited for each other)"
	} >>"$csv"
fi
note() { sed -n "s/^# $1 //p" "$csv"; }
value() { awk -F, -v e="$engine" -v m="$1" '$1 == e && $3 == m { v = $4 } END { print v }' "$csv"; }
line() { # line TEXT MEASURE
	[ -n "$(value "$2.wall_s")" ] || return 0
	printf '| %s | %.2f | %.2f | %.1f (%.1f) | %.2f | %.1f |\n' "$1" "$(value "$2.wall_s")" "$(value "$2.cpu_s")" \
		"$(value "$2.peak_mib")" "$(value "$2.before_mib")" "$(value "$2.command_cpu_s")" "$(value "$2.command_peak_mib")"
}
{
	echo "# What a long log costs to read"
	echo
	echo "Made by \`make performance-audit\` (\`bench/audit/run.sh\`) from [performance-audit.csv](performance-audit.csv); do not edit."
	echo
	echo "Commit $(note commit), $(note date), $(note machine). Load averages at the end: $(note load)."
	echo "One run, on a running node. CPU time is that of the node and of its key process, without PostgreSQL's own;"
	echo "memory is the most that the node held during it, and in brackets what it held before. The command is"
	echo "what a person typed; \`audit verify --export\` asks no node."
	for engine in sqlite postgres; do
		grep -q "^$engine," "$csv" || continue
		echo
		case $engine in sqlite) echo "## SQLite" ;; *) echo "## PostgreSQL, over its socket on the same machine" ;; esac
		echo
		echo "$(value leaves) leaves, $(value records) records."
		echo
		echo "| | seconds | node CPU, s | node memory, MiB | command CPU, s | command memory, MiB |"
		echo "|---|---:|---:|---:|---:|---:|"
		line "audit verify" verify
		line "audit verify --open" open
		line "audit export ($(value export.bytes | awk '{ printf "%.0f MiB", $1 / 1048576 }'))" export
		line "audit verify --export" export_verify
		line "audit search by actor, the newest 100" search
		line "audit prove, a leaf in the middle" prove
		echo
		echo "| writes by 64 clients | a second | p99 ms |"
		echo "|---|---:|---:|"
		printf '| alone | %.0f | %.1f |\n' "$(value writes_alone.a_second)" "$(value writes_alone.p99_ms)"
		printf '| while the log is verified | %.0f | %.1f |\n' "$(value writes_beside.a_second)" "$(value writes_beside.p99_ms)"
		echo
		[ -z "$(value wal.grown_mib)" ] || echo "The WAL grew by $(value wal.grown_mib) MiB meanwhile."
		[ -z "$(value left.cpu_ms_in_2_s)" ] || echo "A second after a verification's command was ended the node used $(value left.cpu_ms_in_2_s) ms of CPU in 2 s; told to end amid one, it ended in $(value ended.wall_ms) ms."
	done
} >docs/performance-audit.md
echo "docs/performance-audit.md and .csv are written"
