#!/usr/bin/env bash
# An analyst has six weeks of a bank's transactions and no node: which belong together, and why; ordinary
# life gives no lead, what cannot be read is told by line and never stops the rest.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

story "A town of invented accounts: wages, rents, shops, friends; and ten workers whose wages go on to one hand"
awk 'BEGIN {
	srand(11); a = "'"$work"'/accounts.csv"; t = "'"$work"'/ordinary.csv"
	print "account,kind,country,bank,opened,venue" >a
	for (i = 0; i < 500; i++) printf "P%03d,person,QN,B1,%s,\n", i, i % 25 ? "2016-02-03" : "2024-12-20" >a
	for (i = 0; i < 50; i++) printf "S%02d,business,QN,B2,2015-01-01,\n", i >a
	for (i = 0; i < 10; i++) printf "W%02d,person,QN,B1,2024-12-%02d,V01\n", i, 10 + i >a
	print "HAND,person,QL,B3,2019-05-05," >a
	for (d = 0; d < 28; d++) for (i = 0; i < 500; i++) {
		at = sprintf("2025-01-%02dT%02d:%02d:%02d", 1 + d, 8 + int(rand() * 12), int(rand() * 60), int(rand() * 60)) "Z"
		if (d == 14) pay(at, sprintf("S%02d", i % 50), sprintf("P%03d", i), 1200 + rand() * 2000, "sepa")
		else if (d == 16) pay(at, sprintf("P%03d", i), sprintf("P%03d", int(i / 4)), 300 + rand() * 500, "standing_order")
		else if (rand() < .3) pay(at, sprintf("P%03d", i), sprintf("S%02d", int(rand() * 50)), 5 + rand() * 80, "card")
		else if (rand() < .1) pay(at, sprintf("P%03d", i), sprintf("P%03d", int(rand() * 500)), 10 + rand() * 200, "transfer")
	}
	for (r = 0; r < 2; r++) for (i = 0; i < 10; i++) {
		w = 600 + i * 9
		mark(sprintf("2025-01-%02dT08:%02d:00Z", 6 + 14 * r, i), "S07", sprintf("W%02d", i), w, "sepa")
		mark(sprintf("2025-01-%02dT%02d:30:00Z", 6 + 14 * r, 11 + i), sprintf("W%02d", i), "HAND", w * .7, "transfer")
	}
}
function row(id, at, from, to, euro, channel) { printf "%s,%s,%s,%s,%.2f,EUR,%.2f,%s,QN,QN\n", id, at, from, to, euro, euro, channel >t }
function pay(at, from, to, euro, channel) { row(sprintf("T%05d", n++), at, from, to, euro, channel) }
function mark(at, from, to, euro, channel) { row(sprintf("X%05d", n++), at, from, to, euro, channel) }'
printf 'venue,country,kind\nV01,QN,farm\n' >"$work/venues.csv"
head=tx_id,ts,from_account,to_account,amount,currency,amount_eur,channel,from_country,to_country
{ echo "$head"; sort -t, -k2,2 "$work/ordinary.csv"; } >"$work/transactions.csv"
money() { "$liaison" link money "$work/transactions.csv" --accounts "$work/accounts.csv" --venues "$work/venues.csv" "$@"; }

story "Every transaction has a score, and only those of the workers a high one"
money --patterns "$work/patterns.csv" | tr -d '\r' >"$work/scores.csv"
same "the head" "$(head -1 "$work/scores.csv")" tx_id,score
same "rows" "$(wc -l <"$work/scores.csv")" "$(wc -l <"$work/transactions.csv")"
same "who is above one half" "$(awk -F, 'NR > 1 && $2 >= .5 { print substr($1, 1, 1) }' "$work/scores.csv" | sort | uniq -c | tr -s ' ')" " 40 X"
same "one group, with its typology" "$(tr -d '\r' <"$work/patterns.csv" | tail -n +2 | cut -d, -f1,3 | sort | uniq -c | tr -s ' ')" " 40 M000001,wage_skim"

story "Why, in words and figures that add up"
money --json >"$work/why.json"
same "around whom" "$(jq -r '.items[].centre' "$work/why.json")" HAND
same "which red flags" "$(jq -r '.items[].red_flags' "$work/why.json")" "FC14 FC22"
same "facts add up" "$(jq '.items[0] | ((.facts | map(.bits) | add) - .bits) | fabs < 0.001' "$work/why.json")" true
has "$(money --explain 2>&1 >"$work/none")" "intermediaries that share both ends: 10"
jq -e '.items[0].score < 1' "$work/why.json" >"$work/none" || wrong "a score says that it is sure"

story "A dial: so many alerts a day, and how many are expected to be right"
expect_exit 0 money --alerts 5
same "at most five a day" "$(echo "$said" | tr -d '\r' | grep -c '^X')" 10
has "$said" "10 alerts at no more than 5 a day"

story "Standard input is a file too, and the order within three weeks changes nothing"
sort -R --random-source="$work/accounts.csv" "$work/ordinary.csv" | { echo "$head"; cat; } >"$work/shuffled.csv"
"$liaison" link money - --accounts "$work/accounts.csv" <"$work/shuffled.csv" | tr -d '\r' | sort >"$work/again.csv"
same "the same rows above one half" "$(awk -F, '$2 >= .5 && /^X/' "$work/again.csv" | wc -l)" 40

story "What cannot be read is told by line without its content, and counted; the rest is scored"
{ cat "$work/transactions.csv"; printf 'T9,2025-01-29T10:00:00Z,P001,P002,1,EUR,lots,transfer,QN,QN\nT8,yesterday,P001,P002,1,EUR,1,transfer,QN,QN\n'; } >"$work/bad.csv"
expect_exit 2 "$liaison" link money "$work/bad.csv" --accounts "$work/accounts.csv"
has "$said" "2 rows could not be read and were skipped"
has "$said" "amount_eur: the row has no such value"
hasnt "$said" "yesterday"
has "$said" "X05"
expect_exit 3 "$liaison" link money "$work/absent.csv" --accounts "$work/accounts.csv"
expect_exit 2 "$liaison" link money "$work/transactions.csv"
expect_exit 2 "$liaison" link money "$work/accounts.csv" --accounts "$work/accounts.csv"
has "$said" "no column has this heading"

story "A registered helper is in no score, group or trail, whatever it looks like; a list that cannot be read is no list"
printf 'account\nHAND\n' >"$work/helpers.csv"
same "nobody is above one half" "$(money --leave-out "$work/helpers.csv" | tr -d '\r' | awk -F, 'NR > 1 && $2 >= .5' | wc -l)" 0
hasnt "$(money --leave-out "$work/helpers.csv" --json)" HAND
printf 'account\n""\n' >"$work/damaged.csv"
expect_exit 2 money --leave-out "$work/damaged.csv"
has "$said" "nothing was scored"
hasnt "$said" X05

story "One amount followed by three rules, which disagree"
printf '%s\n' "$head" 'R1,2025-01-01T09:00:00Z,A,B,300,EUR,300,transfer,QN,QN' 'R2,2025-01-02T09:00:00Z,C,B,100,EUR,100,transfer,QN,QN' \
	'R3,2025-01-03T09:00:00Z,B,D,300,EUR,300,transfer,QN,QN' 'R4,2025-01-04T09:00:00Z,B,E,100,EUR,100,transfer,QN,QN' \
	'R5,2025-01-05T09:00:00Z,A,E,70,EUR,70,transfer,QN,QN' >"$work/trail.csv"
same "the trail" "$("$liaison" link trace "$work/trail.csv" --tx R2 | tr -d '\r' | cut -d, -f1,6-8 | tr '\n' ' ')" \
	"tx_id,fifo,haircut,poison R2,100.00,100.00,100.00 R3,0.00,75.00,300.00 R4,100.00,25.00,100.00 "
same "as JSON" "$("$liaison" link trace "$work/trail.csv" --tx R2 --days 1 --json | jq -c '[.items[] | [.tx_id, .haircut]]')" '[["R2",100],["R3",75]]'
printf 'account\nD\n' >"$work/helpers.csv"
same "a helper is on no trail" "$("$liaison" link trace "$work/trail.csv" --tx R2 --leave-out "$work/helpers.csv" | tr -d '\r' | cut -d, -f1,6 | tr '\n' ' ')" "tx_id,fifo R2,100.00 R4,0.00 "
expect_exit 3 "$liaison" link trace "$work/trail.csv" --tx R9
expect_exit 2 "$liaison" link trace "$work/trail.csv"
