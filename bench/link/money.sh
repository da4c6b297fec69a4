#!/usr/bin/env bash
# bench/link/money.sh [BUILD]: link money on one core: a million and two million transactions at the same number a
# day (memory must not grow), transactions per second of wall time with the parser process on the same core, and
# the most memory held. Prints CSV. Where ../shared/data/link is, the scores too.
set -eu
cd "$(dirname "$0")/../.."
liaison=${1:-build/release}/liaison
work=$(mktemp -d "${TMPDIR:-/tmp}/liaison-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "transactions,days,seconds,transactions_per_second,peak_mib"
for size in "1000000 180" "2000000 360"; do
	set -- $size
	python3 bench/link/money.py "$work/$1" "$1" "$2"
	/usr/bin/env time -f "%e %M" -o "$work/time" taskset -c 0 "$liaison" link money "$work/$1/transactions.csv" \
		--accounts "$work/$1/accounts.csv" --patterns "$work/patterns.csv" >"$work/scores.csv"
	awk -v n="$1" -v days="$2" '{ printf "%d,%d,%s,%d,%d\n", n, days, $1, n / $1, $2 / 1024 }' "$work/time"
done
for set in tx large/tx; do
	data=../shared/data/link/$set
	[ -d "$data" ] || continue
	echo "# $set"
	"$liaison" link money "$data/transactions.csv" --accounts "$data/accounts.csv" --venues "$data/venues.csv" \
		--patterns "$work/patterns.csv" >"$work/scores.csv"
	python3 ../shared/data/link/score_tx.py "$data" "$work/scores.csv" "$work/patterns.csv"
done
