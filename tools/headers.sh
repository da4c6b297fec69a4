#!/usr/bin/env bash
# tools/headers.sh: every header of src/ compiles alone, with gcc and with clang, and has its guard:
# src/store/db.h is guarded by STORE_DB_H.
set -eu
cd "$(dirname "$0")/.."
tools/build.sh dev generated >/dev/null
flags="-std=c17 -D_GNU_SOURCE -DLIAISON_VERSION=\"0\" -Isrc -fsyntax-only -x c -Wall -Wextra
	-Wconversion -Wshadow -Wstrict-prototypes -Werror -Ibuild/dev/gen"
flags="$flags $(pkg-config --cflags libmicrohttpd libsodium jansson sqlite3 icu-uc yaml-0.1 libxml-2.0 libpq libcurl)"
export flags
one() {
	header=${1#src/}
	bad=0
	guard=$(printf '%s' "$header" | tr 'a-z./-' 'A-Z___')
	if ! awk -v guard="$guard" '
		/^#ifndef/ && !opened { if ($2 == guard) opened = 1; else exit 1 }
		/^#define/ && opened == 1 { exit $2 == guard ? 0 : 1 }' "src/$header" ||
		! grep -q "^#ifndef $guard\$" "src/$header"; then
		echo "src/$header: the include guard must be $guard"
		bad=1
	fi
	for cc in gcc clang-14; do
		# shellcheck disable=SC2086 -- a list of words
		if ! out=$(printf '#include "%s"\n' "$header" | $cc $flags - 2>&1); then
			echo "src/$header: does not compile alone with $cc"
			printf '%s\n' "$out" | grep -E 'error|warning' | head -n 3
			bad=1
		fi
	done
	return $bad
}
export -f one
count=$(find src -name '*.h' | wc -l)
if ! find src -name '*.h' -print0 | sort -z | xargs -0 -n1 -P2 bash -c 'one "$0" || exit 1'; then
	echo "headers: not all of $count compile alone"
	exit 1
fi
echo "headers: $count compile alone, with gcc and clang"
