#!/usr/bin/env bash
# One bit of one record turns over on the disk: it is called damaged to whoever may see it, nothing
# of it is shown, and lists, searches and exports go on with the others.
set -eu
. "$(dirname "$0")/../lib.sh"
need curl jq xxd
[ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] || need sqlite3

node_init
me=$(id -u)
L user add lena --name "Lena Ostrava" --roles analyst --system-account "$me" --as admin >/dev/null
L user add olga --name "Olga Weiss" --roles monitor --system-account "$me" --as admin >/dev/null
as=(--as admin)
A() { L "$@" "${as[@]}"; }
phone=$(A record create phone --set phone=+351912000111 --json | field id)
mei=$(A record create person --set name="Mei Ono" --set phones="$phone" --json | field id)
bad=$(A record create person --set name="Grevil Quaxtor" --set mobile_phone=+351912000222 --set phones="$phone" --json | field id)
bo=$(A record create person --set name="Bo Tan" --json | field id)
red=$(A record create person --set name="Dara Quaxtor" --tlp RED --json | field id)

turn() { # turn ID: the lowest bit of a byte of its sealed body
	is="hex(id) = upper(replace('$1', '-', ''))"
	body=$(store_rows "SELECT hex(body) FROM record WHERE $is")
	printf -v byte '%02X' $((16#${body:80:2} ^ 1))
	bytes=$(store_bytes "${body:0:80}$byte${body:82}")
	if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
		sqlite3 -cmd ".timeout 20000" "$node/node.db" "UPDATE record SET body = $bytes WHERE $is"
	else
		store_rows "UPDATE record SET body = $bytes WHERE $is"
	fi
}
stub() { jq -cn --arg id "$1" --arg type "$2" '{damaged: true, $id, $type}'; }

node_start
token=$(A user token --purposes investigation --days 1 2>/dev/null)
ask() { curl -s -m 60 -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" "$url$1"; }
A record search "Grevil Quaxtor" >/dev/null # the names are known by now
turn "$bad"
turn "$red"

story "The list goes on, and says which record does not open, and what to do"
expect_exit 0 A record list person
has "$said" "$mei"
has "$said" "$bo"
has "$said" "$bad*(damaged, does not open)"
has "$said" "audit verify --open"
has "$said" "backup"
hasnt "$said" Quaxtor
expect_exit 0 A record list person --json
same "what is told of it" "$(jq -cS '.items[] | select(.id == "'"$bad"'")' <<<"$said")" "$(stub "$bad" person)"
for query in "" "?fields=1" "?limit=1" "?limit=2" "?mobile_phone=%2B351912000222&fields=1"; do
	ask "/api/v1/records/person$query" >"$work/page.json"
	jq -e '.items | length > 0' "$work/page.json" >/dev/null || wrong "no list by $query: $(cat "$work/page.json")"
done
jq -cS '.items[]' "$work/page.json" | grep -qxF "$(stub "$bad" person)" || wrong "not by its number: $(cat "$work/page.json")"

story "By its name and its number it is found as damaged, and the others as they are"
ask "/api/v1/search?name=Grevil%20Quaxtor" >"$work/found.json"
same "by name" "$(jq -cS '.items[] | select(.id == "'"$bad"'") | del(.alike)' "$work/found.json")" "$(stub "$bad" person)"
ask "/api/v1/search?identifier=%2B351912000222" | jq -cS '.items[]' | grep -qxF "$(stub "$bad" person)" || wrong "not by number"
ask "/api/v1/search?identifier=%2B351912000111" | jq -cS '.items[].id' | grep -qF "$phone" || wrong "the phone is not found"
expect_exit 0 A record search "Mei Ono"
has "$said" "$mei"
expect_exit 0 A record links phone "$phone"
has "$said" "$mei"
has "$said" "$bad*(damaged, does not open)"

story "By itself it is an error, as ever"
expect_exit 7 A record show person "$bad"
ask "/api/v1/records/person/$bad" >"$work/one.json"
same "the problem" "$(jq -r '"\(.status) \(.type)"' "$work/one.json")" "500 urn:liaison:problem:integrity"
expect_exit 0 A record show person "$mei"

story "Who may not see it hears nothing of it"
expect_exit 0 L record list person --as lena --json
hasnt "$said" "$red"
has "$said" "$bad"
expect_exit 0 L record search "Dara Quaxtor" --as lena --json
hasnt "$said" "$red"

story "An export goes on, says how many it left out, and does not end as if it were whole"
for format in ndjson csv ftm; do
	expect_exit 7 A record export --format "$format" --type person --out "$work/out.$format"
	has "$said" "2 records do not open and were left out"
	hasnt "$(cat "$work/out.$format")" "$bad"
done
same "rows" "$(jq -r .id "$work/out.ndjson" | sort | tr '\n' ' ')" "$(printf '%s\n' "$mei" "$bo" | sort | tr '\n' ' ')"
expect_exit 7 L record export --format ndjson --type person --out "$work/lena.ndjson" --as lena
has "$said" "1 record does not open and was left out"
expect_exit 0 A record export --format ndjson --type phone --out "$work/phones.ndjson"
for format in htcds htcds-json; do
	expect_exit 0 A record export --format "$format" --out "$work/out.$format"
done
same "left out, as the job says" \
	"$(A job list --json | jq '[.items[] | select(.kind == "export") | .result.damaged] | max')" 2

story "The operator's log warns, and names nobody"
has "$(cat "$work/node.log")" "warning: damaged: a record of the type person does not open"
for id in "$bad" "$red"; do hasnt "$(cat "$work/node.log")" "$id"; done
hasnt "$(cat "$work/node.log")" Quaxtor

story "So does the log that cannot be changed; what is wrong there is named, and comes back"
expect_exit 0 L audit search --action damaged --record "$bad" --purpose oversight --as olga --json
jq -e '.items | length > 5' <<<"$said" >/dev/null || wrong "the log says nothing of it: $said"
expect_exit 7 L audit verify --open --purpose oversight --as olga
has "$said" "$bad"
turn "$bad"
turn "$red"
expect_exit 0 A record list person --json
same "all of them" "$(jq '[.items[] | select(.damaged | not)] | length' <<<"$said")" 4
expect_exit 0 A record export --format ndjson --type person --out "$work/again.ndjson"
expect_exit 0 L audit verify --open --purpose oversight --as olga

story "A node that starts with it damaged finds the others by name"
turn "$bad"
node_stop
node_start
expect_exit 0 A record search "Mei Ono" --json
has "$said" "$mei"
expect_exit 0 A record list person --json
has "$said" "$bad"
turn "$bad"
expect_exit 0 L audit verify --open --purpose oversight --as olga
