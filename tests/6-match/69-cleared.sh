#!/usr/bin/env bash
# Whom people decided not to be the listed one asks for no second check: a person of ours for a year, a
# document for good, nobody by a name; those who ask are told of the decision, and by which record only
# where they may know of it.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

me=$(id -u)
node_init --shared-account --login ada
node_start
export LIAISON_AS=ada
purpose=screening
expect_exit 0 L user add gus --roles analyst --system-account "$me"
expect_exit 0 L user add tom --roles supervisor --system-account "$me"
expect_exit 0 L user add dot --roles duty_officer --system-account "$me"
unit=$(L record create unit --set name=Elsewhere --set "kind=$(sed -n 2p model/codes/unit_kind.csv | cut -d, -f1)" --purpose administration --json | field id)
expect_exit 0 L user add bo --roles analyst --unit "$unit" --system-account "$me"
list=$(L record create watchlist --set name=Ours --set kind=suspects --set purpose=screening --json | field id)
for who in ada tom; do
	version=$(L record show watchlist "$list" --json | jq .version)
	expect_exit 0 L record move watchlist "$list" in_use --version "$version" --set legal_basis=led_8 --set proportionality=Few \
		--set owner=Desk --set review_by="$(date -u -d +5years +%F)" --as "$who"
done
listing=$(L record create listing --set "list=$list" --set subject=person --set "name=Orvek Taluneth" --set birth_dates=1979-05-07 --as gus --json | field id)
incident=$(L record create incident --set kind=report --set "summary=Seen at the pier" --set summary_basis=fact --as gus --purpose investigation --json | field id)
suspect() { # somebody of the listed name and birth date
	p=$(L record create person --set "name=Orvek Taluneth" --set birth_date=1979-05-07 --as gus --purpose investigation --json | field id)
	L record create involvement --set "person=$p" --set "in=$incident" --set category=SUSPECT --set category_basis=assessment --as gus --purpose investigation >/dev/null
	echo "$p"
}
people() { L match people --as gus --json | jq -c '[.alerts, .known_alerts]'; }
ask() { # ask LOGIN [OPTIONS...]
	who=$1
	shift
	L match ask "Orvek Taluneth" --dob 1979-05-07 "$@" --as "$who" --json
}
decide() { # decide ALERT STATE RESULT
	expect_exit 0 L record move alert "$1" taken --version 1 --as gus
	expect_exit 0 L record move alert "$1" "$2" --version 2 --set "result=$3" --set "reasons=Another birthplace in the passport" --as gus
}

story "An alert that people decided to be somebody else is not raised again; another person of the name is"
p=$(suspect)
same "at first" "$(people)" '[1,0]'
alert=$(L record list alert --as gus --json | jq -r '.items[0].id')
has "$(ask gus --person "$p" | jq -c .)" '"second_check":true'
decide "$alert" false not_same
same "again" "$(people)" '[0,1]'
q=$(suspect)
same "somebody else of the same name" "$(people)" '[1,1]'

story "Who asks about that person is told; a name alone clears nobody"
said=$(ask gus --person "$p")
same "what gus is told" "$(jq -c '[.second_check, (.hits[0] | .listing, .cleared.holds, .cleared.decision)]' <<<"$said")" "[false,\"$listing\",true,\"$alert\"]"
same "until" "$(jq -r '.hits[0].cleared.until' <<<"$said")" "$(date -u -d +365days +%F)"
hasnt "$said" gus
same "what dot is told" "$(ask dot --person "$p" | jq -c .)" '{"second_check":false}'
for who in gus dot; do
	same "by the name alone, $who" "$(ask $who | jq .second_check)" true
	same "about the other one, $who" "$(ask $who --person "$q" | jq .second_check)" true
done
same "cleared, by the name alone" "$(ask gus | jq '.hits[0] | has("cleared")')" false
expect_exit 3 L match ask "Orvek Taluneth" --person "$listing" --as gus
expect_exit 3 L match ask "Orvek Taluneth" --person 01a206d8-cc22-7f92-aa47-c3b25f5891f9 --as gus
same "whether bo may see the alert" "$(L record show alert "$alert" --as bo --json >/dev/null 2>&1 || echo no)" no
said=$(ask bo --person "$p" 2>/dev/null || echo '{}')
same "which decision, for another unit" "$(jq -c '[.. | .decision? // empty]' <<<"$said")" '[]'

story "The same in yente's shape, where the entity's id is the person's"
token=$(L user token --as gus --purposes screening --json | field token)
yente() { # yente ID
	curl -s -m 30 -X POST -H "Authorization: Bearer $token" --data-binary \
		"{\"queries\":{\"a\":{\"id\":\"$1\",\"schema\":\"Person\",\"properties\":{\"name\":\"Orvek Taluneth\",\"birthDate\":\"1979-05-07\"}}}}" "$url/match/default" |
		jq -c '.responses.a | [.second_check, .results[0].match, .results[0].cleared.holds]'
}
same "cleared" "$(yente "$p")" '[false,false,true]'
same "another" "$(yente "$q")" '[true,true,null]'
same "an id of theirs" "$(yente NK-77)" '[true,true,null]'

story "A rejected match of person and listing counts as well"
r=$(suspect)
m=$(L record create match --set "left=$r" --set "right=$listing" --as gus --json | field id)
expect_exit 0 L record move match "$m" rejected --version 1 --set "reasons=Two cousins, seen together" --as gus
same "match people" "$(people)" '[0,3]'
same "asked" "$(ask gus --person "$r" | jq -r '.hits[0].cleared.decision')" "$m"

story "A document of an event that was decided stays cleared, whoever asks with it"
printf '{"kind":"person","id":"e1","name":"Orvek Taluneth","birth_date":"1979-05-07","document":{"number":"X-1"}}\n' >"$work/event"
e=$(curl -s -m 30 -X POST -H "Authorization: Bearer $token" -H "Liaison-Purpose: screening" --data-binary @"$work/event" "$url/api/v1/match/stream" | jq -r '.alerts[0].alert')
same "before" "$(ask dot --id X-1 | jq .second_check)" true
decide "$e" false not_same
same "after" "$(ask dot --id "x 1" | jq .second_check)" false
same "for good" "$(ask gus --id X1 | jq -c '.hits[0].cleared | [.holds, .until, .decision]')" "[true,null,\"$e\"]"
same "another document" "$(ask dot --id X-2 | jq .second_check)" true

story "Undecided clears nobody"
u=$(suspect)
same "one more" "$(people)" '[1,3]'
open=$(L record list alert --state new --as gus --json | jq -r '.items[0].id')
decide "$open" false undecided
same "asked" "$(ask gus --person "$u" | jq .second_check)" true

story "A year later the person is looked at again, and the alert says what was decided; the document is not"
node_stop
at_days 364 node_start
same "one day before" "$(ask gus --person "$p" | jq -c '[.second_check, .hits[0].cleared.holds]')" '[false,true]'
node_stop
at_days 370 node_start
same "asked" "$(ask gus --person "$p" | jq -c '[.second_check, .hits[0].cleared.holds]')" '[true,false]'
same "the document" "$(ask dot --id X1 | jq .second_check)" false
said=$(people)
same "alerts again" "$(jq '.[0]' <<<"$said")" 2
new=$(L record list alert --state new --as gus --json | jq -r --arg p "$p" '.items[] | select(.fields.person == $p) | .id')
expect_exit 0 L record show alert "$new" --reveal explanation --reason "to decide on it" --as gus --json
has "$(jq -r .fields.explanation <<<"$said")" "was decided not to be the same on"
same "not raised a third time" "$(people | jq '.[0]')" 0
