#!/usr/bin/env bash
# One byte or one number, changed in the database of a node: what is damaged is said, and the node
# lives, keeps its time and goes on with the rest.
set -eu
. "$(dirname "$0")/../lib.sh"
on_sqlite # PostgreSQL takes no text that is not UTF-8; the numbers are also src/audit/last_test.c's
need sqlite3 curl jq

node_init
node_unlimited
expect_exit 0 L record create person --set name="Mei" --json
id=$(field id <<<"$said")
printf 'full,birth\nAna,never\n' >"$work/p.csv"
"$liaison" --node "$node" --purpose investigation record import "$work/p.csv" --type person --format csv \
	--fields name=full,birth_date=birth >"$work/import.out" 2>&1 && wrong "a bad day was taken"
job=$(store_rows "SELECT lower(hex(id)) FROM serve_job ORDER BY created_ms DESC LIMIT 1" |
	sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)/\1-\2-\3-\4-/')
[ "$(store_rows "SELECT count(*) FROM serve_job_error")" -gt 0 ] || wrong "no import has an error to show"
# For a purpose each: who administers sees the accounts, who investigates the records.
tokens=
for purpose in investigation administration; do
	tokens="$tokens $purpose=$(L user token --purposes $purpose 2>/dev/null)"
done
purpose=investigation
"$liaison" node routes --json | jq -r '.items[] | select(.method == "GET") | .path' |
	grep -v '/events$' | sed "s#/jobs/{id}#/jobs/$job#; s#{id}#$id#; s#{type}#person#; s#{[a-z_.]*}#1#" | sort -u >"$work/paths"
[ "$(wc -l <"$work/paths")" -gt 30 ] || wrong "there are few routes to ask"

damage() { sqlite3 -cmd ".timeout 20000" "$node/node.db" "$1"; } # under a node that runs

ask_all() { # ask_all WHAT: each GET is answered, with JSON where that is what it says
	for pair in $tokens; do
		sed "s#^#url = \"$url#; s#\$#\"\noutput = \"/dev/null\"#" "$work/paths" |
			curl -s -m 60 -K - -H "Authorization: Bearer ${pair#*=}" -H "Liaison-Purpose: ${pair%%=*}" \
				-w '%{http_code} %{url_effective}\n' >"$work/answers" || true
		same "answers, with $1 damaged" "$(wc -l <"$work/answers")" "$(wc -l <"$work/paths")"
		! grep '^000' "$work/answers" || wrong "no answer, with $1 damaged"
	done
	kill -0 "$node_pid" || wrong "the node is gone, with $1 damaged"
}

story "Nothing is damaged yet"
node_start
ask_all nothing

story "Each text of each table, one byte too many that is no UTF-8: each route answers"
n=0
for at in $(store_rows "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'TEXT' ORDER BY 1"); do
	table=${at%.*} column=${at#*.}
	[ "$(store_rows "SELECT count(*) FROM $table")" -gt 0 ] || continue
	damage "UPDATE $table SET $column = CAST(CAST($column AS BLOB) || x'ff' AS TEXT)"
	ask_all "$at"
	damage "UPDATE $table SET $column = CAST(substr(CAST($column AS BLOB), 1, length(CAST($column AS BLOB)) - 1) AS TEXT)
		WHERE substr(CAST($column AS BLOB), -1) = x'ff'"
	n=$((n + 1))
done
[ $n -gt 15 ] || wrong "only $n texts were damaged"

story "What is shown of such a text has a mark in the place of the byte"
damage "UPDATE audit_leaf SET type = CAST(x'61ff62' AS TEXT) WHERE type = 'route'"
expect_exit 0 L --purpose oversight audit search --json
jq -e '[.items[].type] | any(. == "a\ufffdb")' <<<"$said" >/dev/null || wrong "no mark: $said"
damage "UPDATE audit_leaf SET type = 'route' WHERE type = CAST(x'61ff62' AS TEXT)"
expect_exit 0 L audit verify
node_stop

for ms in 2400000000000 9223372036854775807 -9223372036854775808; do
	story "The last leaf's time is $ms: the node does not start by it, and names the leaf"
	last=$(store_rows "SELECT max(idx) FROM audit_leaf")
	was=$(store_rows "SELECT time_ms FROM audit_leaf WHERE idx = $last")
	store_rows "UPDATE audit_leaf SET time_ms = $ms WHERE idx = $last"
	expect_exit 7 timeout 60 "$liaison" node serve --node "$node" --port 0
	has "$said" "leaf $last, the last of the log, is not what was logged"

	story "Somebody looks at it by the machine's clock: no id is of another year, verify names it"
	node_start --trust-clock
	expect_exit 0 L record create person --set name="New" --json
	same "the year of what is made" "$(field created <<<"$said" | cut -c1-4)" "$(date -u +%Y)"
	expect_exit 7 L audit verify
	has "$said" "$last"
	node_stop
	store_rows "UPDATE audit_leaf SET time_ms = $was WHERE idx = $last"
	expect_exit 0 L audit verify
done

story "A log that is truly of another day: it is believed, and nothing is planned by it"
expect_exit 0 at_days 400 "$liaison" --node "$node" --purpose investigation record list person
node_start
expect_exit 0 L --purpose administration node status
has "$said" "behind the log"
expect_exit 6 L --purpose administration oversee retention plan
has "$said" "nothing is erased by its date while the clock is not right"
