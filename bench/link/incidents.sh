#!/usr/bin/env bash
# bench/link/incidents.sh [BUILD]: incidents into cases on the labelled sets of ../shared: quality by their
# scorer, and the time of the whole command, parser process included.
set -eu
cd "$(dirname "$0")/../.."
liaison=${1:-build/release}/liaison
data=${DATA:-../shared/data/link}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%R s, %U user + %S sys'

for set in inc large/inc large/inc5000; do
	[ -d "$data/$set" ] || { echo "$data/$set is not there"; continue; }
	echo "\$ liaison link incidents $set"
	time "$liaison" link incidents "$data/$set/incidents.csv" --facilitators "$work/f.csv" --routes "$work/r.csv" \
		>"$work/c.csv" 2>/dev/null
	python3 "$data/score_inc.py" "$data/$set" "$work/c.csv" "$work/f.csv" "$work/r.csv"
done
