#!/usr/bin/env bash
# A file of who is tied to whom, asked without a node: ways between two people, who stands near, in what
# order things came; and a hotline, a lawyer and a survivor, whom no answer shows or counts.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

story "Ties of invented people: a hotline and a lawyer stand between many of them"
cat >"$work/ties.csv" <<'END'
from,to,type,weight,date,to_role
Anka Rell,+999 1,calls,3,2026-01-02,
Bor Tavin,+999 1,calls,1,2026-01-03,
Bor Tavin,Cala Munt,knows,2,2026-02-01,
Cala Munt,Dref Oslo,pays,5,2026-03-01,
Anka Rell,Advice Line,calls,9,2026-01-01,hotline
Cala Munt,Advice Line,calls,9,2026-01-05,hotline
Anka Rell,Esme Varn,calls,1,2026-01-01,
Dref Oslo,Esme Varn,calls,1,2026-01-04,
END
printf 'id,role\nFara Quil,survivor\n' >"$work/nodes.csv"
printf 'Anka Rell,Fara Quil\n' | sed 's/$/,holds,1,2026-01-01,/' >>"$work/ties.csv"
printf 'Dref Oslo,Fara Quil\n' | sed 's/$/,holds,1,2026-01-01,/' >>"$work/ties.csv"
printf 'name\nESME-VARN\n' >"$work/helpers.csv"
ask() { "$liaison" link graph "$work/ties.csv" --nodes "$work/nodes.csv" --helpers "$work/helpers.csv" "$@"; }

story "The way between two goes by what they share, not by those who help"
same "one way" "$(ask --path "Anka Rell" "Cala Munt" -k 9 | jq -r '.paths[].nodes | map(.id) | join(" > ")')" \
	"Anka Rell > +999 1 > Bor Tavin > Cala Munt"
same "in time" "$(ask --path "Anka Rell" "Dref Oslo" --in-time | jq -r '.paths[].steps')" 4
same "backwards in time there is none" "$(ask --path "Dref Oslo" "Anka Rell" --in-time | jq -c .paths)" "[]"
same "in the direction of ties there is none" "$(ask --path "Anka Rell" "Cala Munt" --directed | jq -c .paths)" "[]"
same "of those who call" "$(ask --expand "Bor Tavin" --tie-type calls --depth 3 | jq -r '.nodes | map(.id) | join(",")')" \
	"Bor Tavin,+999 1,Anka Rell"

story "Without the files of nodes and helpers they would be there: the files are what keeps them out"
same "other ways" "$("$liaison" link graph "$work/ties.csv" --path "Anka Rell" "Dref Oslo" -k 9 | jq '.paths | length')" 3

story "Nobody who is left out is in any answer, and asking for them says no more than of nobody"
for question in "--expand|Anka Rell|--depth|9" "--near|Anka Rell" "--rank|degree" "--rank|strength" "--rank|pagerank" \
	"--timeline|all" "--timeline|Anka Rell" "--components" "--common|Anka Rell|Cala Munt" "--path|Anka Rell|Dref Oslo|-k|50"; do
	IFS='|' read -ra words <<<"$question"
	expect_exit 0 ask "${words[@]}"
	hasnt "$said" "Advice Line"
	hasnt "$said" "Esme Varn"
	hasnt "$said" "Fara Quil"
done
expect_exit 3 ask --expand "Nobody"
nobody=$said
for who in "Advice Line" "Esme Varn" "Fara Quil"; do
	expect_exit 3 ask --expand "$who"
	same "$who" "$said" "$nobody"
	expect_exit 3 ask --path "Anka Rell" "$who"
	same "$who" "$said" "$nobody"
done

story "A matrix is read as one: the strongest tie is the shortest way"
printf '"",P1,P2,P3\nP1,0,1,9\nP2,1,0,9\nP3,9,9,0\n' >"$work/matrix.csv"
same "by strength" "$("$liaison" link graph "$work/matrix.csv" --path P1 P2 --weight strength | jq -r '.paths[0].nodes | map(.id) | join(",")')" "P1,P3,P2"
same "by steps" "$("$liaison" link graph "$work/matrix.csv" --path P1 P2 | jq -r '.paths[0].steps')" 1
same "in what order" "$("$liaison" link graph - --rank strength <"$work/matrix.csv" | jq -c '[.items[] | [.id, .rank, .value]]')" \
	'[["P3",1,18],["P1",2,10],["P2",2,10]]'

story "What cannot be read is told by line, without what stands in it, and the rest is used"
printf 'from,to,weight\nA,B,1\nB,,1\nB,C,many\nC,D,2\n' >"$work/bad.csv"
expect_exit 2 "$liaison" link graph "$work/bad.csv" --path A B
has "$said" "bad.csv:3"
has "$said" "bad.csv:4"
hasnt "$said" "many"
has "$said" '"steps":1'
expect_exit 2 "$liaison" link graph "$work/ties.csv"
expect_exit 2 "$liaison" link graph "$work/ties.csv" --rank fame
expect_exit 2 "$liaison" link graph "$work/nodes.csv" --components
expect_exit 3 "$liaison" link graph "$work/absent.csv" --components
