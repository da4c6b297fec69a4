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
