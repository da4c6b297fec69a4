#!/usr/bin/env bash
# The main job on invented data, by itself: each step of the demonstration holds, within two
# minutes, and nothing is left behind in the folder it was called from.
set -eu
. "$(dirname "$0")/../lib.sh"

mkdir "$work/here"
cd "$work/here"
story "liaison demo run --check"
expect_exit 0 timeout 120 env TMPDIR="$work" "$liaison" demo run --check
echo "$said"
for step in "12 of the 12 listed people" "the case is" "The log holds" "The export holds" " 0 do not"; do
	has "$said" "$step"
done
same "files left where it was called" "$(find . -type f | wc -l)" 0

story "Without --check the node stays up, and the last lines can be typed as they stand"
env TMPDIR="$work" "$liaison" demo run >"$work/demo.out" 2>&1 &
node_pid=$! # ended by the story's end if something fails
for _ in $(seq 600); do
	! grep -q '^Ctrl-C' "$work/demo.out" || break
	kill -0 $node_pid 2>/dev/null || wrong "the demo ended: $(tail -5 "$work/demo.out")"
	sleep 0.1
done
address=$(sed -n 's,^ *\(http://127.0.0.1:[0-9]*\)/api/v1/records/incident$,\1,p' "$work/demo.out")
[ -n "$address" ] || wrong "no address is told: $(tail -9 "$work/demo.out")"
TOKEN=$(sed -n 's/^ *TOKEN=//p' "$work/demo.out")
if command -v curl >/dev/null; then
	has "$(curl -s -H "Authorization: Bearer $TOKEN" -H 'Liaison-Purpose: investigation' "$address/api/v1/records/incident")" '"items":'
fi
node_stop
same "files left behind" "$(find "$work" -path "$work/here" -prune -o -name node.db -print | wc -l)" 0
