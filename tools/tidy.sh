#!/usr/bin/env bash
# tools/tidy.sh [FILE...]: clang-tidy 14 with .clang-tidy over the compile commands of build/dev.
# Tests and fuzz targets trust their own data, and are left out.
set -eu
cd "$(dirname "$0")/.."
tools/build.sh dev generated >/dev/null
list=$(mktemp)
trap 'rm -f "$list"' EXIT
if [ $# -gt 0 ]; then printf '%s\n' "$@"; else find src -name '*.c' ! -name '*_fuzz.c' ! -name '*_test.c' | sort; fi >"$list"
if ! out=$(xargs -r -P2 -n4 clang-tidy-14 --quiet -p build/dev <"$list" 2>/dev/null); then
	printf '%s\n' "$out" | grep -E 'warning:|error:' | sort -u | head -n 60
	echo "tidy: see above; one file alone: tools/tidy.sh FILE"
	exit 1
fi
echo "tidy: $(wc -l <"$list") files"
