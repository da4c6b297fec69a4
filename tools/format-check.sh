#!/usr/bin/env bash
# tools/format-check.sh [--write]: all C files as .clang-format has them.
set -eu
cd "$(dirname "$0")/.."
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find src tests tools bench -path '*/node_modules' -prune -o -path tests/corpus -prune -o \
	\( -name '*.c' -o -name '*.h' \) -print0 >"$list"
if [ "${1:-}" = --write ]; then
	xargs -0 -r clang-format-14 -i <"$list"
	exit 0
fi
wrong=$(xargs -0 -r clang-format-14 --dry-run 2>&1 <"$list" |
	sed -n 's/^\([^:]*\):\([0-9]*\):.*-Wclang-format.*/\1:\2/p' |
	awk -F: '!seen[$1]++ { print "	" $1 ":" $2 }' | sort)
if [ -n "$wrong" ]; then
	printf '%s\n' "$wrong"
	echo "format-check: $(printf '%s\n' "$wrong" | wc -l) files differ from .clang-format (first line each); make format writes them"
	exit 1
fi
echo "format-check: $(tr -cd '\0' <"$list" | wc -c) files"
