#!/usr/bin/env bash
# Who stands at a border asks and is told of a second check alone: the role reads no record of any type,
# no alert, no list, no explanation, whichever way it tries. A duty officer answers alerts, and reads
# no watch list's entries.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

me=$(id -u)
node_init --shared-account --login ada
node_unlimited
node_start
export LIAISON_AS=ada
purpose=screening
expect_exit 0 L user add gus --roles analyst --system-account "$me"
expect_exit 0 L user add tom --roles supervisor --system-account "$me"
expect_exit 0 L user add dot --roles duty_officer --system-account "$me"
expect_exit 0 L user add fay --roles first_line --system-account "$me"

api() { # api LOGIN METHOD PATH [CURL OPTIONS...]
	login=$1 method=$2 path=$3
	shift 3
	curl -s -m 60 --unix-socket "$node/liaison.sock" -X "$method" -H "Liaison-User: $login" -H "Liaison-Purpose: $purpose" \
		-H "Liaison-Reason: to see it" "$@" "http://node/api/v1/$path"
}
list=$(L record create watchlist --set name=Ours --set kind=suspects --set purpose=screening --json | field id)
for who in ada tom; do
	version=$(L record show watchlist "$list" --json | jq .version)
	expect_exit 0 L record move watchlist "$list" in_use --version "$version" --set legal_basis=led_8 --set proportionality=Few \
		--set owner=Desk --set review_by="$(date -u -d +1year +%F)" --as "$who"
done
listing=$(L record create listing --set "list=$list" --set subject=person --set "name=Orvek Taluneth" --set birth_dates=1979-05-07 --as gus --json | field id)
printf '{"kind":"person","id":"e1","name":"Orvek Taluneth","birth_date":"1979-05-07"}\n' >"$work/event"

story "Asked and sent, the first line is told of a second check, and nothing else"
same "asked" "$(L match ask "Orvek Taluneth" --dob 1979-05-07 --min-score 0.01 --as fay --json | jq -c .)" '{"second_check":true}'
same "somebody else" "$(L match ask "Nobody Atall" --as fay --json | jq -c .)" '{"second_check":false}'
same "sent" "$(api fay POST match/stream --data-binary @"$work/event" | jq -cS .alerts)" '[{"event":"e1","line":1,"second_check":true}]'
alert=$(api gus POST match/stream --data-binary @"$work/event" | jq -r '.alerts[0].alert')
[ -n "$alert" ] || wrong "no alert was raised"

story "It reads no record of any type, by any purpose, list, search, link or export"
types=$(L model list --json | jq -r ".types[].type")
[ "$(wc -w <<<"$types")" -gt 100 ] || wrong "few types are tried: $(wc -w <<<"$types")"
for purpose in screening investigation protection; do
	for type in $types; do
		same "fay, $type for $purpose" "$(api fay GET "records/$type" | jq .status)" 403
	done
done
purpose=screening
for path in "records/alert/$alert" "records/listing/$listing" "records/watchlist/$list" "match/alerts/$alert/why" match/alerts/events match/calibration \
	"records/alert/$alert?reveal=explanation,screened,why" "records/listing/$listing/links" "search?q=Taluneth"; do
	said=$(api fay GET "$path")
	case $(jq -r '.status // empty' <<<"$said" 2>/dev/null) in 403 | 404 | 400 | 422) ;; *) hasnt "$said" "$listing" && hasnt "$said" "$alert" ;; esac
	hasnt "$said" Taluneth
	hasnt "$said" "$list"
done
for state in taken confirmed false; do
	expect_exit 4 L record move alert "$alert" $state --version 1 --as fay
done
expect_exit 4 L record create listing --set "list=$list" --set subject=person --set name=X --as fay
expect_exit 4 L match people --as fay
expect_exit 4 L match duplicates --as fay
curl -s -m 5 --unix-socket "$node/liaison.sock" -H "Liaison-User: fay" -H "Liaison-Purpose: screening" -X POST --data-binary '{"queries":{"a":{"properties":{"name":"Orvek Taluneth"}}}}' \
	http://node/match/default >"$work/shape"
same "yente's shape" "$(jq .status "$work/shape")" 403

story "A duty officer takes the alert and reads the explanation with a reason, and no list's entries"
same "the listing" "$(api dot GET "records/listing/$listing" | jq .status)" 403
same "all listings" "$(api dot GET records/listing | jq .status)" 403
same "why, as data" "$(api dot GET "match/alerts/$alert/why" | jq .status)" 403
hasnt "$(api dot GET "records/alert/$alert")" Taluneth
expect_exit 0 L record move alert "$alert" taken --version 1 --as dot
expect_exit 0 L record move alert "$alert" false --version 2 --set result=not_same --set "reasons=Another birthplace in the passport" --as dot
