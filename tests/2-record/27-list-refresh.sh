#!/usr/bin/env bash
# A newer release of a watch list goes into the list that is here: nobody is listed twice,
# nobody is delisted but by a person.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

purpose=screening
node_init
L() { "$liaison" --node "$node" --purpose "$purpose" "$@"; }
import() { L record import "$1" --format list-csv --list Harbour "${@:2}"; }
listings() { L record list listing --limit 200 --json | jq '.items | length'; }
names() { L record export --format ndjson --type listing --reveal --reason test 2>/dev/null | jq -r '"\(.fields.number_there.value) \(.fields.name) v\(.version)"' | sort; }

story "A list goes in"
cat >"$work/one.csv" <<'E'
entity_id,type,names,dob,countries,remarks
h-1,person,Ana Tarn|Anna Tarn,1970-01-02,QN,
h-2,person,Bero Lund,1980,QR,
h-3,organisation,Harbour Freight,,QN,
h-4,person,Cila Marn,,QN,
E
expect_exit 0 import "$work/one.csv"
has "$said" "4 of 4 entries went in, as 4 records"
hasnt "$said" "was here"

story "A newer release with nothing new doubles nothing"
{ cat "$work/one.csv" && echo; } >"$work/same.csv"
expect_exit 0 import "$work/same.csv"
has "$said" "0 entries are new, 0 changed, 4 the same"
hasnt "$said" "not in these files"
same "listings" "$(listings)" 4

story "What changed gets a new version, what is new is added, what is gone is told and stays"
cat >"$work/two.csv" <<'E'
entity_id,type,names,dob,countries,remarks
h-5,person,Dana Ost,,QN,
h-2,person,Bero Lund,1981,QR,
h-1,person,Ana Tarn|Anna Tarn,1970-01-02,QN,
h-4,person,Cila Marn,,QN,
E
gone=$(L record list listing --limit 200 --json | jq -r '.items[].id' | while read -r id; do L record show listing "$id" --json | jq -r 'select(.fields.number_there.value == "h-3") | .id'; done)
expect_exit 0 import "$work/two.csv"
has "$said" "1 entries are new, 1 changed, 2 the same"
has "$said" "1 entries of the list are not in these files"
has "$said" "$gone"
same "all" "$(names | tr '\n' ',')" "h-1 Ana Tarn v1,h-2 Bero Lund v2,h-3 Harbour Freight v1,h-4 Cila Marn v1,h-5 Dana Ost v1,"

story "Who was delisted by a person is not listed again by a file"
expect_exit 0 L record move listing "$gone" delisted --version 1 --set delisting_reason="struck off by the court"
expect_exit 0 import "$work/one.csv" --again
has "$said" "1 are delisted here"
has "$said" "0 entries are new, 1 changed, 2 the same"
same "listings" "$(listings)" 5

story "What the agency wrote beside an entry stays; the same number twice is two entries"
id=$(L record list listing --limit 200 --json | jq -r '.items[].id' | while read -r id; do L record show listing "$id" --json | jq -r 'select(.fields.number_there.value == "h-1") | .id'; done)
expect_exit 0 L record set listing "$id" --version 1 --set grounds="seen at the harbour" --set grounds_basis=fact
{ cat "$work/one.csv" && echo 'h-1,person,Somebody Else,,QR,'; } | sed 's/1970-01-02/1970-01-03/' >"$work/three.csv"
expect_exit 0 import "$work/three.csv"
has "$said" "1 entries are new, 1 changed, 2 the same"
same "her grounds" "$(L record export --format ndjson --type listing --reveal --reason test 2>/dev/null | jq -r 'select(.fields.name == "Ana Tarn") | .fields | .grounds + " " + .birth_dates[0]')" "seen at the harbour 1970-01-03"
expect_exit 0 import "$work/three.csv" --again
has "$said" "0 entries are new, 0 changed, 4 the same"

story "Entries without a number are known by what they say"
printf 'type,names,dob\nperson,Edo Falk,1990\nperson,Fia Gren,\n' >"$work/bare.csv"
printf 'type,names,dob\nperson,New Face,\nperson,Fia Gren,\nperson,Edo Falk,1991\n' >"$work/bare2.csv"
expect_exit 0 L record import "$work/bare.csv" --format list-csv --list Bare
expect_exit 0 L record import "$work/bare2.csv" --format list-csv --list Bare
has "$said" "2 entries are new, 0 changed, 1 the same"
has "$said" "1 entries of the list are not in these files"

story "A list of another name is another list"
expect_exit 0 L record import "$work/one.csv" --format list-csv --list Other --again
has "$said" "4 of 4 entries went in, as 4 records"
hasnt "$said" "was here"

story "A refresh whose node is killed goes on: each entry is changed once, none is doubled"
entries() { # entries YEAR COUNT: a release
	echo "entity_id,type,names,dob"
	awk -v year="$1" -v n="$2" 'BEGIN { for (i = 1; i <= n; i++) printf "k-%d,person,Given%d Family%d,%d\n", i, i, i, year }'
}
entries 1970 3000 >"$work/k1.csv"
entries 1971 3010 >"$work/k2.csv"
node=$work/killed
node_init
expect_exit 0 L record import "$work/k1.csv" --format list-csv --list Killed
node_start
L record import "$work/k2.csv" --format list-csv --list Killed >"$work/import.out" 2>&1 &
import=$!
for _ in $(seq 400); do
	job=$(L job list --json 2>/dev/null | jq -r '[.. | objects | select(.kind? == "import" and .state == "running" and .done > 200)][0].id // empty' || true)
	[ -z "$job" ] || break
	sleep 0.02
done
[ -n "$job" ] || wrong "the import was not seen at work: $(cat "$work/import.out")"
node_kill
wait "$import" || true
node_start
for _ in $(seq 1200); do
	[ "$(L job show "$job" --json | jq -r .state)" != running ] || { sleep 0.05 && continue; }
	break
done
expect_exit 0 L job show "$job" --json
same "how it ended" "$(jq -r '.state, .result.refresh.missing' <<<"$said" | tr '\n' ' ')" "done 0 "
node_stop
same "versions" "$(L record export --format ndjson --type listing --reveal --reason test 2>/dev/null | jq -r '"v\(.version) \(.fields.birth_dates[0])"' | sort | uniq -c | tr -s ' \n' ' ')" " 10 v1 1971 3000 v2 1971 "
