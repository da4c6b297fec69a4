#!/usr/bin/env bash
# Adverts of jobs, grouped without a node: one hand's texts are found in any dress, a number joins two languages
# however it is hidden, a helpline in forty adverts joins nothing, and what cannot be read is told.
set -eu
. "$(dirname "$0")/../lib.sh"

story "Invented adverts: forty strangers who name a helpline, and one house in two languages"
awk 'BEGIN {
	srand(7); n = split("ba ko mi ra ne lo ta vel go zu fa en or is dor hal ul ka pe ri to wen lin bri", s, " ")
	print "id,ts,text"
	for (i = 1; i <= 40; i++)
		printf "stranger%d,2025-01-01,good work abroad %s in danger call +49 30 7654321\n", i, words(14)
	en = words(14); uk = words(14)
	for (i = 1; i <= 4; i++) {
		printf "en%d,2025-02-0%d,%s%s. c\320\260ll +380 44 123 45 67\n", i, i, i == 2 ? "\360\237\224\245 " : "", i == 3 ? toupper(en) : en
		printf "uk%d,2025-03-0%d,%s \320\264\320\267\320\262\320\276\320\275\321\226\321\202\321\214 +38O 44 I23 four five six seven\n", i, i, uk
	}
}
function words(k,   t) {
	while (k-- > 0) t = t s[1 + int(rand() * n)] s[1 + int(rand() * n)] s[1 + int(rand() * n)] " "
	return t
}' >"$work/ads.csv"
expect_exit 0 "$liaison" link ads "$work/ads.csv"
has "$said" "they join nothing and are not shown"
hasnt "$said" 7654321
"$liaison" link ads "$work/ads.csv" 2>/dev/null | tr -d '\r' >"$work/out"
same "the head" "$(head -1 "$work/out")" id,cluster
same "who has a group" "$(grep -v ',-1$' "$work/out" | tail -n +2 | sort | tr '\n' ' ')" \
	"en1,0 en2,0 en3,0 en4,0 uk1,0 uk2,0 uk3,0 uk4,0 "
same "every row once" "$(tail -n +2 "$work/out" | wc -l)" 48

story "Threads, ids and order change nothing; standard input is a file too"
"$liaison" link ads - --threads 2 2>/dev/null <"$work/ads.csv" | tr -d '\r' | cmp - "$work/out"
{ head -1 "$work/ads.csv"; tail -n +2 "$work/ads.csv" | tac; } >"$work/turned.csv"
"$liaison" link ads "$work/turned.csv" 2>/dev/null | tr -d '\r' | sort | cmp - <(sort "$work/out")

story "Registered helpers join nothing, however few name them"
printf 'name,contact\nCentre,+380441234567\n' >"$work/helpers.csv"
"$liaison" link ads "$work/ads.csv" --helpers "$work/helpers.csv" 2>/dev/null | tr -d '\r' >"$work/apart"
same "two languages, two groups" "$(grep -v ',-1$' "$work/apart" | tail -n +2 | cut -d, -f2 | sort -u | wc -l)" 2

story "What cannot be used is said, and nothing is guessed"
printf 'id,text\na,one\nb,two,three\nc,four\n' >"$work/bad.csv"
expect_exit 2 "$liaison" link ads "$work/bad.csv"
has "$said" "bad.csv:3"
has "$said" "1 lines could not be read"
expect_exit 2 "$liaison" link ads "$work/helpers.csv"
has "$said" 'no column "id"'
expect_exit 3 "$liaison" link ads "$work/absent.csv"
