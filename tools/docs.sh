#!/usr/bin/env bash
# tools/docs.sh: what the documents name is there. In README.md, ARCHITECTURE.md, CONTRIBUTING.md, docs/
# and each feature.md, of what stands in `backticks` outside blocks of code:
#   a file or folder            stands in the repository, under any folder (`record/load.c`, `load.c`)
#   `file.c` `name`             that file has that word
#   a_name, A_NAME              is a word of the code; with four underscores or more, a test's function
#   `liaison noun verb --x`     is a command of the tables, and some command or setting has the option
#   `GET /api/v1/x`             is a route of the tables
#   `make x`                    is a target
# The same of commands that stand in blocks of code. Links lead to files and headings; each rule of docs/rights.md names a test; so do comments of the
# code that end (name_of_a_test). Words in capitals alone (DIR, NAME) and `x.c` stand for others.
# What a page invents for an example, or names from elsewhere, it says itself: <!-- not here: WORD... -->;
# what has one of these words in it is not looked for in that page.
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C

files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard
	else
		find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f -printf '%P\n'
	fi
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files | sort >"$work/files"
# Two pages are made from the model, and a test compares them.
grep -E '^(README|ARCHITECTURE|CONTRIBUTING)\.md$|^docs/.*\.md$|^src/.*\.md$' "$work/files" |
	grep -vE '^docs/(model|retention)\.md$' >"$work/documents"
grep -E '^(src|tests|bench|tools|cmake|model|packaging)/|^Makefile$|^CMake|^\.ci/' "$work/files" |
	grep -vE '^tests/corpus/|\.md$|^tools/docs\.sh$' >"$work/code"
read_code() { xargs -a "$work/code" -d '\n' grep -shaoE "$@" || :; }
read_code '[A-Za-z_][A-Za-z0-9_]*' -- | sort -u >"$work/words"
grep -E '^(src|tests)/.*\.[ch]$' "$work/code" | xargs -d '\n' grep -shoE '^[a-z0-9_]+\((void \*\*|struct world \*|$)' |
	sed 's/(.*//' | sort -u >"$work/tests"
read_code '"[a-z][a-z0-9-]*"' -- | tr -d '"' | sort -u >"$work/strings"
grep -E '^src/.*\.c$' "$work/code" | xargs -d '\n' grep -shoE '\{ *"[a-z]+", *"[a-z-]+", *"' |
	sed -E 's/\{ *"([a-z]+)", *"([a-z-]+)".*/\1 \2/' | sort -u >"$work/commands"
grep -E '^src/.*\.c$' "$work/code" | xargs -d '\n' grep -shoE '"(GET|POST|PUT|PATCH|DELETE)", *"/[^"]*"' |
	sed -E 's/"([A-Z]+)", *"([^"]*)"/\1 \2/; s/\{[^}]*\}/{}/g' | sort -u >"$work/routes"
echo "node parse" >>"$work/commands" # of no table: main.c starts it by itself
sed -nE 's/^([a-z][a-z -]*):.*/\1/p' Makefile | tr ' ' '\n' | sort -u >"$work/targets"

: >"$work/pairs"
xargs -a "$work/documents" -d '\n' awk -v dir="$work" '
	function refuse(why) { printf "%s:%d: %s\n", name, at, why; bad++ }
	function load(name, set,   text) { while ((getline text < (dir "/" name)) > 0) set[text] = 1; close(dir "/" name) }
	function add_path(path,   n, part, i, tail, stem) {
		n = split(path, part, "/")
		tail = part[n]
		paths[tail] = 1
		for (i = n - 1; i > 0; i--) {
			tail = part[i] "/" tail
			paths[tail] = 1
		}
		stem = part[n]; sub(/\..*/, "", stem); words[stem] = 1
		# What the build makes of a test or a fuzz target: node_openapi_test of node/openapi_test.c.
		if (stem ~ /_(test|fuzz)$/) {
			sub(/\..*/, "", path); sub(/^src\//, "", path); gsub(/\//, "_", path)
			words[path] = 1
		}
	}
	function add_file(path,   n, part, i) {
		all[++count] = path
		add_path(path)
		if (path ~ /\.sh$/) { sub(/\.sh$/, "", path); add_path(path) }
		n = split(path, part, "/"); path = ""
		for (i = 1; i < n; i++) {
			path = path (i > 1 ? "/" : "") part[i]
			if (!(path in folder)) { folder[path] = 1; tops[part[i]] = 1; add_path(path) }
		}
	}
	function there(path,   pattern, i) {
		sub(/\/$/, "", path)
		if (path !~ /\*/) return path in paths
		pattern = path; gsub(/\./, "[.]", pattern); gsub(/\*/, "[^/]*", pattern); pattern = "(^|/)" pattern "$"
		for (i = 1; i <= count; i++) if (all[i] ~ pattern) return 1
		return 0
	}
	function is_path(s,   first) {
		if (s !~ /^[A-Za-z0-9_.*\/-]+$/ || s ~ /^[.\/*-]/ && s !~ /^\.ci\// || s ~ /\.\./) return 0
		if (s ~ /(^|\/)(x|NAME|DIR|LANG|LIST|TYPE|AREA|FLOOR|FEATURE|N-area|NN-name)(_[a-z]+)?([.\/]|$)/ || s ~ /(^|[\/_])[A-Z]+([\/._-]|$)/ && s !~ /^(README|ARCHITECTURE|CONTRIBUTING|NOTICE|LICENSE|SOURCES)/ && s !~ /codes\/SOURCES/) return 0
		if (s ~ /^((liaison|overlay)\.yaml|node\.db|erased\.liaison|keys\.[a-z]+|recovery\.[a-z]+|liaison(-2)?\.sock)$/) return 0
		if (s ~ /\.(c|h|sh|sql|md|yaml|csv|js|py|cmake|svg|cfg)$/) return 1
		first = s; sub(/\/.*/, "", first)
		return s ~ /\/./ && (first in tops)
	}
	function check_route(s,   method, prefix, one) {
		method = ""
		if (s ~ /^[A-Z]+ /) { method = s; sub(/ .*/, "", method); sub(/^[A-Z]+ /, "", s) }
		sub(/[?].*/, "", s); gsub(/\{[^}]*\}/, "{}", s); gsub(/ID/, "{}", s)
		prefix = s ~ /\.\.\.$/; sub(/\.\.\.$/, "", s)
		for (one in routes) {
			if (method != "" && index(one, method " ") != 1) continue
			sub(/^[A-Z]+ /, "", one)
			if (one == s || prefix && index(one, s) == 1) return
			sub(/records\/[a-z]+/, "records/{}", s)
			if (one == s) return
		}
		refuse("no route is " (method == "" ? "" : method " ") s)
	}
	function check_command(s,   n, word, i, noun, k, verb, m) {
		sub(/^liaison /, "", s)
		gsub(/, /, "|", s)
		n = split(s, word, " ")
		noun = word[1]
		if (word[2] ~ /^[a-z]/ && word[2] !~ /_/) {
			m = split(word[2], verb, "|")
			for (k = 1; k <= m; k++)
				if (!((noun " " verb[k]) in commands)) refuse("no command is liaison " noun " " verb[k])
		}
		for (i = 2; i <= n; i++) if (word[i] ~ /^--[a-z]/) check_option(word[i])
	}
	function check_option(s) {
		sub(/^--/, "", s); sub(/[^a-z0-9-].*/, "", s)
		if (!(s in strings)) refuse("nothing takes an option --" s)
	}
	function check(s, before,   n, word, i, marks) {
		for (i = 1; i <= elsewhere; i++) if (index(s, elsewhere_word[i]) > 0) return
		n = split(s, word, " ")
		if (word[1] == "make") {
			for (i = 2; i <= n && word[i] ~ /^[a-z-]+$/; i++)
				if (!(word[i] in targets)) refuse("the Makefile has no target " word[i])
		} else if (s ~ /^([A-Z]+ )?\/(api\/|healthz|metrics)/)
			check_route(s)
		else if ((word[1] == "liaison" && word[2] ~ /^[a-z]/ && word[2] != "help") || (n > 1 && (word[1] in nouns) && word[2] ~ /^[a-z-]/))
			check_command(s)
		else if (s ~ /^--[a-z]/)
			check_option(s)
		else for (i = 1; i <= n; i++) {
			if (is_path(word[i])) { if (!there(word[i])) refuse("nothing is called " word[i]) }
			else if (n == 1 && s ~ /^[a-z][a-z0-9]*(_[a-z0-9]+)+(\(\))?$/) {
				sub(/\(\)$/, "", s)
				marks = gsub(/_/, "_", s)
				if (marks >= 4 && !(s in tests)) refuse("no test is called " s)
				else if (!(s in words)) refuse("no code has the word " s)
				else if (before ~ /\.[ch]$/ && is_path(before) && marks < 4) print name ":" at "\t" before "\t" s >(dir "/pairs")
			} else if (n == 1 && s ~ /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/ && s !~ /^NAME_/ && !(s in words))
				refuse("no code has the word " s)
		}
	}
	# A line of a block of code: what a person types, and the options that follow it.
	function typed(line,   s, word, n, i) {
		sub(/^[ \t]*(\$ )?/, "", line); sub(/ +#.*/, "", line)
		if (line ~ /^make( |$)/) check(line, "")
		if (line !~ /^liaison [a-z]/) return
		n = split(line, word, /[ \t]+/)
		s = "liaison " word[2] (word[3] ~ /^[a-z][a-z-]*$/ ? " " word[3] : "")
		for (i = 3; i <= n && word[i] !~ /^[|>&;]/; i++) if (word[i] ~ /^--[a-z]/) s = s " " word[i]
		check(s, "")
	}
	function flush(   n, part, i, before, gap, s) {
		n = split(text, part, "`")
		at = start
		for (i = 1; i <= n; i++) {
			if (i % 2 == 0) {
				s = part[i]; gsub(/\n[ \t|]*/, " ", s)
				gap = part[i - 1]
				check(s, gap == " " ? before : "")
				before = s
			}
			at += gsub(/\n/, "\n", part[i])
		}
		text = ""
	}
	BEGIN {
		while ((getline one < (dir "/files")) > 0) add_file(one)
		load("words", words); load("tests", tests); load("strings", strings)
		load("commands", commands); load("routes", routes); load("targets", targets)
		for (one in commands) { split(one, pair, " "); nouns[pair[1]] = 1 }
	}
	FNR == 1 { flush(); fenced = 0; elsewhere = 0; name = FILENAME }
	/^ *```/ { flush(); fenced = !fenced; next }
	/^<!-- not here: .* -->$/ { sub(/^<!-- not here: /, ""); sub(/ -->$/, ""); elsewhere = split($0, elsewhere_word, " "); next }
	fenced || /^(    |\t)/ { at = FNR; typed($0) }
	fenced { next }
	/^[ \t]*$/ || /^\|/ { flush() }
	{ if (text == "") start = FNR; spans += gsub(/`/, "`"); text = text (text == "" ? "" : "\n") $0 }
	END {
		flush()
		printf "%d\n", spans / 2 >(dir "/count")
		exit bad > 0
	}' >"$work/findings" || :

# `file.c` `name`: the word stands in a file of that name.
while IFS=$'\t' read -r where path word; do
	mapfile -t named < <(grep -E "(^|/)$(sed 's/[.]/[.]/g; s/\*/[^\/]*/g' <<<"$path")\$" "$work/files")
	grep -qw -- "$word" "${named[@]}" || echo "$where: $path has no $word"
done <"$work/pairs" >>"$work/findings"

# Each rule of docs/rights.md says by which test or story it is shown.
awk -F'|' '
	!/^\|/ { column = 0; next }
	column == 0 { column = $2 ~ /^ *rule *$/ && $5 ~ /^ *shown by *$/ ? 5 : -1; rows += column == 5; next }
	column == 5 && !/^\|[ -]*-/ && $column !~ /`[a-z0-9]+_[a-z0-9]+_[a-z0-9]+_[a-z0-9]+_[a-z0-9_]+`|`[0-9]-[a-z]+\/[0-9a-z-]+`/ {
		print FILENAME ":" FNR ": no test is named for this rule" }
	END { if (rows != 1) print FILENAME ": the table of rules was not found" }' docs/rights.md >>"$work/findings"

# A comment that names a test in brackets, at its end.
grep -E '^(src|tests)/.*\.c$' "$work/code" | xargs -d '\n' grep -sHoE '^[ /]\*.*\([a-z]+(_[a-z0-9]+){4,}\)\.?$' |
	sed -nE 's/^([^:]*):.*\((.*)\)\.?$/\1 \2/p' | while read -r file test; do
	grep -qx "$test" "$work/tests" || echo "$file: no test is called $test"
done >>"$work/findings"

# Links: [text](path#heading), as GitHub and GitLab name headings.
headings() { sed -nE '/^```/,/^```/d; s/^#+ +//p' "$1" | tr 'A-Z' 'a-z' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'; }
while IFS= read -r document; do
	sed '/^ *```/,/^ *```/d' "$document" | { grep -noE '\]\([^)]+\)' || :; } | while IFS=: read -r _ link; do
		link=${link#](} link=${link%)}
		case $link in http*://* | mailto:*) continue ;; esac
		path=${link%%#*}
		[ -n "$path" ] && path=$(dirname "$document")/$path || path=$document
		[ -e "$path" ] || { echo "$document: a link leads to $link, which is not there"; continue; }
		case $link in *'#'*) headings "$path" | grep -qx -- "${link#*#}" || echo "$document: $path has no heading ${link#*#}" ;; esac
	done
done <"$work/documents" >>"$work/findings"

if [ -s "$work/findings" ]; then
	cat "$work/findings"
	echo "docs: $(wc -l <"$work/findings") things named are not there"
	exit 1
fi
[ -s "$work/count" ] || { echo "docs: the documents were not read" >&2; exit 1; }
echo "docs: $(cat "$work/count") names in $(wc -l <"$work/documents") documents, each is there"
