#!/usr/bin/env bash
# bench/match/write.sh: measure the matcher beside its peers (run.sh) and write docs/performance-match.md, .csv and
# .svg. With KEEP=1 nothing is measured: page and drawing are made of the CSV that is there.
set -eu
cd "$(dirname "$0")/../.."
csv=docs/performance-match.csv
if [ "${KEEP:-}" != 1 ]; then
	rm -f "$csv"
	export LIAISON_CSV="$PWD/$csv"
	bench/match/run.sh
	{
		echo "# commit $(git rev-parse --short=12 HEAD)$(git diff --quiet HEAD -- src bench || echo ' and changes')"
		echo "# date $(date -u +%Y-%m-%d)"
		echo "# machine $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r | cut -d- -f1)"
		echo "# load $(cut -d' ' -f1-3 /proc/loadavg) (other programs ran beside; more than the processors means that they waited for each other)"
	} >>"$csv"
fi
note() { sed -n "s/^# $1 //p" "$csv"; }
{
	echo "# The matcher beside its peers"
	echo
	echo "Made by \`make performance-match\` (\`bench/match/run.sh\`) from [performance-match.csv](performance-match.csv), which holds each single value; do not edit."
	echo
	echo "Commit $(note commit), $(note date), $(note machine). Load averages at the end: $(note load)."
	echo "Medians over the rounds, all within the same minutes: ratios are worth more than times. A peer stands here at"
	echo "its best: with birth dates where they help it (the same date adds, years apart take off), names folded to"
	echo "ASCII beforehand, a probability cut where its F1 is highest. \"Of its misses\" is 1 - F1 (or 1 - recall) against"
	echo "the peer's. Speeds are of one thread's CPU; pg_trgm's by its server's clock. logic-v2 stands by the scores"
	echo "recorded with name_bench. Invented people are chance syllables (\`bench/match/people.py\`, \`bench/linkage/people.py\`)."
	echo
	echo "![The matcher beside its peers](performance-match.svg)"
	echo
	python3 bench/match/report.py "$csv" docs/performance-match.svg
} >docs/performance-match.md
echo "docs/performance-match.md, .csv and .svg are written"
