#!/usr/bin/env bash
# bench/match/run.sh: the matcher beside its peers, on the same input within the same minutes, as one table: what was
# wanted, what came, the best peer, the ratio, the command. Peers: the measures of rapidfuzz (fuzz.py), PostgreSQL's
# pg_trgm (trgm.sh), DuckDB (npm/duck.js); logic-v2 by its recorded scores. What tools/setup.sh bench could not
# install is left out, and said so.
#	LIAISON_ONLY="quality speed link dedupe stream" takes those parts alone
#	LIAISON_SAMPLE (3000) questions for peers, by chance with SEED (1); LIAISON_ROUNDS (3) of speed, link
#	LIAISON_NAMES (1000000) in the long list; LIAISON_LINES (1000000) in the stream
#	LIAISON_CSV keeps each value: round,measure,engine,value,unit (write.sh makes docs/performance-match.md)
#	DATA (../shared/data/match): where it is not, an invented list and questions take its place (people.py)
# The long list is make_list.py's. Peers take a sample of the questions, for they are slow, and liaison stands beside them on that sample. Speeds are
# of one thread's CPU, but pg_trgm's, which its server takes by the clock. What DuckDB and pg_trgm match is folded to
# ASCII before; liaison folds while it is measured.
set -eu
cd "$(dirname "$0")/../.."
: "${LIAISON_BUILD:=$PWD/build/release}"
liaison=$LIAISON_BUILD/liaison
speed=$LIAISON_BUILD/bench/bench_match_speed
reload=$LIAISON_BUILD/bench/bench_match_reload
only=${LIAISON_ONLY:-quality speed link dedupe stream}
sample=${LIAISON_SAMPLE:-3000}
rounds=${LIAISON_ROUNDS:-3}
names=${LIAISON_NAMES:-1000000}
lines=${LIAISON_LINES:-1000000}
seed=${SEED:-1}
data=${DATA:-$PWD/../shared/data/match}
here=bench/match
[ -x "$liaison" ] && [ -x "$speed" ] && [ -x "$reload" ] ||
	{ echo "build it first: liaison, bench_match_speed, bench_match_reload"; exit 77; }
command -v python3 >/dev/null && [ -x /usr/bin/time ] || { echo "tools/setup.sh bench installs what is needed: python3, time"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
csv=${LIAISON_CSV:-$work/match.csv}
[ -s "$csv" ] || echo "round,measure,engine,value,unit" >"$csv"
round=1

asked() { case " $only " in *" $1 "*) ;; *) return 1 ;; esac; }
say() { echo "$(date +%H:%M:%S) $*" >&2; }
put() { echo "$round,$1,$2,$3,$4" >>"$csv"; } # put MEASURE ENGINE VALUE UNIT
puts() { while read -r name value; do put "$1.$name" "$2" "$value" ""; done; } # puts PREFIX ENGINE < lines "name value"
left_out() { say "left out: $*"; grep -qxF "# left out: $*" "$csv" || echo "# left out: $*" >>"$csv"; }
timed() { # timed COMMAND...: its seconds, CPU seconds and most KiB to $wall, $cpu, $kib
	code=0
	/usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" || code=$?
	read -r wall user system kib < <(tail -1 "$work/time")
	cpu=$(awk "BEGIN { print $user + $system }")
	return $code
}
per() { awk "BEGIN { printf \"%.4g\", $1 / ($2 > 0 ? $2 : 0.001) }"; }

# Debian's own python3 has Debian's modules, another that comes first on the path may not.
fuzz=
for python in python3 /usr/bin/python3; do
	library=$("$python" $here/fuzz.py names 2>/dev/null || true)
	if [ -n "$library" ]; then fuzz=$python; break; fi
done
folding=$(for p in python3 /usr/bin/python3; do "$p" -c 'import unidecode' 2>/dev/null && echo "$p" && break; done || true)
[ -n "$fuzz" ] || left_out "rapidfuzz (neither it nor python3-levenshtein is here)"
[ -z "$fuzz" ] || [ "$library" = rapidfuzz ] ||
	echo "# note token_sort and jaro_winkler are those of rapidfuzz, by $library: Debian 12 has no rapidfuzz, which the design measured at 200 and 800 queries a second" >>"$csv"
duck=
if command -v node >/dev/null && node -e "require('./$here/npm/node_modules/@duckdb/node-api')" 2>/dev/null; then
	duck="node $here/npm/duck.js"
else
	left_out "DuckDB (npm's @duckdb/node-api is not here)"
fi
trgm=$(ls /usr/share/postgresql/*/extension/pg_trgm.control 2>/dev/null || true)
[ -n "$trgm" ] || left_out "pg_trgm (no PostgreSQL with it here)"

# The input: OUT/list.csv, queries.csv, truth.csv.
people() { # people LISTED TRUE CONTROLS OUT
	python3 $here/people.py "$1" "$2" "$3" "$seed" "$4"
}
development=$data/dev
if [ ! -f "$development/list.csv" ]; then
	development=$work/dev
	people 10000 6000 50000 "$development"
	echo "# note invented people, for there was no $(basename "$data") beside the checkout" >>"$csv"
fi
cut_sample() { # cut_sample FROM N OUT [CATEGORY]
	"${folding:-python3}" $here/sample.py "$1/list.csv" "$1/queries.csv" "$1/truth.csv" "$2" "$seed" "$3" ${4:+"$4"}
}
# Each peer on a sample: peers WHERE MEASURE LIMIT LIMIT-DUCK; results WHERE/PEER.csv
peers() {
	if [ -n "$fuzz" ]; then
		for scorer in token_sort jaro_winkler; do
			say "$2: $scorer, $library"
			"$fuzz" $here/fuzz.py screen $scorer "$1/names.tsv" "$1/asked.tsv" "$1/$scorer.csv" "$1/us" "$3"
			python3 $here/score.py ranks "$1/us" | puts "$2" $scorer
		done
	fi
	if [ -n "$trgm" ]; then
		say "$2: pg_trgm"
		if tests/postgres.sh $here/trgm.sh "$1/names.tsv" "$1/asked.tsv" "$1/pg_trgm.csv" "$1/us" "$5" >"$1/built"; then
			python3 $here/score.py ranks "$1/us" | puts "$2" pg_trgm
			awk '$1 == "build_s"' "$1/built" | puts "$2" pg_trgm
			put "$2.bytes_a_name" pg_trgm "$(per "$(sed -n 's/^bytes //p' "$1/built")" "$(wc -l <"$1/names.tsv")")" bytes
		else
			left_out "pg_trgm (its run failed)"
		fi
	fi
	if [ -n "$duck" ]; then
		say "$2: DuckDB"
		$duck screen "$1/names.tsv" "$1/asked.tsv" "$1/duckdb.csv" "$4" | puts "$2" duckdb
	fi
}
# bench_match_speed's two lines as values.
ours() { # ours LIST QUERIES MEASURE
	"$speed" "$1" "$2" 1 >"$work/speed"
	sed -nE 's/.* ([0-9]+) names: built in ([0-9.]+) s .*, ([0-9]+) bytes a name.*/names \1\nbuild_s \2\nbytes_a_name \3/p
		s/.*: ([0-9]+) a second, p50 ([0-9]+) us, p99 ([0-9]+) us.*/a_second \1\np50_us \2\np99_us \3/p' "$work/speed" | puts "$3" liaison
}

on_sample() { # on_sample WHERE MEASURE
	"$liaison" match screen --list "$1/list.csv" --queries "$1/queries.csv" >"$1/liaison.csv" 2>/dev/null || [ $? = 2 ]
	python3 $here/score.py quality "$1/truth.csv" "$1/liaison.csv" | puts "$2" liaison
	peers "$1" "$2" 1000000 1000000 1000000
	for peer in token_sort jaro_winkler pg_trgm duckdb; do
		[ -s "$1/$peer.csv" ] || continue
		python3 $here/score.py quality "$1/truth.csv" "$1/$peer.csv" | puts "$2" "$peer"
		python3 $here/score.py quality "$1/truth.csv" "$1/$peer.csv" --dates "$1/list.csv" "$1/queries.csv" | puts "$2" "$peer+dates"
	done
}
quality() {
	say "quality: all questions of $(basename "$development")"
	"$liaison" match screen --list "$development/list.csv" --queries "$development/queries.csv" >"$work/all.csv" 2>/dev/null || [ $? = 2 ]
	python3 $here/score.py quality "$development/truth.csv" "$work/all.csv" | puts quality liaison
	say "quality: invented people"
	people 10000 6000 50000 "$work/invented"
	"$liaison" match screen --list "$work/invented/list.csv" --queries "$work/invented/queries.csv" >"$work/all.csv" 2>/dev/null || [ $? = 2 ]
	python3 $here/score.py quality "$work/invented/truth.csv" "$work/all.csv" | puts invented liaison
	cut_sample "$development" "$sample" "$work/sample"
	on_sample "$work/sample" sample
	cut_sample "$development" "$sample" "$work/arabic" real_original_arabic
	[ ! -s "$work/arabic/asked.tsv" ] || on_sample "$work/arabic" arabic
	if [ -f "$data/name_bench/name_bench_cases.csv" ]; then
		say "quality: name_bench"
		# shellcheck disable=SC2034 -- by ${!which}
		cases=$data/name_bench/name_bench_cases.csv recorded=$data/name_bench/name_bench_logicv2_scores.csv
		for schema in Person ''; do
			for which in cases recorded; do # logic-v2's scores are of fewer rows: both are told
				file=${!which}
				python3 $here/score.py cases "$file" "$work/pairs.csv"
				"$liaison" match pairs "$work/pairs.csv" >"$work/pairs.out" 2>/dev/null || [ $? = 2 ]
				python3 $here/score.py pairs "$work/pairs.out" "$file" ${schema:+"$schema"} | puts "pairs.$which${schema:+.persons}" liaison
			done
			python3 $here/score.py pairs "$recorded" "$recorded" ${schema:+"$schema"} | puts "pairs.recorded${schema:+.persons}" logic-v2
		done
	else
		left_out "name_bench (no data)"
	fi
}

speeds() {
	cut_sample "$development" 300 "$work/short"
	cut_sample "$development" 20000 "$work/short20"
	head -n 2 "$development/queries.csv" >"$work/one.csv"
	for round in $(seq "$rounds"); do
		say "speed: $(wc -l <"$work/short/names.tsv") names, round $round"
		ours "$work/short20/list.csv" "$work/short20/queries.csv" short
		peers "$work/short" short 300 300 300
		[ "$round" != 1 ] || "$speed" "$work/short20/list.csv" "$work/short20/queries.csv" 0 400 |
			sed -nE 's/^([0-9]+) questions .* ([0-9]+) of ([0-9]+) above it were found \(([0-9.]+)\)/questions \1\nabove \3\nof_all \4/p' | puts found liaison
		timed "$liaison" match screen --list "$development/list.csv" --queries "$work/one.csv" >/dev/null 2>&1 || [ $code = 2 ]
		put threads.one_query_s liaison "$wall" s
		for threads in 1 2; do
			set -- match screen --list "$development/list.csv" --queries "$development/queries.csv" --threads $threads
			timed "$liaison" "$@" >/dev/null 2>&1 || [ $code = 2 ]
			put threads.wall_s_$threads liaison "$wall" s
		done
	done
	round=1
	say "speed: $names names are made"
	mkdir "$work/long"
	python3 $here/make_list.py "$development/list.csv" "$names" "$work/long/all.csv"
	"${folding:-python3}" $here/sample.py "$work/long/all.csv" "$development/queries.csv" "$development/truth.csv" 10000 "$seed" "$work/long"
	say "speed: $names names"
	ours "$work/long/list.csv" "$work/long/queries.csv" long
	say "speed: $names names, replaced while they are searched"
	"$liaison" match index --list "$work/long/list.csv" --out "$work/long/index" >/dev/null 2>&1 || [ $? = 2 ]
	"$reload" "$work/long/index" "$work/long/queries.csv" 10 >"$work/reload" || true
	sed -nE 's/([0-9]+) questions, ([0-9]+) reloads, ([0-9]+) refused, ([0-9]+) answered otherwise: p99 ([0-9]+) us without, ([0-9]+) us with.*/reloads \2\nother \4\np99_us_without \5\np99_us_with \6/p' \
		"$work/reload" | puts reload liaison
	peers "$work/long" long 20 20 200
	rm -rf "$work/long"
}

f1() { sed -E 's/.* F1 ([0-9.]+) .*/\1/'; }
costs() { put "$1.cpu_s" "$2" "$cpu" s; put "$1.mib" "$2" "$((kib / 1024))" MiB; put "$1.wall_s" "$2" "$wall" s; }
# A peer's probabilities are cut where that is best for it.
best_cut() { # best_cut TRUE: of $work/found
	for cut in .5 .9 .99 .999 .9999; do
		awk -F, -v cut=$cut 'NR == 1 || $3 >= cut' "$work/found" >"$work/cut"
		python3 bench/linkage/score.py link "$work/cut" "$1" | f1
	done | sort -g | tail -1
}
link_both() { # link_both NAME TRUE LEFT RIGHT
	for one in '' one; do
		name=link.$1${one:+.one}
		say "$name, round $round"
		timed "$liaison" match link --threads 1 "$3" "$4" ${one:+--one-to-one} >"$work/found" 2>/dev/null || [ $code = 2 ]
		costs "$name" liaison
		put "$name.f1" liaison "$(python3 bench/linkage/score.py link "$work/found" "$2" | f1)" ""
		if [ -n "$duck" ]; then
			timed $duck link "$3" "$4" "$work/found" $one
			costs "$name" duckdb
			put "$name.f1" duckdb "$(best_cut "$2")" ""
		fi
	done
}
links() {
	true=$(python3 bench/linkage/people.py 5000 .1 "$seed" "$work/p" .3)
	for round in $(seq "$rounds"); do
		[ ! -d "$data/febrl" ] || link_both febrl4 5000 "$data/febrl/dataset4a.csv" "$data/febrl/dataset4b.csv"
		link_both invented "$true" "$work/pa.csv" "$work/pb.csv"
	done
	round=1
	[ -d "$data/febrl" ] || left_out "Febrl 4 (no data)"
}

dedupe_both() { # dedupe_both NAME FILE [COLUMN]
	name=$1
	say "dedupe.$name"
	timed "$liaison" match dedupe --threads 1 "$2" >"$work/found" 2>/dev/null || [ $code = 2 ]
	costs "dedupe.$name" liaison
	shift
	put "dedupe.$name.f1" liaison "$(python3 bench/linkage/score.py dedupe "$work/found" "$@" | f1)" ""
	[ -n "$duck" ] || return 0
	for cut in .5 .99 .9999; do
		timed $duck dedupe "$1" "$work/found" $cut
		put "dedupe.$name.f1" "duckdb $cut" "$(python3 bench/linkage/score.py dedupe "$work/found" "$@" | f1)" ""
	done
	costs "dedupe.$name" duckdb
}
dedupes() {
	if [ -d "$data/febrl" ]; then
		for i in 1 2 3; do dedupe_both febrl$i "$data/febrl/dataset$i.csv"; done
		dedupe_both fake_1000 "$data/fake_1000_from_splink_demos.csv" cluster
	else
		left_out "Febrl 1 to 3 and fake_1000 (no data)"
	fi
	python3 bench/linkage/people.py 5000 .1 "$((seed + 1))" "$work/p" .3 >/dev/null
	dedupe_both invented "$work/pd.csv"
}

streams() {
	say "stream: $lines lines are made"
	people 10000 $((lines / 50)) $((lines - lines / 50)) "$work/stream"
	cat >"$work/rules.yaml" <<-'END'
		rules:
		  - {id: listed, purpose: screening, authorisation: BENCH-1, expires: 2099-12-31, stream: people, when: [{field: listed, at_least: 0.9}]}
	END
	for part in 10 1; do
		head -n $((lines / part)) "$work/stream/events.ndjson" >"$work/events"
		say "stream: $((lines / part)) lines"
		timed "$liaison" match stream --list "$work/stream/list.csv" --rules "$work/rules.yaml" <"$work/events" >"$work/alerts" 2>/dev/null || [ $code = 2 ]
		[ $part = 1 ] && name=stream || name=stream.tenth
		put $name.lines liaison "$((lines / part))" count
		put $name.alerts liaison "$(wc -l <"$work/alerts")" count
		put $name.a_second liaison "$(per $((lines / part)) "$wall")" 1/s
		put $name.mib liaison "$((kib / 1024))" MiB
	done
	if [ -n "$fuzz" ]; then
		cut_sample "$work/stream" 100 "$work/stream/cut"
		head -n 300 "$work/stream/events.ndjson" >"$work/events"
		say "stream: token_sort, 300 lines"
		timed "$fuzz" $here/fuzz.py stream "$work/stream/cut/names.tsv" <"$work/events" >/dev/null
		put stream.a_second token_sort "$(per 300 "$wall")" 1/s
		put stream.mib token_sort "$((kib / 1024))" MiB
	fi
	rm -rf "$work/stream"
}

! asked quality || quality
! asked speed || speeds
! asked link || links
! asked dedupe || dedupes
! asked stream || streams
python3 $here/report.py "$csv"
