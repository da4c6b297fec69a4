#!/usr/bin/env bash
# A rule's record runs on the events sent to the node once two people authorised it, within its purpose,
# authorisation and days, and stops with any of them; a profile is refused at every way in; its record
# counts what people decided; helpers and protected people are left out.
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
expect_exit 0 L user add mo --roles monitor --system-account "$me"

api() { # api LOGIN METHOD PATH [CURL OPTIONS...]
	login=$1 method=$2 path=$3
	shift 3
	curl -s -m 60 --unix-socket "$node/liaison.sock" -X "$method" -H "Liaison-User: $login" -H "Liaison-Purpose: screening" \
		"$@" "http://node/api/v1/$path"
}
send() { api "$1" POST match/stream --data-binary @"$2"; } # send LOGIN FILE
version() { L record show "$1" "$2" --as tom --json | jq .version; }
move() { # move LOGIN TYPE ID STATE [SETS...]
	who=$1 type=$2 id=$3 to=$4
	shift 4
	L record move "$type" "$id" "$to" --version "$(version "$type" "$id")" "$@" --as "$who"
}
far=$(date -u -d +300days +%F)
quoted() { jq -nc --arg t "$1" '$t'; } # a text that begins like JSON
pays='[{field: travellers.count, at_least: 3}, {field: payer.travels, is: no}]'
new_rule() { # new_rule CONDITION [SETS...]: a draft with all that two people need to see
	condition=$1
	shift
	L record create rule --set name="Pays for three" --set stream=itineraries --set "looks_for=One who does not travel pays for a group" \
		--set "condition=$(quoted "$condition")" --set purpose=screening --set legal_basis=led_8 --set "necessity=Nothing milder finds it" \
		--set "proportionality=Touches two in ten thousand who did nothing, for minutes" --set tested_on=2026-11-01 \
		--set expected_false_hits=2 --set longest_hold=5 --set "until=$far" "$@" --as gus --json | field id
}
allow() { # allow RULE [PURPOSE]: prints an authorisation that two people granted
	a=$(L record create authorisation --set kind=screening --set "purpose=${2:-screening}" --set legal_basis=led_8 --set "law=art. 1" \
		--set authority=Court --set granted_by=Judge --set granted_on=2026-11-01 --set "scope=What the rule says" --set "necessity=Nothing milder" \
		--set "proportionality=Few are touched" --set "from=$(date -u -d -1day +%FT%TZ)" --set "until=$(date -u -d +200days +%FT%TZ)" \
		--set "covers=$1" --as tom --json | field id)
	for who in ada tom; do
		expect_exit 0 move "$who" authorisation "$a" granted --reason "The judge's order was read by both"
	done
	echo "$a"
}
authorise() { # authorise RULE AUTHORISATION
	for who in ada tom; do
		expect_exit 0 move "$who" rule "$1" authorised --set "authorisation=$2"
	done
}
booking() { # booking ID [PHONE]
	jq -nc --arg id "$1" --arg phone "${2:-+999 555 0100}" '{kind: "itinerary", record_locator: $id, travellers: [{name: "Ana One"}, {name: "Bea Two"}, {name: "Cid Three"}],
		payment: {payer: {name: "Pat Payer"}}, contact: {name: "Con Tact", phones: [$phone]}}'
}
rules_of() { send "$1" "$2" | jq -c '[.alerts[] | [.event, .rule_name, .raised]]'; }

story "A profile is refused at every way in: made, changed, sent to the API, in a file"
draft=$(new_rule "$pays")
while read -r stream condition; do
	expect_exit 2 L record create rule --set name=P --set "stream=$stream" --set looks_for=x --set "condition=$(quoted "$condition")" --as gus
	expect_exit 2 L record set rule "$draft" --version 1 --set "stream=$stream" --set "condition=$(quoted "$condition")" --as gus
	body=$(jq -nc --arg s "$stream" --arg c "$condition" '{fields: {name: "P", stream: $s, looks_for: "x", condition: $c}}')
	said=$(api gus POST records/rule -H "Content-Type: application/json" --data-binary "$body")
	same "the API's answer to $condition" "$(jq .status <<<"$said")" 422
	printf 'rules:\n  - {id: p, purpose: screening, authorisation: A-1, expires: 2099-01-01, stream: %s, when: %s}\n' "$stream" "$condition" >"$work/rules.yaml"
	[ "$stream" = adverts ] || expect_exit 2 L match rules "$work/rules.yaml"
done <<'END'
people [{field: nationality, is: QN}]
people [{field: birth_country, is: QN}]
people [{field: birth_place, is: Pier}]
people [{field: language, is: xx}]
people [{field: religion, is: any}]
people [{field: gender, is: f}]
itineraries [{field: leg.departure, is: AAA}, {field: leg.arrival, is: BBB}]
itineraries [{field: gender, is: f}, {field: one_way, is: yes}]
people [{any: [{field: listed, at_least: 0.9}, {field: nationality, is: QN}]}]
adverts [{field: listed, at_least: 0.9}]
people whoever looks odd
END
same "the draft" "$(version rule "$draft")" 1

story "A draft does not run, nor does one without an authorisation that covers it"
booking B1 >"$work/b1"
same "alerts" "$(rules_of gus "$work/b1")" '[]'
other=$(new_rule "$pays")
elsewhere=$(allow "$other")
for who in ada tom; do
	expect_exit 5 move "$who" rule "$draft" authorised --set "authorisation=$elsewhere"
done
expect_exit 4 L record move rule "$draft" authorised --version 1 --as gus
a=$(allow "$draft")
expect_exit 0 move ada rule "$draft" authorised --set "authorisation=$a"
same "after one of two" "$(rules_of gus "$work/b1")" '[]'
expect_exit 0 move tom rule "$draft" authorised --set "authorisation=$a"

story "Authorised, it raises one alert for an event, whatever is sent again; the first line hears of a second check alone"
same "at first" "$(rules_of gus "$work/b1")" '[["B1","Pays for three","new"]]'
same "again" "$(rules_of gus "$work/b1")" '[["B1","Pays for three","known"]]'
same "what dot is told" "$(send dot "$work/b1" | jq -cS .alerts)" '[{"event":"B1","line":1,"second_check":true}]'
same "who may not screen" "$(send cy "$work/b1" | jq .status)" 403
alert=$(send gus "$work/b1" | jq -r '.alerts[0].alert')
expect_exit 0 L record show alert "$alert" --reveal explanation,screened --reason "to decide on it" --as gus --json
has "$said" "travellers.count"
hasnt "$said" "Pat Payer"
same "its rule" "$(jq -r .fields.rule <<<"$said")" "$draft"
jq -c 'del(.travellers[2])' "$work/b1" >"$work/two"
same "two travellers" "$(rules_of gus <(jq -c '.record_locator = "B2"' "$work/two"))" '[]'

story "Killed at any moment and sent again: one alert for each event, counted once"
for k in 1 2 3; do
	for j in 1 2 3 4 5 6; do booking "K$k-$j"; done >"$work/batch"
	(send gus "$work/batch" >/dev/null 2>&1 || true) &
	sleep "0.0$((k * 3))"
	node_kill
	wait $! 2>/dev/null || true
	node_start
	same "batch $k sent again" "$(send gus "$work/batch" | jq '[.alerts[] | select(.rule_name)] | length')" 6
done
same "alerts of the rule" "$(store_rows "SELECT COUNT(*) FROM stream_alert WHERE pair = ''")" 19
same "hits on the rule" "$(L record show rule "$draft" --as gus --json | jq -r .fields.hits)" 19

story "What people decide stands on the rule"
decide() { # decide ALERT STATE RESULT
	expect_exit 0 move gus alert "$1" taken
	expect_exit 0 move gus alert "$1" "$2" --set "result=$3" --set "reasons=Asked them, and read the booking again"
}
set -- $(L record list alert --state new --as gus --json --limit 3 | jq -r '.items[].id')
decide "$1" confirmed same
decide "$2" false not_same
decide "$3" false not_same
expect_exit 0 L record show rule "$draft" --as gus --json
same "its measured record" "$(jq -c '.fields | [.hits, .confirmed, .false_hits] | map(tonumber)' <<<"$said")" '[19,1,2]'
[ "$(jq -r .fields.screened <<<"$said")" -ge 19 ] || wrong "it looked at fewer than it flagged"
expect_exit 2 L record set rule "$draft" --version "$(version rule "$draft")" --set confirmed=99 --as gus

story "A rule for another purpose does not run here"
far_rule=$(new_rule "$pays" --set purpose=investigation)
authorise "$far_rule" "$(allow "$far_rule" investigation)"
booking B3 >"$work/b3"
same "alerts" "$(send gus "$work/b3" | jq '[.alerts[] | select(.rule_name)] | length')" 1

story "It asks whether somebody is listed, on its own lists; what was cleared does not count"
list=$(L record create watchlist --set name=Ours --set kind=suspects --set purpose=screening --json | field id)
for who in ada tom; do
	expect_exit 0 move "$who" watchlist "$list" in_use --set legal_basis=led_8 --set proportionality=Few --set owner=Desk --set review_by="$far"
done
expect_exit 0 L record create listing --set "list=$list" --set subject=person --set "name=Orvek Taluneth" --set birth_dates=1979-05-07 --as gus
near=$(new_rule '[{field: listed, at_least: 0.5}]' --set stream=people --set "name=Near a listing")
authorise "$near" "$(allow "$near")"
person() { printf '{"kind":"person","id":"%s","name":"Orvek Taluneth","birth_date":"1979-05-07","document":{"number":"%s"}}\n' "$1" "$2"; }
person p1 Y-1 >"$work/p1"
same "alerts" "$(send gus "$work/p1" | jq -c '[.alerts[] | [.rule_name, .listed_name]] | sort')" '[[null,"Orvek Taluneth"],["Near a listing","Orvek Taluneth"]]'
same "for dot: one word" "$(send dot "$work/p1" | jq '.alerts | length')" 1
cleared=$(send gus "$work/p1" | jq -r '.alerts[] | select(.rule == null) | .alert')
decide "$cleared" false not_same
person p2 y1 >"$work/p2"
same "the cleared document" "$(send gus "$work/p2" | jq -c .alerts)" '[]'

story "Helpers are left out: of a condition, and of an event, whenever they are registered"
phones=$(new_rule '[{field: phone, in: ["+999 555 0199", "+999 555 0177"]}]' --set "name=Two telephones")
p_auth=$(allow "$phones")
expect_exit 0 L record create helper --set kind=hotline --set phones=+9995550199 --as gus --purpose investigation
expect_exit 5 move ada rule "$phones" authorised --set "authorisation=$p_auth"
hasnt "$said" hotline
phones=$(new_rule '[{field: phone, in: ["+999 555 0177"]}]' --set "name=One telephone")
authorise "$phones" "$(allow "$phones")"
booking B4 "+999 555 0177" | jq -c 'del(.travellers[2])' >"$work/b4"
same "alerts" "$(rules_of gus "$work/b4")" '[["B4","One telephone","new"]]'
expect_exit 0 L record create helper --set kind=shelter --set phones=+9995550177 --as gus --purpose investigation
jq -c '.record_locator = "B5"' "$work/b4" >"$work/b5"
same "once it is a shelter's" "$(rules_of gus "$work/b5")" '[]'
incident=$(L record create incident --set kind=report --set "summary=Seen at the pier" --set summary_basis=fact --as gus --purpose investigation --json | field id)
protect() { # protect PHONE CATEGORY: somebody with this telephone
	p=$(L record create person --set name=Somebody --set "mobile_phone=$1" --as gus --purpose investigation --json | field id)
	expect_exit 0 L record create involvement --set "person=$p" --set "in=$incident" --set "category=$2" --set category_basis=assessment --as gus --purpose investigation
}
n=0
for category in VICTIM PRESUMED UNDETERMINED OTHER_WITNESS; do
	n=$((n + 1))
	r=$(new_rule "[{field: phone, is: \"+999 555 030$n\"}]")
	au=$(allow "$r")
	protect "+999555030$n" "$category"
	expect_exit 5 move ada rule "$r" authorised --set "authorisation=$au"
done
r=$(new_rule '[{field: phone, is: "+999 555 0309"}]')
au=$(allow "$r")
protect +9995550309 SUSPECT
authorise "$r" "$au"

story "It stops at once: lapsed, its authorisation revoked, stopped by the overseer, or past its day"
runs() { # runs EVENT: how many alerts rules raise for it
	booking "$1" >"$work/e"
	send gus "$work/e" | jq '[.alerts[] | select(.rule_name == "Pays for three")] | length'
}
same "it runs" "$(runs S1)" 1
expect_exit 0 move tom rule "$draft" lapsed
same "lapsed" "$(runs S2)" 0
authorise "$draft" "$a"
same "authorised again" "$(runs S3)" 1
expect_exit 0 L record create stop_order --set target=rule --set "what=$draft" --set "ground=Too many are held" --as mo --purpose oversight
same "stopped by the overseer" "$(runs S4)" 0
b=$(allow "$other")
authorise "$other" "$b"
same "another one runs" "$(runs S5)" 1
expect_exit 0 move tom authorisation "$b" revoked --set "revoked_because=The court took it back"
same "its authorisation is revoked" "$(runs S6)" 0
last=$(new_rule "$pays" --set "until=$(date -u -d +2days +%F)")
authorise "$last" "$(allow "$last")"
same "before its day" "$(runs S7)" 1
if [ -e "$LIAISON_BUILD/libclock_shift.so" ]; then
	node_stop
	at_days 4 node_start
	same "past its day" "$(runs S8)" 0
fi
