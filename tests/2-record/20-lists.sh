#!/usr/bin/env bash
# Lists: newest first, page after page by a cursor, by state, by an exact identifier or a
# reference; what another unit keeps to itself is in nobody else's list; masked fields stay closed.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

node_init
node_start

story "Twenty-five phones, one of them used by a person"
expect_exit 0 L record create person --set name="Blessing Okafor" --json
person=$(field id <<<"$said")
made=
for n in $(seq -w 1 25); do
	if [ "$n" = 13 ]; then user="--set used_by=$person"; else user=; fi
	# shellcheck disable=SC2086
	expect_exit 0 L record create phone --set "phone=+3519120000$n" $user --json
	made="$(field id <<<"$said") $made"
done

story "Pages of ten: newest first, each once, and then the end"
listed=
cursor=
pages=0
while :; do
	# shellcheck disable=SC2086
	expect_exit 0 L record list phone --limit 10 ${cursor:+--cursor $cursor} --json
	listed="$listed$(jq -r '.items[].id' <<<"$said" | tr '\n' ' ')"
	cursor=$(jq -r '.next // empty' <<<"$said")
	pages=$((pages + 1))
	[ -n "$cursor" ] || break
done
same "pages" "$pages" 3
same "all phones in order" "$listed" "$made"

story "What comes in between moves no page"
expect_exit 0 L record list phone --limit 10 --json
cursor=$(jq -r .next <<<"$said")
before=$(L record list phone --limit 10 --cursor "$cursor" --json | jq -c '[.items[].id]')
expect_exit 0 L record create phone --set "phone=+351912000099" --json
same "the second page" "$(L record list phone --limit 10 --cursor "$cursor" --json | jq -c '[.items[].id]')" "$before"

story "A cursor that is none, a field that cannot be asked for, too many rows"
expect_exit 2 L record list phone --cursor nonsense
expect_exit 2 L record list phone --limit 201
expect_exit 2 L record list phone --where use=personal
expect_exit 2 L record list phone --where nonsense=1
expect_exit 3 L record list nonsense

story "By an exact identifier; by a reference; by nothing alike"
expect_exit 0 L record list phone --where "phone=+351912000007" --json
same "phones with this number" "$(jq '.items | length' <<<"$said")" 1
expect_exit 0 L record list phone --where "phone=+35191200000" --json
same "phones with the beginning of it" "$(jq '.items | length' <<<"$said")" 0
expect_exit 0 L record list phone --where "used_by=$person" --json
same "phones that this person used" "$(jq '.items | length' <<<"$said")" 1
expect_exit 0 L record links person "$person"
has "$said" used_by

story "Masked fields have no value in a list"
expect_exit 0 L record list phone --json
hasnt "$said" 912000

story "By state"
expect_exit 0 L record create incident --set kind=report --set "summary=Seen at the pier" --set summary_basis=fact --json
incident=$(field id <<<"$said")
expect_exit 0 L record list incident --state reported --json
same "reported incidents" "$(jq '.items | length' <<<"$said")" 1
expect_exit 0 L record move incident "$incident" dismissed --version 1 --set "dismissal=Seen twice, the same people"
expect_exit 0 L record list incident --state reported --json
same "reported incidents after the move" "$(jq '.items | length' <<<"$said")" 0

story "Another unit: what is AMBER is seen, what is AMBER+STRICT or RED is not even counted"
expect_exit 0 L record create unit --purpose administration --set name="South desk" --set kind=police --json
south=$(field id <<<"$said")
export LIAISON_AS=admin
expect_exit 0 L user add rui --roles analyst --unit "$south" --name "Rui Alves" --system-account "$(id -u)"
token=$("$liaison" --node "$node" user token --as rui --purposes investigation 2>/dev/null)
expect_exit 0 L record create phone --set "phone=+351913000001" --tlp AMBER+STRICT --json
strict=$(field id <<<"$said")
expect_exit 0 L record create phone --set "phone=+351913000002" --tlp RED --json
red=$(field id <<<"$said")
as_rui() { # as_rui PATH: the answer's body
	curl -s -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" "$url/api/v1/$1"
}
need curl
same "what the other unit lists" "$(as_rui 'records/phone?limit=200' | jq '.items | length')" 26
for id in $strict $red; do
	same "status of a record kept closed" "$(as_rui "records/phone/$id" | jq .status)" 404
done
same "found by its number" "$(as_rui 'search?identifier=%2B351913000001' | jq '.items | length')" 0

story "Each page was one leaf of the log, about the records that were on it"
expect_exit 0 L audit show "${made%% *}"
has "$said" list
expect_exit 0 L audit verify --open
node_stop
