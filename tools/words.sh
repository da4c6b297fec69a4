#!/usr/bin/env bash
# tools/words.sh: the words that docs/language.md refuses ("Refused everywhere"), looked for in code,
# comments, docs, model, sample data and tests. Whole words, any case. Paths under "Where they may
# stand" in the same file are not looked at; a line that must quote one says "words-ok: reason".
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

column() { # the first cell of each row of the table under a heading of docs/language.md
	awk -v heading="## $1" '
		$0 == heading { on = 1; next }
		/^## / { on = 0 }
		on && /^\| / && !/^\| *-/ && ++row > 1 { split($0, cell, "|"); gsub(/^ +| +$|`/, "", cell[2]); print cell[2] }
	' docs/language.md
}
files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -z --cached --others --exclude-standard
	else
		find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f -printf '%P\0'
	fi
}

words=$(mktemp)
trap 'rm -f "$words"' EXIT
column "Refused everywhere" >"$words"
exempt=$(column "Where they may stand" | sed 's/[.]/\\./g; s/\*\*/\n/g; s/\*/[^\/]*/g; s/\n/.*/g' | paste -sd'|')
[ -s "$words" ] && [ -n "$exempt" ] || { echo "words: cannot read the tables of docs/language.md" >&2; exit 1; }

hits=$(files | grep -zvE "^($exempt)\$" |
	xargs -0 -r grep -sHnIiwF -f "$words" -- | grep -v 'words-ok:' | cut -c1-160 || :)
if [ -n "$hits" ]; then
	printf '%s\n' "$hits"
	echo "words: $(printf '%s\n' "$hits" | wc -l) lines use words that docs/language.md refuses; it says what to write instead"
	exit 1
fi
echo "words: $(wc -l <"$words") words, none found"
