#!/usr/bin/env bash
# tests/faults/look.sh WORK: what must hold after a story in which a call failed, whatever became of
# the story: no process ended by a signal of its own but for memory that was not to be had; each
# node that was made starts and verifies, every body opened; each change that was acknowledged, by a
# command or over HTTP, is there. Says "looked: ..." and ends with 0, or names what does not hold.
set -u
work=$1
real=$FAULT_BUILD/liaison
bad=0
wrong() { echo "NOT HELD: $*"; bad=1; }
unset LD_PRELOAD FAULT_STATE LIAISON_TOKEN
export LIAISON_AS

# What the story left running, as its end would.
for process in $(pgrep -f "$work" || true); do
	[ "$process" = $$ ] || ! grep -qsza "^liaison\|/liaison$" "/proc/$process/cmdline" || kill -9 "$process" 2>/dev/null || true
done
sleep 0.1

"$FAULT_BUILD/tests/fail_state" "$FAULT_DIR/state" >"$FAULT_DIR/told" || wrong "no state"
# A library that has no memory may look to us like a mistake of ours, which is told and ends it too.
said_of_memory() { cat "$FAULT_DIR"/words/*.err "$work"/*.log 2>/dev/null | grep -q 'must(.*) does not hold; stopping'; }
while read -r _ _ signal; do
	if [ "$signal" = 6 ] && { [ "$FAULT_KIND" = alloc ] || [ "$FAULT_KIND" = served ]; } && said_of_memory; then
		echo "ended without memory, and said so"
	else
		wrong "a process ended by signal $signal"
		while read -r at program place; do
			[ "$at" != at ] || [ "$program" != liaison ] || place="$place $(addr2line -fse "$real" "$place" 2>/dev/null | tr '\n' ' ')"
			echo "$at $program $place"
		done <"$FAULT_DIR/told"
	fi
done < <(grep '^crash' "$FAULT_DIR/told")
grep -rhas 'ERROR: AddressSanitizer\|ThreadSanitizer:\|runtime error:\|LeakSanitizer' "$work" "$FAULT_DIR/words" | head -3 | grep . && wrong "a sanitizer reported"
for file in "$FAULT_DIR"/words/*; do
	case $file in *.out | *.err) continue ;; esac
	code=$(head -1 "$file")
	case $code in
	serving | 0 | "") ;;
	*) [ -s "$file.err" ] || [ -s "$file.out" ] || [ "$code" -ge 128 ] || wrong "refused without a word: exit $code: $(sed -n 3p "$file")" ;;
	esac
done
body() { awk '/^[<=]/ { data = /^<= Recv data/; next } data { printf "%s", substr($0, 7) }' "$1"; } # of an answer
# 500 is for what we did not foresee. Of a library that had no memory it may be, in a sentence.
for file in $(grep -las '^0000: HTTP/1.1 500' "$FAULT_DIR"/answers/*); do
	case $FAULT_KIND in alloc | served) ! body "$file" | jq -e '.detail | length > 0' >/dev/null 2>&1 || { echo "500 without memory: $(body "$file" | jq -r .detail)"; continue; } ;; esac
	wrong "an answer was 500: $(body "$file" | head -c 300)"
done

# Nodes that were made: init, restore or copy said so.
nodes=$(for file in "$FAULT_DIR"/words/*; do
	case $file in *.out | *.err) continue ;; esac
	[ "$(head -1 "$file")" = 0 ] || continue
	case "$(sed -n 3p "$file")" in
	*"node init"*) echo "$(sed -n 2p "$file")|$(sed -n 's/.*You act in it as \([a-z0-9_-]*\).*/\1/p' "$file.out" | head -1)" ;;
	esac
done | sort -u)
rows() { # rows NODE: id|version of all its records
	store=$(sed -n 's/^store: "\(.*\)"/\1/p' "$1/liaison.yaml")
	case $store in
	"") sqlite3 "$1/node.db" "SELECT lower(hex(id)) || '|' || version FROM record" ;;
	sqlite:*) sqlite3 "${store#sqlite:}" "SELECT lower(hex(id)) || '|' || version FROM record" ;;
	*) psql "$store" -qAtc "SELECT encode(id, 'hex') || '|' || version FROM record" ;;
	esac
}
: >"$FAULT_DIR/there"
verified=0
for made in $nodes; do
	node=${made%|*}
	LIAISON_AS=${made##*|}
	[ -d "$node" ] || continue # the story took it away
	said=$("$real" node status --node "$node" 2>&1) || { wrong "$node does not start: $said"; continue; }
	said=$("$real" audit verify --open --node "$node" --purpose oversight 2>&1) || wrong "$node does not verify: $(head -3 <<<"$said")"
	rows "$node" >>"$FAULT_DIR/there"
	verified=$((verified + 1))
done

# What was acknowledged, as id|version.
for file in "$FAULT_DIR"/words/*.out; do
	[ "$(head -1 "${file%.out}" 2>/dev/null)" = 0 ] || continue
	case "$(sed -n 3p "${file%.out}")" in
	*"record create "* | *"record set "* | *"record move "* | *"record erase "*) ;;
	*) continue ;;
	esac
	if ! jq -r 'select(.id? and .version?) | "\(.id | gsub("-"; ""))|\(.version)"' "$file" 2>/dev/null; then
		case "$(sed -n 3p "${file%.out}")" in
		*"record create "*) grep -oE '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}' "$file" | head -1 | tr -d - | sed 's/$/|1/' ;;
		esac
	fi
done >"$FAULT_DIR/acknowledged"
for file in "$FAULT_DIR"/answers/*; do
	grep -qs '^0000: \(POST\|PATCH\) .*/api/v1/records/[a-z_]* HTTP\|^0000: PATCH .*/api/v1/records/' "$file" || continue
	grep -qs '^0000: HTTP/1.1 20[01]' "$file" || continue
	body "$file" |
		jq -r 'select(.id? and .version?) | "\(.id | gsub("-"; ""))|\(.version)"' 2>/dev/null
done >>"$FAULT_DIR/acknowledged"
lost=$(awk -F'|' 'FILENAME ~ /there$/ { if (!($1 in v) || $2 + 0 > v[$1]) v[$1] = $2 + 0; next }
	!($1 in v) || v[$1] < $2 + 0 { print }' "$FAULT_DIR/there" "$FAULT_DIR/acknowledged")
[ -z "$lost" ] || wrong "acknowledged and not there: $lost"
[ $bad = 0 ] || exit 1
echo "looked: $verified nodes, $(wc -l <"$FAULT_DIR/acknowledged") acknowledged changes"
