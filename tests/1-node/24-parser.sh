#!/usr/bin/env bash
# Files of others are read by a process that has nothing: what it holds while it works, and what
# becomes of the job and the node when it crashes.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

rows=20000
awk -v n=$rows 'BEGIN {
	print "prs_FirstName,prs_SecondName,hte_Type,hte_Description"
	for (i = 1; i <= n; i++) printf "Given%d,Family%d,Transit,Row %d was told of\n", i % 900, i, i
}' >"$work/rows.csv"

story "An import runs; the node has a child that reads the file"
node_init
node_start
same "Landlock is told of" "$(L node status --json | jq -r '.parser_landlock | type')" number
L record import "$work/rows.csv" >"$work/import.out" 2>&1 &
parser=
for _ in $(seq 400); do
	# Not before it is shut in: Seccomp 2 means a filter.
	for child in $(cat "/proc/$node_pid/task/"*/children 2>/dev/null); do
		! grep -qsa 'keys' "/proc/$child/cmdline" || continue # the key process
		! grep -qsa 'parse' "/proc/$child/cmdline" || ! grep -qs '^Seccomp:[[:space:]]*2' "/proc/$child/status" || parser=$child
	done
	[ -z "$parser" ] || break
	sleep 0.01
done
[ -n "$parser" ] || wrong "no parser process was seen"

story "It has no right to more, no environment, no file, no core"
kill -STOP "$parser"
status=$(cat "/proc/$parser/status")
has "$status" "NoNewPrivs:	1"
has "$status" "Seccomp:	2"
limits=$(cat "/proc/$parser/limits" 2>/dev/null || true)
if [ -n "$limits" ]; then
	has "$limits" "Max core file size        0 "
	has "$limits" "Max open files            0 "
fi
# A sanitizer maps all there is, and writes its report to standard error.
sanitized=$(grep -qaE '__[at]san_init' "$liaison" && echo yes || true)
[ -z "$limits" ] || [ -n "$sanitized" ] || has "$limits" "Max address space         1073741824 "
# Only root may look into a process that may not be dumped.
if [ "$(id -u)" = 0 ]; then
	[ -n "$sanitized" ] || same "descriptors" "$(ls "/proc/$parser/fd")" 0
	has "$(readlink "/proc/$parser/fd/0")" socket:
	same "environment" "$(wc -c <"/proc/$parser/environ")" 0
	same "maps of the key file or database" "$(grep -c "$node" "/proc/$parser/maps" || true)" 0
fi

story "It crashes: the job fails and names the part, the node answers"
kill -CONT "$parser"
kill -SEGV "$parser"
job=$(L job list --json | jq -r '.. | select(.kind? == "import") | .id')
for _ in $(seq 600); do
	state=$(L job show "$job" --json)
	[ "$(jq -r .state <<<"$state")" = running ] || [ "$(jq -r .state <<<"$state")" = queued ] || break
	sleep 0.1
done
same state "$(jq -r .state <<<"$state")" failed
has "$(jq -c . <<<"$state")" "the parser of HTCDS files crashed"
same healthz "$(curl -s "$url/healthz" | jq -r .status)" ok
has "$(cat "$work/node.log")" "the parser of HTCDS files crashed"
hasnt "$(cat "$work/node.log")" "Family"

story "What was in stays, and the job goes on when somebody says so"
taken=$(jq .done <<<"$state")
[ "$taken" -lt $rows ] || wrong "the parser was done before it crashed"
expect_exit 0 L job resume "$job"
for _ in $(seq 900); do
	state=$(L job show "$job" --json)
	[ "$(jq -r .state <<<"$state")" != done ] || break
	sleep 0.1
done
same rows "$(jq -c '[.state, .result.taken]' <<<"$state")" "[\"done\",$rows]"
node_stop

story "A person at a terminal is told that this is not for them"
expect_exit 2 "$liaison" node parse </dev/null
has "$said" "a node starts this for itself"
