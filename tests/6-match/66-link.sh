#!/usr/bin/env bash
# Two files of people set against each other, and one against itself, without a node: whoever lives
# together is not one person, what cannot be read is told, and threads change nothing.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

story "Two registers of invented people, the second with mistakes"
awk 'BEGIN {
	srand(7); split("ba ko mi ra ne lo ta vel go zu fa en or is dor hal ul ka pe ri to wen lin bri", s, " ")
	print "nr,Vorname,surname,date_of_birth,street,postcode,phone,shoe" >"'"$work"'/left.csv"
	print "id, given_name, surname, date_of_birth, street, postcode, phone" >"'"$work"'/right.csv"
	for (i = 1; i <= 300; i++) {
		if (i % 3 == 1) {
			family = ""; street = ""
			for (k = 0; k < 3; k++) { family = family s[1 + int(rand() * 24)]; street = street s[1 + int(rand() * 24)] }
			street = street " road " i; code = 1000 + i
		}
		given = ""
		for (k = 0; k < 3; k++) given = given s[1 + int(rand() * 24)]
		born = sprintf("%d-%02d-%02d", 1940 + int(rand() * 60), 1 + int(rand() * 12), 1 + int(rand() * 28))
		phone = "+999" 1000000 + int(rand() * 9000000)
		if (i % 3 != 0) printf "l%d,%s,%s,%s,%s,%s,%s,42\n", i, given, family, born, street, code, phone >"'"$work"'/left.csv"
		if (i % 5 == 0) given = substr(given, 2)
		if (i % 7 == 0) born = substr(born, 1, 8) "30"
		if (i % 11 == 0) phone = ""
		if (i % 3 != 1) printf "r%d, %s, %s, %s, %s, %s, %s\n", i, given, family, born, street, code, phone >"'"$work"'/right.csv"
	}
}'
fields=given=Vorname,given=given_name,id=nr,id=id
expect_exit 0 "$liaison" match link "$work/left.csv" "$work/right.csv" --fields "$fields"
has "$said" '"shoe" of the left file is not compared'
"$liaison" match link "$work/left.csv" "$work/right.csv" --fields "$fields" 2>/dev/null | tr -d '\r' >"$work/pairs"
same "the head" "$(head -1 "$work/pairs")" left_id,right_id,probability
same "the same people, and nobody who lives with them" \
	"$(tail -n +2 "$work/pairs" | awk -F, '{ print substr($1, 2) == substr($2, 2) }' | sort | uniq -c | tr -s ' ')" " 100 1"

story "As many threads, the same answer; standard input is a file too; one to one each row once"
"$liaison" match link - "$work/right.csv" --fields "$fields" --threads 2 2>/dev/null <"$work/left.csv" | tr -d '\r' | cmp - "$work/pairs"
"$liaison" match link "$work/left.csv" "$work/right.csv" --fields "$fields" --one-to-one 2>/dev/null | tr -d '\r' >"$work/one"
same "each row once" "$(tail -n +2 "$work/one" | cut -d, -f1 | sort | uniq -d)$(tail -n +2 "$work/one" | cut -d, -f2 | sort | uniq -d)" ""

same "as JSON" "$("$liaison" match link "$work/left.csv" "$work/right.csv" --fields "$fields" --json 2>/dev/null | jq -r '.items[] | [.left_id, .right_id] | join(",")')" \
	"$(tail -n +2 "$work/pairs" | cut -d, -f1,2)"

story "One register against itself"
{ echo "id,given_name,surname,date_of_birth,street,postcode,phone"; tail -n +2 "$work/left.csv" | cut -d, -f1-7; tail -n +2 "$work/right.csv"; } >"$work/both.csv"
"$liaison" match dedupe "$work/both.csv" 2>/dev/null | tr -d '\r' >"$work/clusters"
same "every row once" "$(tail -n +2 "$work/clusters" | wc -l)" 400
same "who has a cluster with somebody else's rows" \
	"$(tail -n +2 "$work/clusters" | awk -F, 'substr($1, 2) != substr($2, 2)')" ""
same "people in both files, each one cluster" "$(tail -n +2 "$work/clusters" | awk -F, '$1 != $2' | wc -l)" 100

story "What cannot be used is said, in one sentence, and nothing is guessed"
expect_exit 2 "$liaison" match link "$work/left.csv" "$work/right.csv"
has "$said" "no column of ids"
expect_exit 2 "$liaison" match link "$work/left.csv" "$work/right.csv" --fields shoe=size
expect_exit 2 "$liaison" match link "$work/left.csv" "$work/right.csv" --fields "$fields" --min-probability 2
expect_exit 3 "$liaison" match link "$work/absent.csv" "$work/right.csv"
expect_exit 2 "$liaison" match link - -
expect_exit 2 "$liaison" match dedupe "$work/left.csv" --one-to-one
printf 'id,surname\n1,Taluneth\n,Petrenko\n2,Loshkai\n' >"$work/short.csv"
expect_exit 2 "$liaison" match dedupe "$work/short.csv"
has "$said" "short.csv:3"
hasnt "$said" Petrenko
has "$said" "1 lines could not be read"
