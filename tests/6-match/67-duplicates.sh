#!/usr/bin/env bash
# People who stand in a node twice are proposed as matches; people decide. Nothing is merged, what was
# decided is not asked again until something else is found, an undone one leaves all as it was; nobody
# helped as a survivor is in a proposal; a job that is cut off goes on and proposes nothing twice.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

me=$(id -u)
node_init --shared-account --login ada
node_unlimited
node_start
export LIAISON_AS=ada
expect_exit 0 L user add gus --roles analyst --system-account "$me"
expect_exit 0 L user add tom --roles supervisor --system-account "$me"
expect_exit 0 L user add cy --roles support_worker --system-account "$me"
person() { # person NAME DATE [LOGIN]: prints the id
	L record create person --set name="$1" --set birth_date="$2" --as "${3:-gus}" --json | field id
}
matches() { # matches STATE [LOGIN]: their ids
	L record list match --state "$1" --as "${2:-gus}" --json | jq -r '.items[].id'
}
found() { # found [LOGIN] [OPTION...]: [proposed, proposed_again, known]
	login=${1:-gus}
	[ $# = 0 ] || shift
	L match duplicates --as "$login" --json "$@" | jq -c '[.proposed, .proposed_again, .known_proposals]'
}
version() { L record show "$1" "$2" --as gus --json | jq .version; }

story "Two registers brought the same person, once in another script; others only resemble"
a=$(person "Orvek Taluneth" 1979-05-07)
b=$(person "Орвек Талунет" 1979-05-07)
c=$(person "Dameru Loshkai" 1988-11-03)
person "Quentara Bole" 1980-02-03 >/dev/null
person "Quentin Bolander" 1961-07-19 >/dev/null
same "proposed" "$(found)" "[1,0,0]"
match=$(matches proposed)
expect_exit 0 L record show match "$match" --as gus --reveal explanation --reason "why it was proposed" --json
same "of whom it speaks" "$(jq -r '[.fields.left, .fields.right] | sort | join(" ")' <<<"$said")" "$(printf '%s\n%s\n' "$a" "$b" | sort | paste -sd' ')"
why=$(jq -r .fields.explanation <<<"$said")
# Each piece is rounded for itself.
sed -n 's/^.*, \([+-][0-9.]*\) bits$/\1/p; s/^sum: \([+-][0-9.]*\) bits.*/= \1/p' <<<"$why" |
	awk '/^=/ { d = s - $2; exit !(n > 3 && d < 0.1 && d > -0.1) } { s += $1; n++ }' || wrong "the pieces do not sum to the bits: $why"
hasnt "$why" Taluneth
hasnt "$why" 1979

story "Asked again, it is known; a name that only resembles stays unproposed"
same "asked again" "$(found)" "[0,0,1]"
expect_exit 2 L match duplicates --min-score 0.2 --as gus

story "A person rejects it, with a reason; it stays rejected until something else is found"
expect_exit 4 L record move match "$match" rejected --version 1 --as cy --purpose investigation
expect_exit 5 L record move match "$match" rejected --version "$(version match "$match")" --as gus
expect_exit 0 L record move match "$match" rejected --version "$(version match "$match")" --set reasons="Two cousins, seen together" --as gus
same "after a refusal" "$(found)" "[0,0,1]"
expect_exit 0 L record set person "$a" --version "$(version person "$a")" --set salutation=Mr --as gus
same "a change that says nothing of it" "$(found)" "[0,0,1]"
expect_exit 0 L record set person "$b" --version "$(version person "$b")" --set name="Orvek Taluneth" --as gus
same "another spelling is found now" "$(found)" "[1,1,0]"
same "the refusal stays" "$(matches rejected)" "$match"
again=$(matches proposed)
[ "$again" != "$match" ] || wrong "the refused one was opened again"

story "Confirming takes a person and a sentence, and changes neither record; undoing leaves all as it was"
before=$(L record show person "$a" --as gus --json)$(L record show person "$b" --as gus --json)
expect_exit 0 L record create incident --set kind=report --set "summary=Seen at the pier" --set summary_basis=fact --as gus --json
incident=$(field id <<<"$said")
for who in "$a" "$b"; do
	expect_exit 0 L record create involvement --set "person=$who" --set "in=$incident" --set category=SUSPECT --set category_basis=assessment --as gus
done
expect_exit 5 L record move match "$again" confirmed --version "$(version match "$again")" --set reasons="97 %" --as gus
expect_exit 0 L record move match "$again" confirmed --version "$(version match "$again")" --set reasons="The same passport in both files" --as gus
same "a confirmed one is known" "$(found)" "[0,0,1]"
expect_exit 0 L record move match "$again" undone --version "$(version match "$again")" --set reasons="The passport was his brother's" --as tom
same "both records" "$(L record show person "$a" --as gus --json)$(L record show person "$b" --as gus --json)" "$before"
same "an undone one is not asked again" "$(found)" "[0,0,1]"
expect_exit 0 L record set person "$b" --version "$(version person "$b")" --set birth_date=1979-07-05 --as gus
same "until something else is found" "$(found gus --min-score 0.5)" "[1,1,0]"
same "as the same record, with what was decided before" "$(L record show match "$again" --as gus --json | jq -r .state)" proposed

story "Who is helped as a survivor is in no proposal; an open one is withdrawn, and nobody is told why"
d=$(person "Dameru Loshkai" 1988-11-03)
same "two of one name" "$(found)" "[1,0,1]"
open=$(comm -13 <(echo "$again") <(matches proposed | sort))
expect_exit 0 L record create survivor --set chosen_name=Tirelu --set "person=$d" --as cy --purpose protection --json
expect_exit 0 L record show match "$open" --as gus --json
same "its state" "$(jq -r .state <<<"$said")" undone
expect_exit 0 L audit show "$open" --as gus
hasnt "$said" "victim"
hasnt "$said" "survivor"
same "it is not proposed again" "$(found)" "[0,0,1]"
person "Quentara Bole" 1980-02-03 >"$work/e"
expect_exit 0 L record create involvement --set "person=$(cat "$work/e")" --set "in=$incident" --set category=VICTIM --set category_basis=assessment --as ada
same "nor one who was marked before" "$(found)" "[0,0,1]"

story "Who may not read one of two is told of neither, by a proposal or by a number"
unit=$(L record create unit --set name=Elsewhere --set "kind=$(sed -n 2p model/codes/unit_kind.csv | cut -d, -f1)" --purpose administration --json | field id)
expect_exit 0 L user add bo --roles analyst --unit "$unit" --system-account "$me"
f=$(person "Ulmira Vashtorek" 1991-04-12)
expect_exit 0 L record mark person "$f" AMBER+STRICT --version 1 --as gus
expect_exit 3 L record show person "$f" --as bo
found bo >/dev/null
known=$(found bo)
person "Ulmira Vashtorek" 1991-04-12 bo >/dev/null
same "what bo is told" "$(found bo)" "$known"
same "what bo sees of it" "$(L record list match --state proposed --as bo --json | jq --arg f "$f" '[.items[] | select(.fields.left == $f or .fields.right == $f)] | length')" 0
same "gus reads both" "$(found | jq -c '.[0]')" 1
expect_exit 0 L record list match --state proposed --as gus --json
same "it is handled as the stricter of both" "$(jq -r --arg f "$f" '.items[] | select(.fields.left == $f or .fields.right == $f) | .handling.tlp // .handling' <<<"$said")" "AMBER+STRICT"
expect_exit 4 L match duplicates --as cy
expect_exit 4 L match duplicates --as gus --purpose prosecution

story "A job that is killed goes on where it was: each pair once"
{
	echo "name,birth_date"
	awk 'BEGIN { srand(3); split("ba ko mi ra ne lo ta vel go zu fa en or is dor hal ul ka pe ri to wen lin bri", s, " ")
		for (i = 0; i < 1200; i++) { n = ""; for (k = 0; k < 7; k++) n = n s[1 + int(rand() * 24)] (k == 2 ? " " : "")
			d = sprintf("%d-%02d-%02d", 1940 + int(rand() * 60), 1 + int(rand() * 12), 1 + int(rand() * 28))
			print n "," d; if (i % 4 == 0) print n "," d } }'
} >"$work/people.csv"
expect_exit 0 L record import "$work/people.csv" --format csv --type person --as gus --purpose screening
count() { store_rows "SELECT COUNT(*) FROM record WHERE state = 'proposed'"; }
had=$(count)
L match duplicates --as gus --json >/dev/null 2>&1 &
asking=$!
for _ in $(seq 400); do
	[ "$(count)" -lt $((had + 60)) ] || break
	sleep 0.02
done
node_kill
wait $asking 2>/dev/null || true
[ "$(count)" -lt $((had + 300)) ] || echo "(it was done before it was killed)"
node_start
for _ in $(seq 600); do
	L job list --as gus --json | jq -e '[.items[] | select(.state == "running" or .state == "queued")] | length == 0' >/dev/null && break
	sleep 0.1
done
same "each pair" "$(count)" "$((had + 300))"
same "once more" "$(found | jq -c '.[0:2]')" "[0,0]"
