#!/usr/bin/env bash
# Incidents become proposals of cases without a node: two gangs are two cases, who serves both is named, the
# hotline that everybody called is nowhere, and what cannot be read is told.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

story "Two gangs, people who have nothing to do with them, and a hotline that all of them may have called"
awk 'BEGIN {
	srand(5); split("Asca Bero Cilo Dunn Esk Foro Garda Hult Ives Jena", p, " ")
	print "id,date,city,names,phones,plates,route"
	for (g = 1; g <= 2; g++)
		for (i = 0; i < 24; i++) {
			at = i % 3
			phone = i % 6 == 5 ? "+40711222333" : sprintf(i % 4 ? "+49 %d 333 %d" : "0049%d333xxx", 510000 + g * 7919 + (i % 2) * 31337, 444)
			printf "g%d-%d,2024-0%d-%02d,%s,%s,%s,%s,%s\n", g, i, 2 * g, 1 + i, p[3 * g + at - 2], i % 3 ? "" : "Driver Nr" g, phone,
				i % 2 && i % 6 != 5 ? "" : "QX " (1000 + g * 311) " Z", at ? p[3 * g + at - 3] ">" p[3 * g + at - 2] : p[3 * g - 2]
		}
	for (i = 0; i < 150; i++)
		printf "s%d,2024-%02d-%02d,%s,,%s,,\n", i, 1 + int(rand() * 8), 1 + int(rand() * 28), p[1 + int(rand() * 10)],
			i % 3 ? "+33" 1000000 + int(rand() * 8999999) : "+800 116 006"
}' >"$work/incidents.csv"
expect_exit 0 "$liaison" link incidents "$work/incidents.csv" --facilitators "$work/f.csv" --routes "$work/r.csv" --explain "$work/e.json"
has "$said" "look like helpers'"
"$liaison" link incidents "$work/incidents.csv" 2>/dev/null | tr -d '\r' >"$work/cases.csv"
same "the head" "$(head -1 "$work/cases.csv")" id,case
for g in 1 2; do
	grep "^g$g-" "$work/cases.csv" | cut -d, -f2 | sort | uniq -c | sort -rn | head -1 | awk '{ print ($1 >= 20), $2 }' >"$work/g$g"
	has "$(cat "$work/g$g")" "1 "
done
[ "$(cat "$work/g1")" != "$(cat "$work/g2")" ] || wrong "two gangs became one case"
same "strangers in a case" "$(grep '^s' "$work/cases.csv" | grep -vc ',-1$' || true)" 0

story "Who serves both is named; the hotline is nowhere; each case says what speaks against it"
has "$(tr -d '\r' <"$work/f.csv")" "1,+40711222333"
hasnt "$(cat "$work/f.csv" "$work/e.json")" 800116006
has "$(cat "$work/r.csv")" "Asca>Bero>Cilo"
jq -e '.base_rate > 0 and ([.cases[].members[].against[]] | length > 0)' "$work/e.json" >/dev/null || wrong "no counter-evidence"

story "A registered helper is left out of everything, however it is written"
printf 'identifier\r\n0040 711 222 333\r\n' >"$work/helpers.csv"
expect_exit 0 "$liaison" link incidents "$work/incidents.csv" --helpers "$work/helpers.csv" --facilitators "$work/f.csv" --explain "$work/e.json"
hasnt "$(cat "$work/f.csv" "$work/e.json")" 711222

story "What cannot be read is told, and the rest is linked; a file that is none ends the command"
printf ',2024-01-01,Asca\r\n' >>"$work/incidents.csv"
expect_exit 2 "$liaison" link incidents "$work/incidents.csv"
has "$said" "the row has no id"
has "$said" "g1-1,"
expect_exit 3 "$liaison" link incidents "$work/nothing.csv"
printf 'a,b\n1,2\n' >"$work/other.csv"
expect_exit 2 "$liaison" link incidents "$work/other.csv"
