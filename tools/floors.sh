#!/usr/bin/env bash
# tools/floors.sh: an include may only point down the floors; two folders of one floor do not include
# each other; nor do two features of one area (they speak through rows and events). base/test.h is for
# *_test.c and the set-ups they share (test_*.h) alone. Ends with the files that grew long: a report, no refusal.
set -eu
cd "$(dirname "$0")/.."

# The table of docs in one place more: a folder that is not here is refused, so it cannot go stale.
table='base 0
text 1
format 1
seal 1
store 2
net 2
model 3
audit 3
deadline 3
parse 4
policy 4
record 5
serve 6
exchange 7
match 7
link 7
prove 7
protect 7
respond 7
oversee 7
node 8'

find src \( -name '*.c' -o -name '*.h' \) | LC_ALL=C sort | awk -v table="$table" '
	function refuse(why) { printf "%s:%d: %s\n", file, line, why; bad++ }
	function floor_of(path,   part) {
		split(path, part, "/")
		return part[1]
	}
	function feature_of(path,   part, n) { # match/screening/screen.h -> screening; match/match.h -> ""
		n = split(path, part, "/")
		return n > 2 ? part[2] : ""
	}
	function check(from, to,   a, b) {
		if (to !~ /\//) { refuse("name \"" to "\" by its path from src/"); return }
		if (to ~ /\.\./) { refuse("\"" to "\" climbs; name it by its path from src/"); return }
		a = floor_of(from); b = floor_of(to)
		if (!(b in at)) { refuse("\"" to "\": no floor is called " b); return }
		if (to == "base/test.h" && from !~ /(_test\.c|\/test_[a-z_]*\.h)$/) refuse("base/test.h is for *_test.c and test_*.h alone")
		if (at[b] > at[a]) refuse("\"" to "\" goes up: " a " (floor " at[a] ") may not know " b " (floor " at[b] ")")
		else if (at[b] == at[a] && a != b) refuse("\"" to "\" goes sideways: " a " and " b " share floor " at[a])
		else if (at[a] == 7 && feature_of(from) != "" && feature_of(to) != "" && feature_of(from) != feature_of(to))
			refuse("\"" to "\" goes sideways: feature " a "/" feature_of(from) " may not know " b "/" feature_of(to))
	}
	BEGIN {
		n = split(table, row, "\n")
		for (i = 1; i <= n; i++) { split(row[i], cell, " "); at[cell[1]] = cell[2] }
	}
	{
		file = $0; from = substr(file, 5); line = 0; files++
		if (!(floor_of(from) in at)) { refuse("src/" floor_of(from) " is on no floor; add it to the table"); next }
		while ((getline text < file) > 0) {
			line++
			if (match(text, /^[ \t]*#[ \t]*include[ \t]*"[^"]*"/)) {
				sub(/^[^"]*"/, "", text); sub(/".*/, "", text)
				check(from, text); includes++
			}
		}
		close(file)
		if (line > 400) long = long sprintf("\t%5d %s\n", line, file)
	}
	END {
		if (long != "") printf "long files (over 400 lines; can somebody hold them in mind?):\n%s", long
		printf "floors: %d includes in %d files, %d refused\n", includes, files, bad
		exit bad > 0
	}'
