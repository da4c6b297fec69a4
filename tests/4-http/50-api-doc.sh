#!/usr/bin/env bash
# docs/api.md is true: its commands, in their order, on a node of their own, are answered as it says.
# A block ```sh is run; a block ```json or ```text after it is what comes back. JSON: each member shown
# is there with that value (others may be too), a list has as many items, unless its last is "...".
# Text: lines of the answer in this order, others between them; after an empty line, JSON as above.
# <id>, <time>, <text>, <number> stand for what differs each time; $name for the shell's variable.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl
doc=$PWD/docs/api.md

# Only what the document's commands cannot know: where the program is, and a database of this test's.
mkdir "$work/bin" "$work/blocks" "$work/here"
store=
[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || store=$(postgres_new)
cat >"$work/bin/liaison" <<SH
#!/bin/sh
if [ "\$1 \$2" = "node init" ] && [ -n "$store" ]; then exec "$liaison" "\$@" --store "$store"; fi
exec "$liaison" "\$@"
SH
chmod +x "$work/bin/liaison"
PATH=$work/bin:$PATH

# like WANTED GOT: two files of JSON. What differs is printed.
like() {
	jq -rn --slurpfile w "$1" --slurpfile g "$2" '
		def is($pattern): if type == "string" then test("^(?:" + $pattern + ")$"; "s") else false end;
		def at($path): $path | map(tostring) | join(".");
		def differ($w; $g; $path):
			if $w == "<id>" then select($g | is("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}") | not) | at($path)
			elif $w == "<time>" then select($g | is("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z") | not) | at($path)
			elif $w == "<text>" then select($g | is(".+") | not) | at($path)
			elif $w == "<number>" then select($g | type != "number") | at($path)
			elif ($w | type) == "object" and ($g | type) == "object" then
				$w | keys[] as $k | differ($w[$k]; $g[$k]; $path + [$k])
			elif ($w | type) == "array" and ($g | type) == "array" then
				(if $w[-1:] == ["..."] then $w[:-1] else $w end) as $items |
				(select($items == $w and ($w | length) != ($g | length)) | at($path) + ": not as many"),
				(range($items | length) as $i | differ($items[$i]; $g[$i]; $path + [$i]))
			else select($w != $g) | at($path) + ": is \($g), the document says \($w)" end;
		if ($w | length) != ($g | length) then "not one JSON text" else differ($w[0]; $g[0]; []) end'
}
filled() { # the document's block with variables of the shell in it
	text=$(cat "$1")
	while [[ $text =~ \$([a-z_]+) ]]; do
		name=${BASH_REMATCH[1]}
		text=${text//"\$$name"/"${!name}"}
	done
	printf '%s\n' "$text"
}
compare() { # compare WHERE KIND WANTED GOT
	filled "$3" >"$work/wanted"
	tr -d '\r' <"$4" >"$work/got"
	if [ "$2" = text ]; then
		# Lines, in order; both are cut at the first empty line when the document has one.
		while IFS= read -r line && [ -n "$line" ]; do
			pattern=$(sed -E 's/[][\.*^$+?(){}|]/\\&/g; s/<(id|time|text|number)>/.+/g' <<<"$line")
			at=$(grep -nxE -m1 -- "$pattern" "$work/got" | cut -d: -f1) || true
			[ -n "$at" ] || wrong "$1: \"$line\" did not come: $(cat "$4")"
			sed -i "1,${at}d" "$work/got"
		done <"$work/wanted"
		grep -q '^$' "$work/wanted" || return 0
		sed -i '0,/^$/d' "$work/wanted" "$work/got"
	fi
	jq . "$work/wanted" >/dev/null 2>&1 || wrong "$1: the document's block is no JSON"
	jq . "$work/got" >/dev/null 2>&1 || wrong "$1: no JSON came: $(cat "$4")"
	differs=$(like "$work/wanted" "$work/got")
	[ -z "$differs" ] || wrong "$1: $differs; it was: $(cat "$work/got")"
}

story "What judges the document refuses what is not so"
echo '{"a":["<id>","..."],"b":{"c":1}}' >"$work/w"
echo '{"a":["01a20000-0000-7000-8000-000000000000",2],"b":{"c":1,"d":2},"e":0}' >"$work/g"
same "an answer as it was said" "$(like "$work/w" "$work/g")" ""
for bad in '.a[0]="x"' '.b.c=2' 'del(.b)' '.a=[]' '.b=[]'; do
	jq "$bad" "$work/g" >"$work/g2"
	[ -n "$(like "$work/w" "$work/g2")" ] || wrong "$bad was taken for true"
done

story "Each command of docs/api.md, and what comes back"
awk -v dir="$work/blocks" '
	/^```(sh|json|text)$/ { kind = substr($0, 4); n++; file = sprintf("%s/%03d.%s", dir, n, kind); line = NR; inside = 1; printf "" >file; print line >(file ".line"); next }
	/^```/ { inside = 0; next }
	inside { print >file }' "$doc"
commands=0 answers=0 ran=
cd "$work/here"
for block in "$work"/blocks/*.sh "$work"/blocks/*.json "$work"/blocks/*.text; do echo "$block"; done | sort >"$work/order"
while IFS= read -r block <&3; do
	where="docs/api.md:$(cat "$block.line")"
	case $block in
	*.sh)
		set +eu
		. "$block" >"$work/out" 2>"$work/err" </dev/null
		code=$?
		set -eu
		[ -z "${serving:-}" ] || node_pid=$serving
		[ "$code" = 0 ] || wrong "$where: exit $code: $(cat "$work/out" "$work/err")"
		ran=$where commands=$((commands + 1))
		;;
	*)
		[ -n "$ran" ] || wrong "$where: no command stands before it"
		compare "$where" "${block##*.}" "$block" "$work/out"
		answers=$((answers + 1))
		;;
	esac
done 3<"$work/order"
echo "$commands blocks of commands, $answers answers"
[ "$answers" -ge 30 ] || wrong "the document was not read: $answers answers"

story "Each problem stands in its table, with its status"
cd "$OLDPWD"
sed -n 's/.*\[RC_[A-Z_]*\] *= { "\([a-z-]*\)".*, *\([45][0-9][0-9]\), [0-9]* },.*/\1 \2/p' src/base/rc.c | sort >"$work/problems"
sed -n 's/^| `\([a-z-]*\)` | \([0-9]*\) |.*/\1 \2/p' "$doc" | sort >"$work/told"
[ -s "$work/problems" ] || wrong "no problems were found in src/base/rc.c"
diff "$work/problems" "$work/told" || wrong "the table of problems is not that of src/base/rc.c"
