#!/usr/bin/env bash
# tools/fuzz.sh [SECONDS]: each libFuzzer target of build/fuzz for that long, from its corpus in
# tests/corpus/TARGET. What it finds anew stays in build/fuzz/corpus; what makes it fail in
# build/fuzz/found, and one line says how to run that input again.
set -u
cd "$(dirname "$0")/.."
export seconds=${1:-5}
one() { # one TARGET
	name=$(basename "$1")
	seed=tests/corpus/$name
	new=build/fuzz/corpus/$name
	found=build/fuzz/found/$name-
	log=build/fuzz/$name.log
	mkdir -p "$new" build/fuzz/found
	if "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
		-artifact_prefix="$found" -print_final_stats=1 "$new" $([ -d "$seed" ] && echo "$seed") \
		>"$log" 2>&1 </dev/null; then
		awk -v name="$name" -v seed="$([ -d "$seed" ] && find "$seed" -type f | wc -l || echo 0)" '
			/number_of_executed_units/ { runs = $2 }
			END { printf "%-40s %6d seeds %9d runs\n", name, seed, runs }' "$log"
	else
		grep -E 'ERROR|SUMMARY|runtime error' "$log" | head -n 3
		echo "fuzz: $name failed (log: $log); again with: $1 $(ls -t "$found"* 2>/dev/null | head -n 1)"
		exit 1
	fi
}
export -f one
targets=(build/fuzz/*_fuzz)
[ -x "${targets[0]}" ] || { echo "fuzz: no target in build/fuzz" >&2; exit 1; }
# As many at once as there are cores: each has one thread.
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'one "$1"' _ {}
