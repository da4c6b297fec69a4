#!/usr/bin/env bash
# One person asked about against the node's own lists, which follow each change at once. Nobody ever
# marked a victim, presumed or undetermined is in them before a review, no witness ever, whichever
# way they came; the first line is told of a second check alone.
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
expect_exit 0 L user add cy --roles support_worker --system-account "$me"

move() { # move LOGIN TYPE ID STATE [SETS...]
	who=$1 type=$2 id=$3 to=$4
	shift 4
	version=$(L record show "$type" "$id" --as ada --json | jq .version)
	expect_exit 0 L record move "$type" "$id" "$to" --version "$version" "$@" --as "$who"
}
use_list() { # two people put it into use
	for who in ada tom; do
		move "$who" watchlist "$1" in_use --set legal_basis=led_8 --set "proportionality=Few, reviewed each year" \
			--set owner=Desk --set review_by="$(date -u -d +1year +%F)"
	done
}
new_list() { L record create watchlist --set name="$1" --set kind="$2" --set purpose=screening --json | field id; }
new_listing() { # new_listing LIST NAME [SETS...]
	list=$1 name=$2
	shift 2
	L record create listing --set "list=$list" --set subject=person --set "name=$name" "$@" --as gus --json | field id
}
person() { L record create person --set name="$1" --as gus --purpose investigation --json | field id; }
involve() { # involve PERSON CATEGORY
	L record create involvement --set "person=$1" --set "in=$incident" --set category="$2" --set category_basis=assessment \
		--as gus --purpose investigation --json | field id
}
asks() { L match ask "$1" --min-score 0.3 --as gus --json | jq -r '.hits[].listing'; }
is_listed() { [ -n "$(asks "$1")" ] || wrong "$1 is not found: $2"; }
is_not_listed() { [ -z "$(asks "$1")" ] || wrong "$1 is found: $2"; }
expect_exit 0 L record create incident --set kind=report --set "summary=Seen at the pier" --set summary_basis=fact \
	--as gus --purpose investigation --json
incident=$(field id <<<"$said")

story "A list counts once two people put it into use, and a listing from the moment it is recorded"
ours=$(new_list Ours suspects)
a=$(new_listing "$ours" "Orvek Taluneth" --set birth_dates=1979-05-07)
is_not_listed "Orvek Taluneth" "the list is a draft"
use_list "$ours"
same "who is found" "$(asks "Orvek Taluneth")" "$a"
b=$(new_listing "$ours" "Dameru Loshkai")
same "who is found" "$(asks "Dameru Loshkai")" "$b"

story "A name without a letter is no question: nobody is told that nobody is listed"
for who in gus dot; do
	expect_exit 2 L match ask "... ?" --as "$who"
	has "$said" "no letter or digit"
	expect_exit 2 L match ask "" --as "$who"
	expect_exit 0 L match ask "... ?" --id X-77 --as "$who" --json
	same "asked by the document alone" "$(jq .name_not_compared <<<"$said")" true
done

story "The first line learns of a second check, and neither list, reason nor score, whatever it asks for"
expect_exit 0 L match ask "Orvek Taluneth" --dob 1979-05-07 --min-score 0.01 --as dot --json
same "what dot is told" "$(jq -c . <<<"$said")" '{"second_check":true}'
expect_exit 0 L match ask "Nobody Atall" --min-score 0.01 --as dot --json
same "what dot is told" "$(jq -c . <<<"$said")" '{"second_check":false}'
expect_exit 0 L match ask "Orvek Taluneth" --dob 1979-05-07 --as gus --json
same "what gus is told" "$(jq -c '[.second_check, .hits[0].listed_name, .hits[0].why.match]' <<<"$said")" '[true,"Orvek Taluneth",true]'
same "the pieces sum" "$(jq '.hits[0].why | (((.evidence | map(.bits) | add) - .bits) | fabs) < 0.000001' <<<"$said")" true
expect_exit 4 L match ask "Orvek Taluneth" --as cy
expect_exit 4 L match ask "Orvek Taluneth" --as gus --purpose investigation
[ "$(L audit show "$a" --as gus --json | jq '[.items[] | select(.action == "search")] | length')" -ge 3 ] || wrong "the questions are not in the log"

story "Another unit's analyst learns that a second check is needed, and not of a listing that they may not know of"
unit=$(L record create unit --set name=Elsewhere --set "kind=$(sed -n 2p model/codes/unit_kind.csv | cut -d, -f1)" --purpose administration --json | field id)
expect_exit 0 L user add bo --roles analyst --unit "$unit" --system-account "$me"
expect_exit 0 L match ask "Orvek Taluneth" --dob 1979-05-07 --as bo --json
shown=$(jq -r '.hits[].listing' <<<"$said")
known=0
L record show listing "$a" --as bo >/dev/null 2>&1 || known=$?
[ "$known" = 0 ] && same "bo may read it" "$shown" "$a" || same "bo may not" "$shown" ""
same "second check" "$(jq .second_check <<<"$said")" true

story "Changed, it is found as it is now; moved on, delisted or erased, no more"
version=$(L record show listing "$b" --as gus --json | jq .version)
expect_exit 0 L record set listing "$b" --version "$version" --set "name=Quentara Bole" --as gus
same "the new name" "$(asks "Quentara Bole")" "$b"
is_not_listed "Dameru Loshkai" "its name was changed"
move gus listing "$b" under_review
is_not_listed "Quentara Bole" "it is under review"
move gus listing "$b" delisted --set "delisting_reason=Not the same"
is_not_listed "Quentara Bole" "it was delisted"

story "Every way in is closed to whoever is marked: first the mark, then the listing"
n=0
for category in VICTIM PRESUMED UNDETERMINED OTHER_WITNESS; do
	n=$((n + 1))
	name="Survanelo $(echo "Aka Beru Cimo Dalun" | cut -d' ' -f$n)moteru"
	p=$(person "$name")
	involve "$p" "$category" >/dev/null
	l=$(new_listing "$ours" "$name" --set "person=$p")
	is_not_listed "$name" "$category, then listed"
	same "state of the listing" "$(L record show listing "$l" --as gus --json | jq -r .state)" suspended
done

story "First the listing, then the mark; and taking the mark back opens nothing"
for category in VICTIM PRESUMED UNDETERMINED OTHER_WITNESS; do
	n=$((n + 1))
	name="Survanelo $(echo "Aka Beru Cimo Dalun Enako Firu Gamol Hesti" | cut -d' ' -f$n)ponari"
	p=$(person "$name")
	l=$(new_listing "$ours" "$name" --set "person=$p")
	is_listed "$name" "nobody is marked yet"
	i=$(involve "$p" "$category")
	is_not_listed "$name" "listed, then $category"
	version=$(L record show involvement "$i" --as gus --purpose investigation --json | jq .version)
	expect_exit 0 L record set involvement "$i" --version "$version" --set category=SUSPECT --as gus --purpose investigation
	is_not_listed "$name" "$category was taken back"
	move tom listing "$l" under_review
	is_not_listed "$name" "$category, under review"
done

story "Two people bring a witness's listing back: it is compared with nobody all the same"
who_was_witness=$(L record list listing --state under_review --as gus --json | jq -r '.items[] | select(.fields.name == "Survanelo Hestiponari") | .id')
for who in ada tom; do
	move "$who" listing "$who_was_witness" active --reason "the file was read again by both"
done
same "its state" "$(L record show listing "$who_was_witness" --as gus --json | jq -r .state)" active
is_not_listed "Survanelo Hestiponari" "a witness, made active by two"

story "Erased, it is found no more"
e=$(new_listing "$ours" "Zembaro Quilt")
is_listed "Zembaro Quilt" "recorded"
expect_exit 0 L record erase listing "$e" --version 1 --yes --reason "recorded by mistake" --as tom
is_not_listed "Zembaro Quilt" "erased"

story "An involvement changed to a mark, a listing changed to name the person, somebody helped"
p=$(person "Meruvani Toskal")
l=$(new_listing "$ours" "Meruvani Toskal" --set "person=$p")
i=$(involve "$p" SUSPECT)
is_listed "Meruvani Toskal" "a suspect"
expect_exit 0 L record set involvement "$i" --version 1 --set category=OTHER_WITNESS --as gus --purpose investigation
is_not_listed "Meruvani Toskal" "changed to a witness"
p=$(person "Palodri Venska")
involve "$p" PRESUMED >/dev/null
l=$(new_listing "$ours" "Palodri Venska")
is_listed "Palodri Venska" "a listing that names nobody of ours"
expect_exit 0 L record set listing "$l" --version 1 --set "person=$p" --as gus
is_not_listed "Palodri Venska" "edited to name somebody presumed"
p=$(person "Rasimeto Ulgan")
l=$(new_listing "$ours" "Rasimeto Ulgan" --set "person=$p")
is_listed "Rasimeto Ulgan" "nobody is helped yet"
expect_exit 0 L record create survivor --set chosen_name=Tirelu --set "person=$p" --as cy --purpose protection --json
is_not_listed "Rasimeto Ulgan" "somebody is helped"

story "Two who are confirmed to be one: what bars one of a list bars the other, whichever came first"
same_person() { # same_person LEFT RIGHT: gus confirms it
	m=$(L record create match --set "left=$1" --set "right=$2" --as gus --json | field id)
	move gus match "$m" confirmed --set "reasons=The same passport and birthplace"
}
p=$(person "Golmaro Teyva") q=$(person "Golmarro Teiva")
involve "$p" PRESUMED >/dev/null
involve "$q" SUSPECT >/dev/null
l=$(new_listing "$ours" "Golmarro Teiva" --set "person=$q")
is_listed "Golmarro Teiva" "a suspect, as far as is known"
same_person "$p" "$q"
is_not_listed "Golmarro Teiva" "confirmed to be somebody presumed"
p=$(person "Havuneri Plosk") q=$(person "Havunery Ploszk")
involve "$p" SUSPECT >/dev/null
involve "$q" SUSPECT >/dev/null
same_person "$q" "$p"
l=$(new_listing "$ours" "Havunery Ploszk" --set "person=$q")
is_listed "Havunery Ploszk" "nobody is marked yet"
involve "$p" OTHER_WITNESS >/dev/null
is_not_listed "Havunery Ploszk" "the same as a witness"
p=$(person "Ibrasolu Kench")
involve "$p" UNDETERMINED >/dev/null
l=$(new_listing "$ours" "Ibrasolu Kench")
is_listed "Ibrasolu Kench" "a listing that names nobody of ours"
same_person "$p" "$l"
is_not_listed "Ibrasolu Kench" "somebody undetermined was confirmed to be the listed one"

story "Open alerts of everybody confirmed to be the same are suspended too, over any number of matches"
state() { L record show "$1" "$2" --as gus --json | jq -r .state; }
chain() { # chain NAME: three people who are one by two matches, the last with an alert on another's listing
	x=$(person "$1 one") y=$(person "$1 two") z=$(person "$1")
	for who in "$x" "$y" "$z"; do involve "$who" SUSPECT >/dev/null; done
	l=$(new_listing "$ours" "$1")
	same_person "$x" "$y"
	first=$m
	same_person "$z" "$y"
	expect_exit 0 L match people --as gus
	alert=$(L record list alert --state new --as gus --json | jq -r --arg z "$z" '.items[] | select(.fields.person == $z) | .id')
	[ -n "$alert" ] || wrong "no alert of $1"
}
for category in VICTIM PRESUMED UNDETERMINED OTHER_WITNESS; do
	chain "Jodrelin $(tr A-Z a-z <<<"${category%%_*}")oska"
	involve "$x" "$category" >/dev/null
	same "the alert, $category" "$(state alert "$alert")" suspended
	same "somebody else's listing, $category" "$(state listing "$l")" active
done
chain "Kamberto Vilsk"
expect_exit 0 L record move alert "$alert" taken --version 1 --as gus
expect_exit 0 L record create survivor --set chosen_name=Loshkai --set "person=$x" --as cy --purpose protection --json
same "a taken one, of somebody helped" "$(state alert "$alert")" suspended
chain "Lerimond Asto"
move gus match "$first" undone --set "reasons=The passport was his brother's"
involve "$x" PRESUMED >/dev/null
same "after the match was undone" "$(state alert "$alert")" new

story "An imported list counts as every other: by two people, and not for who is marked by then"
cat >"$work/list.csv" <<'END'
entity_id,type,names,dob,countries,ids,source
a1,person,Kestrolan Imbadu,1979-05-07,,,t
a2,person,Yorandel Fisko,1988-11-03,,,t
END
expect_exit 0 L record import "$work/list.csv" --format list-csv --list "Taken in"
taken=$(L record list watchlist --as gus --json | jq -r '.items[] | select(.title == "Taken in") | .id')
is_not_listed "Kestrolan Imbadu" "the imported list is a draft"
use_list "$taken"
is_listed "Kestrolan Imbadu" "the list is in use"
p=$(person "Yorandel Fisko")
involve "$p" VICTIM >/dev/null
l=$(asks "Yorandel Fisko")
version=$(L record show listing "$l" --as gus --json | jq .version)
expect_exit 0 L record set listing "$l" --version "$version" --set "person=$p" --as gus
is_not_listed "Yorandel Fisko" "edited after the import"

story "A list taken out of use counts no more, at once; and a node that starts anew finds the same"
before=$(asks "Orvek Taluneth")
node_stop
node_start
same "after a restart" "$(asks "Orvek Taluneth")" "$before"
for name in "Survanelo Akamoteru" "Survanelo Enakoponari" "Meruvani Toskal" "Palodri Venska" "Rasimeto Ulgan" "Yorandel Fisko"; do
	is_not_listed "$name" "after a restart"
done
node_kill
node_start
same "after a kill" "$(asks "Orvek Taluneth")" "$before"
move tom watchlist "$ours" suspended
is_not_listed "Orvek Taluneth" "its list is out of use"

if [ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ]; then
	story "Two processes on one database: what one of them changes the other compares with at once, or no more"
	node_also_start
	two() { # two PORT-SOCKET PATH BODY: as gus, at that process
		curl -s -m 30 --unix-socket "$node/$1" -X POST -H "Liaison-User: gus" -H "Liaison-Purpose: screening" \
			-H "Content-Type: application/json" --data-binary "$3" "http://node/api/v1/$2"
	}
	asked() { two "$1" match '{"name":"Belsando Urkin","min_score":"0.3"}' | jq -r '.hits[].listing'; }
	same "before" "$(asked liaison.sock)$(asked liaison-2.sock)" ""
	l=$(two liaison-2.sock records/listing "{\"fields\":{\"list\":\"$taken\",\"subject\":\"person\",\"name\":\"Belsando Urkin\"}}" | jq -r .id)
	same "recorded at the second, asked at the first" "$(asked liaison.sock)" "$l"
	same "and at the second" "$(asked liaison-2.sock)" "$l"
	move gus listing "$l" under_review
	same "moved on at one, asked at both" "$(asked liaison.sock)$(asked liaison-2.sock)" ""
	node_also_kill
fi

story "Under load, with lists that change, no question fails"
move_fast() { L record create listing --set "list=$taken" --set subject=person --set "name=Zzorel $1" --as gus >/dev/null; }
for k in 1 2 3 4; do
	(for j in 1 2 3 4 5 6 7 8; do L match ask "Kestrolan Imbadu" --as gus --json >>"$work/asked.$k" || echo failed >>"$work/asked.$k"; done) &
	pids="${pids:-} $!"
done
for j in 1 2 3 4 5 6; do move_fast "$j"; done
wait $pids
same "questions that failed" "$(cat "$work"/asked.* | grep -c failed || true)" 0
same "answers" "$(cat "$work"/asked.* | jq -s 'length')" 32

story "No listed name stands in a file of the node"
! grep -rqa "Kestrolan" "$node" || wrong "a listed name stands in a file"
