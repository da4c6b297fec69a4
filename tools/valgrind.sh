#!/usr/bin/env bash
# tools/valgrind.sh [NAME...]: the unit tests of build/dev (or those named) under memcheck: reads of
# what was never written, use after free, memory nobody holds any more. It takes half an hour on two
# cores, so `make long` runs it and .ci/run does not.
set -u
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo "valgrind is not installed (tools/setup.sh check)" >&2; exit 1; }
logs=build/valgrind
mkdir -p "$logs"
one() {
	name=$(basename "$1")
	# Only its own first process: what it starts (a server, a story's node) is another program.
	if valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
		--show-leak-kinds=definite --num-callers=25 "$1" >"$2/$name.log" 2>&1; then
		echo "ok    $name"
	elif [ $? = 77 ]; then
		echo "skip  $name: $(tail -n 1 "$2/$name.log")"
	else
		echo "FAIL  $name: $2/$name.log"
		exit 1
	fi
}
export -f one
export LIAISON_UNDER_VALGRIND=1
if [ $# -gt 0 ]; then tests=("$@"); else tests=(build/dev/*_test); fi
printf '%s\n' "${tests[@]}" | xargs -P "$(nproc)" -I{} bash -c 'one "$1" '"$logs" _ {} && echo "valgrind: ${#tests[@]} programs, nothing found"
