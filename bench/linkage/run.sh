#!/usr/bin/env bash
# bench/linkage/run.sh [BUILD]: how well and at what cost files of people are linked: Febrl's sets where
# ../shared has them, then invented people with other mistakes (people.py). CPU is user + system of the whole
# command, one thread, the parser processes included.
set -eu
cd "$(dirname "$0")/../.."
liaison=${1:-build/release}/liaison
data=${DATA:-../shared/data/match}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%U user + %S sys'

link() { # link TRUE FILE FILE OPTION...
	true=$1
	shift
	echo "\$ liaison match link --threads 1 ${*##*/}"
	time "$liaison" match link --threads 1 "$@" >"$work/out.csv" 2>/dev/null
	python3 bench/linkage/score.py link "$work/out.csv" "$true"
}
dedupe() { # dedupe FILE [COLUMN]
	echo "\$ liaison match dedupe --threads 1 ${1##*/}"
	time "$liaison" match dedupe --threads 1 "$1" >"$work/out.csv" 2>/dev/null
	python3 bench/linkage/score.py dedupe "$work/out.csv" "$@"
}
if [ -d "$data/febrl" ]; then
	link 5000 "$data/febrl/dataset4a.csv" "$data/febrl/dataset4b.csv"
	link 5000 "$data/febrl/dataset4a.csv" "$data/febrl/dataset4b.csv" --one-to-one
	for i in 1 2 3; do dedupe "$data/febrl/dataset$i.csv"; done
	dedupe "$data/fake_1000_from_splink_demos.csv" cluster
fi
# ROWS RATE SEED HOMES COLUMNS
while read -r rows rate seed homes columns; do
	echo "# $rows people, one value in $(awk "BEGIN { print int(1 / $rate) }") wrong, homes $homes, ${columns:-all columns}"
	true=$(python3 bench/linkage/people.py "$rows" "$rate" "$seed" "$work/p" "$homes" ${columns:+"$columns"})
	link "$true" "$work/pa.csv" "$work/pb.csv"
	link "$true" "$work/pa.csv" "$work/pb.csv" --one-to-one
	dedupe "$work/pd.csv"
done <<'END'
5000 .1 1 0
5000 .25 2 0
5000 .1 3 .5
5000 .25 4 .5
5000 .1 5 .5 given,family,dob
5000 .1 6 .5 given,family,dob,city,postcode
300 .2 7 .5
100000 .1 11 .4
END
