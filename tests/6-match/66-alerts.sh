#!/usr/bin/env bash
# Events sent to the node raise alerts: one for an event and a listing, whatever is sent again after a
# kill; told to those who may know of them; decided by people, and what they cleared stays cleared.
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
expect_exit 0 L user add cy --roles support_worker --system-account "$me"
unit=$(L record create unit --set name=Elsewhere --set "kind=$(sed -n 2p model/codes/unit_kind.csv | cut -d, -f1)" --purpose administration --json | field id)
expect_exit 0 L user add bo --roles analyst --unit "$unit" --system-account "$me"

api() { # api LOGIN METHOD PATH [CURL OPTIONS...]
	login=$1 method=$2 path=$3
	shift 3
	curl -s -m 60 --unix-socket "$node/liaison.sock" -X "$method" -H "Liaison-User: $login" -H "Liaison-Purpose: screening" \
		"$@" "http://node/api/v1/$path"
}
send() { api "$1" POST match/stream --data-binary @"$2"; } # send LOGIN FILE
alerts() { # all of them that gus may list
	cursor=
	while :; do
		api gus GET "records/alert?limit=200$cursor" >"$work/page"
		jq -c '.items[]' "$work/page"
		next=$(jq -r '.next // empty' "$work/page")
		[ -n "$next" ] || break
		cursor="&cursor=$next"
	done
}

list=$(L record create watchlist --set name=Ours --set kind=suspects --set purpose=screening --json | field id)
for who in ada tom; do
	version=$(L record show watchlist "$list" --json | jq .version)
	expect_exit 0 L record move watchlist "$list" in_use --version "$version" --set legal_basis=led_8 --set proportionality=Few \
		--set owner=Desk --set review_by="$(date -u -d +1year +%F)" --as "$who"
done
expect_exit 0 L record create listing --set "list=$list" --set subject=person --set "name=Orvek Taluneth" --set birth_dates=1979-05-07 --as gus
event() { # event ID DOCUMENT
	printf '{"kind":"person","id":"%s","name":"Orvek Taluneth","birth_date":"1979-05-07","document":{"number":"%s"}}\n' "$1" "$2"
}

story "An event raises an alert, once, and a line that cannot be used is told by its number"
{ event e1 X-1; echo 'not json'; echo '{"kind":"person","id":"e2","name":"Nobody Atall"}'; event e1 X-1; } >"$work/events"
said=$(send gus "$work/events")
same "alerts" "$(jq -c '[.alerts[] | [.line, .event, .raised, .listed_name, .why.match]]' <<<"$said")" \
	'[[1,"e1","new","Orvek Taluneth",true],[4,"e1","known","Orvek Taluneth",true]]'
same "errors" "$(jq -c '[.errors[] | [.line, .skipped]]' <<<"$said")" '[[2,true]]'
same "events" "$(jq .events <<<"$said")" 4
alert=$(jq -r '.alerts[0].alert' <<<"$said")
same "sent again" "$(send gus "$work/events" | jq -c '[.alerts[] | .raised]')" '["known","known"]'
same "records" "$(alerts | wc -l)" 1
same "as lines" "$(api gus POST match/stream -H "Accept: application/x-ndjson" --data-binary @"$work/events" | jq -c '[.line, .alert // .error | type]' | head -1)" '["number","string"]'

story "A name that says nothing is told by its line: whoever it stands for was not looked for"
printf '{"kind":"person","id":"n1","name":"-- ?"}\n' >"$work/unnamed"
for who in gus dot; do
	same "errors for $who" "$(send "$who" "$work/unnamed" | jq -c '[.alerts, (.errors[] | [.line, .key, .skipped])]')" '[[],[1,"name",false]]'
done

story "The first line is told of a second check alone; nobody without the role is told anything"
same "what dot is told" "$(send dot "$work/events" | jq -cS .alerts)" \
	'[{"event":"e1","line":1,"second_check":true},{"event":"e1","line":4,"second_check":true}]'
same "support worker" "$(send cy "$work/events" | jq .status)" 403
same "why, for dot" "$(api dot GET "match/alerts/$alert/why" | jq .status)" 403
same "why, for another unit" "$(api bo GET "match/alerts/$alert/why" -H "Liaison-Reason: to see" | jq .status)" "$(api bo GET match/alerts/01a206d8-cc22-7f92-aa47-c3b25f5891f9/why -H "Liaison-Reason: to see" | jq .status)"
same "why, without a reason" "$(api gus GET "match/alerts/$alert/why" | jq .status)" 403
why=$(api gus GET "match/alerts/$alert/why" -H "Liaison-Reason: to decide on it")
same "why, for gus: the pieces sum" "$(jq '((.evidence | map(.bits) | add) - .bits) | fabs < 0.000001' <<<"$why")" true
same "the same as in the record" "$(L record show alert "$alert" --reveal why --reason "to decide on it" --as gus --json | jq -r .fields.why | jq -cS .)" "$(jq -cS . <<<"$why")"

story "Who listens hears of alerts that they may know of, by id alone, and misses none"
listen() { # listen LOGIN FILE [CURL OPTIONS...]
	login=$1 file=$2
	shift 2
	curl -sN -m 60 --unix-socket "$node/liaison.sock" -H "Liaison-User: $login" -H "Liaison-Purpose: screening" "$@" \
		http://node/api/v1/match/alerts/events >"$file" &
}
wait_for() { # wait_for FILE PATTERN
	for _ in $(seq 200); do
		! grep -q "$2" "$1" || return 0
		sleep 0.05
	done
	wrong "nothing like \"$2\" was heard in $1: $(cat "$1")"
}
listen gus "$work/gus"
gus_pid=$!
listen bo "$work/bo"
bo_pid=$!
sleep 1
event e3 X-3 >"$work/three"
third=$(send gus "$work/three" | jq -r '.alerts[0].alert')
wait_for "$work/gus" "$third"
expect_exit 0 L record move alert "$third" taken --version 1 --as gus
wait_for "$work/gus" '"state":"taken"'
hasnt "$(cat "$work/gus")" "Taluneth"
may=$(api bo GET "records/alert/$third" | jq '.status // 200')
[ "$may" = 200 ] || hasnt "$(cat "$work/bo")" "$third"
[ "$may" = 404 ] || wrong "bo may read the alert of another unit ($may): the story shows nothing"
last=$(sed -n 's/^id: *//p' "$work/gus" | head -1)
listen gus "$work/again" -H "Last-Event-ID: $last"
again_pid=$!
wait_for "$work/again" '"state":"taken"'
same "who listens without the role" "$(api cy GET match/alerts/events | jq .status)" 403

story "Decided to be somebody else, that document does not come up again with that listing; another does"
expect_exit 0 L record move alert "$third" false --version 2 --set result=not_same --set "reasons=Another birthplace in the passport" --as gus
wait_for "$work/gus" '"state":"false"'
event e4 x3 >"$work/four"
same "the cleared document" "$(send gus "$work/four" | jq -c .alerts)" '[]'
same "what dot is told of it" "$(send dot "$work/four" | jq -c .alerts)" '[]'
event e5 X-5 >"$work/five"
same "another document" "$(send gus "$work/five" | jq -r '.alerts[0].raised')" new
kill $gus_pid $bo_pid $again_pid 2>/dev/null || true
wait $gus_pid $bo_pid $again_pid 2>/dev/null || true

story "Killed at any moment, and all sent again: each event has one alert"
before=$(alerts | wc -l)
for k in 1 2 3 4 5 6; do
	for j in 1 2 3 4 5 6 7 8 9 10; do event "k$k-$j" "K-$k$j"; done >"$work/batch.$k"
done
for k in 1 2 3 4 5 6; do
	(send gus "$work/batch.$k" >"$work/sent.$k" 2>/dev/null || true) &
	sleep "0.0$((k * 13 % 10))"
	node_kill
	wait $! 2>/dev/null || true
	node_start
	for j in 1 2; do
		same "batch $k sent again" "$(send gus "$work/batch.$k" | jq '.alerts | length')" 10
	done
	# What was answered before the kill is there.
	for id in $(jq -r '.alerts[]?.alert' "$work/sent.$k" 2>/dev/null); do
		L record show alert "$id" --as gus >/dev/null || wrong "an alert that was answered is gone"
	done
done
same "alerts" "$(alerts | wc -l)" "$((before + 60))"
same "events with two alerts" "$(store_rows "SELECT COUNT(*) FROM (SELECT alert FROM stream_alert GROUP BY alert HAVING COUNT(*) > 1) AS t")" 0
