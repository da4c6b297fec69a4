#!/usr/bin/env bash
# Suspects against our own lists: only lists that two people put into use count; whoever is helped
# as a survivor is not asked about, and neither a count nor the log tells who that is; who turns
# out to be a victim is no open alert any longer.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

me=$(id -u)
node_init --shared-account --login ada
node_start
export LIAISON_AS=ada
expect_exit 0 L user add gus --roles analyst --system-account "$me"
expect_exit 0 L user add tom --roles supervisor --system-account "$me"
expect_exit 0 L user add cy --roles support_worker --system-account "$me"

cat >"$work/list.csv" <<'END'
entity_id,type,names,dob,countries,ids,source
a1,person,Orvek Taluneth,1979-05-07,,,t
a2,person,Dameru Loshkai,1988-11-03,,,t
END

story "Without a list nobody is screened, and that is said"
expect_exit 5 L match people --as gus --purpose screening
has "$said" "there is no watch list"

story "A list that was only taken in is a draft: it is not screened against"
expect_exit 0 L record import "$work/list.csv" --format list-csv --list "Ours" --purpose screening
expect_exit 0 L record import "$work/list.csv" --format list-csv --list "Another" --again --purpose screening
expect_exit 0 L record list watchlist --purpose screening --json
ours=$(jq -r '.items[] | select(.title == "Ours") | .id' <<<"$said")
another=$(jq -r '.items[] | select(.title == "Another") | .id' <<<"$said")

suspect() { # suspect NAME DATE: a person who is a SUSPECT; prints the id
	person=$(L record create person --set name="$1" --set birth_date="$2" --as gus --json | field id)
	L record create involvement --set "person=$person" --set "in=$incident" --set category=SUSPECT \
		--set category_basis=assessment --as gus --json >/dev/null
	echo "$person"
}
expect_exit 0 L record create incident --set kind=report --set "summary=Seen at the pier" --set summary_basis=fact --as gus --json
incident=$(field id <<<"$said")
x=$(suspect "Orvek Taluneth" 1979-05-07)
y=$(suspect "Dameru Loshkai" 1988-11-03)
z=$(suspect "Nobody Atall" 1990-01-02)

expect_exit 5 L match people --as gus --purpose screening
has "$said" "2 in the state draft"
expect_exit 5 L match people --list "$ours" --as gus --purpose screening
has "$said" "1 in the state draft"
expect_exit 3 L match people --list 01a206d8-cc22-7f92-aa47-c3b25f5891f9 --as gus --purpose screening
expect_exit 3 L match people --list "$incident" --as gus --purpose screening
expect_exit 2 L match people --list nonsense --as gus --purpose screening

move_list() { # move_list LOGIN STATE
	version=$(L record show watchlist "$ours" --purpose screening --json | jq .version)
	expect_exit 0 L record move watchlist "$ours" "$2" --version "$version" --set legal_basis=led_8 \
		--set "proportionality=Two rows, reviewed each year" --set owner=Desk \
		--set review_by="$(date -u -d +1year +%F)" --as "$1" --purpose screening
}

story "One person's wish changes nothing; two make it so"
move_list ada in_use
expect_exit 5 L match people --as gus --purpose screening
move_list tom in_use

story "X is helped here, which cy alone knows: neither a count nor the log tells it to gus"
expect_exit 0 L match people --min-score 1 --as gus --purpose screening --json
before=$(jq -c '[.screened, keys]' <<<"$said")
expect_exit 0 L record create survivor --set chosen_name=Tirelu --set "person=$x" --as cy --purpose protection --json

story "A move that is closed says the same of both: what its other gates would find stays untold"
confirm() { # confirm PERSON: what is said about a network that they are in
	expect_exit 0 L record create network --set name=W --set people="$1" --set because=a --set against=b \
		--set evidence_kinds=document --set confirmed_by="$(L user me --as gus --json | jq -r .id)" --as gus --json
	network=$(field id <<<"$said")
	expect_exit 5 L record move network "$network" confirmed --version 1 --reason "how it is" --as gus
	echo "$said"
}
same "what the move of both says" "$(confirm "$x")" "$(confirm "$z")"
expect_exit 0 L match people --as gus --purpose screening --json
same "counts before and after" "$(jq -c '[.screened, keys]' <<<"$said")" "$before"
same "listings of the list in use" "$(jq .listings <<<"$said")" 2
same "lists left out" "$(jq .lists_not_in_use <<<"$said")" 1
same "alerts" "$(jq .alerts <<<"$said")" 1
node_reads() { L audit show "$1" --as gus --json | jq -c '[.items[] | select(.actor == "node") | [.action, .purpose, .reason, .fields]]'; }
same "what the node did with X and with Z" "$(node_reads "$x")" "$(node_reads "$z")"
[ "$(node_reads "$x" | jq length)" -ge 2 ] || wrong "no reading by the node stands in the log of X"
expect_exit 2 L match people --min-score 0.01 --as gus --purpose screening

story "The alert about Y is open, until Y turns out to be a presumed victim"
expect_exit 0 L record list alert --state new --as gus --purpose screening --json
alert=$(jq -r '.items[0].id' <<<"$said")
same "whom it is about" "$(jq -r '.items[0].fields.person' <<<"$said")" "$y"
expect_exit 0 L record create involvement --set "person=$y" --set "in=$incident" --set category=PRESUMED \
	--set category_basis=assessment --as ada --json
expect_exit 0 L record list alert --state new --as gus --purpose screening --json
same "open alerts" "$(jq '.items | length' <<<"$said")" 0
expect_exit 0 L record show alert "$alert" --as gus --purpose screening --json
same "its state and clock" "$(jq -c '[.state, .due]' <<<"$said")" '["suspended",null]'
expect_exit 0 L audit show "$alert" --as gus --purpose screening
hasnt "$said" "victim"
hasnt "$said" "rule 5"
expect_exit 5 L record move alert "$alert" taken --version 2 --as gus --purpose screening
expect_exit 0 L match people --as gus --purpose screening --json
same "new alerts" "$(jq .alerts <<<"$said")" 0

story "A guess at a birth date of another unit's is answered by no number"
unit=$(L record create unit --set name=Elsewhere --set "kind=$(sed -n 2p model/codes/unit_kind.csv | cut -d, -f1)" --purpose administration --json | field id)
expect_exit 0 L user add bo --roles analyst --unit "$unit" --system-account "$me"
suspect "Quentara Bole" 1980-02-03 >/dev/null
expect_exit 0 L record create listing --set "list=$ours" --set subject=person --set "name=Quentara Bole" \
	--set birth_dates=1980-02-03 --as bo --purpose screening --json
expect_exit 0 L match people --as bo --purpose screening --json
same "alerts told to bo" "$(jq -c '[.alerts, .known_alerts]' <<<"$said")" "[0,0]"
expect_exit 0 L match people --as bo --purpose screening --json
same "known alerts told to bo" "$(jq -c '[.alerts, .known_alerts]' <<<"$said")" "[0,0]"
expect_exit 0 L match people --as gus --purpose screening --json
same "alerts told to gus" "$(jq -c '[.alerts, .known_alerts]' <<<"$said")" "[0,1]"

story "A list that is closed is screened against no longer"
move_list ada closed
expect_exit 5 L match people --as gus --purpose screening
has "$said" "1 in the state draft, 1 in the state closed"
[ -n "$another" ] || wrong "the other list is missing"

story "A file of names with a line that cannot be read ends as an import does"
printf 'query_id,name,dob\nq1,Orvek Taluneth,1979-05-07\nq2,"bad" one"\nq3,Dameru Loshkai,19/20/2000\n' >"$work/q.csv"
expect_exit 2 "$liaison" match screen --list "$work/list.csv" --queries "$work/q.csv"
has "$said" "q1,a1,0.9"
has "$said" "q3,a2,0.9"
has "$said" "q.csv:3:"
has "$said" "q.csv:4:19: dob: is no date"
expect_exit 2 "$liaison" match compare "Orvek" "Orvek" --dob 19/20/2000 1979
expect_exit 0 "$liaison" match compare "Orvek" "Orvek" --dob "" 1979
