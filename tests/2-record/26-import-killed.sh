#!/usr/bin/env bash
# An import whose node is killed goes on by itself when the node is back, and ends with what an
# undisturbed one gives; one that was stopped goes on when somebody says so.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

# A server answers each statement over a socket: fewer rows there, in as many kills.
rows=${ROWS:-$([ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] && echo 12000 || echo 3000)}
awk -v n="$rows" 'BEGIN {
	print "org_Name,prs_FirstName,prs_SecondName,prs_Birthdate,prs_Citizenship,prs_MobilePhone,vic_TraffickingStatus,per_RoleInProcess,cas_Status,hte_Type,hte_Date,hte_City,hte_Description"
	for (i = 1; i <= n; i++)
		printf "Desk %d,Given%d,Family%d,%d-0%d-11,%s,+9993%07d,%s,%s,Active,Transit,2026-0%d-12,Town %d,Row %d was told of\n",
			i % 7, i % 900, i, 1960 + i % 40, 1 + i % 9, i % 50 == 0 ? "nowhere" : "QN", i,
			i % 3 ? "" : "PossibleVictimOfTrafficking", i % 3 == 1 ? "Transporter" : "", 1 + i % 9, i % 40, i
}' >"$work/rows.csv"

show() { # what went in, without ids and times
	L record export --format htcds --reveal --reason "comparing" --out "$work/out.csv" 2>"$work/said" || wrong "$(cat "$work/said")"
	sort "$work/out.csv"
}

story "An undisturbed import, on a node of its own"
node_init
expect_exit 2 L record import "$work/rows.csv"
show >"$work/wanted.csv"
same "rows" "$(wc -l <"$work/wanted.csv")" $((rows - rows / 50 + 1))
wanted_errors=$(L job list --json | jq '.. | select(.kind? == "import") | .errors')

story "The same on a node that is killed five times"
node=$work/killed
node_init
node_start
L record import "$work/rows.csv" >"$work/import.out" 2>&1 &
import=$!
job=
for _ in $(seq 200); do
	job=$(L job list --json 2>/dev/null | jq -r '.. | select(.kind? == "import") | .id' || true)
	[ -z "$job" ] || [ "$(L job show "$job" --json | jq .done)" = 0 ] || break
	sleep 0.02
done
done_before=0
kills=0
for _ in 1 2 3 4 5; do
	node_kill
	kills=$((kills + 1))
	wait "$import" 2>/dev/null || true
	node_start
	state=$(L job show "$job" --json)
	now=$(jq .done <<<"$state")
	[ "$now" -ge "$done_before" ] || wrong "the job went back from $done_before to $now rows"
	done_before=$now
	[ "$(jq -r .state <<<"$state")" = done ] || sleep 0.1
done
for _ in $(seq 600); do
	state=$(L job show "$job" --json)
	[ "$(jq -r .state <<<"$state")" != running ] || { sleep 0.1; continue; }
	break
done
same state "$(jq -r .state <<<"$state")" done
same "taken" "$(jq .result.taken <<<"$state")" $((rows - rows / 50))
same "failed" "$(jq .result.failed <<<"$state")" $((rows / 50))
same "errors" "$(jq .errors <<<"$state")" "$wanted_errors"
show >"$work/got.csv"
cmp "$work/wanted.csv" "$work/got.csv" || wrong "other rows than of the undisturbed import"
same organisations "$(L record list organisation --json | jq '.items | length')" 8
expect_exit 0 L audit verify --open
node_stop
same "sealed parts left" "$(find "$node/blobs" -type f | wc -l)" 0

story "Stopped by hand, and resumed"
node=$work/stopped
node_init
node_start
L record import "$work/rows.csv" >"$work/import.out" 2>&1 &
import=$!
for _ in $(seq 200); do
	job=$(L job list --json | jq -r '.. | select(.kind? == "import") | .id')
	[ -z "$job" ] || [ "$(L job show "$job" --json | jq .done)" = 0 ] || break
	sleep 0.02
done
expect_exit 0 L job stop "$job"
wait "$import" && wrong "an import that was stopped ended well" || same "its exit" $? 5
state=$(L job show "$job" --json)
same state "$(jq -r .state <<<"$state")" stopped
[ "$(jq .done <<<"$state")" -lt "$rows" ] || wrong "it was stopped too late to show anything"
expect_exit 0 L job resume "$job"
show >"$work/got.csv"
cmp "$work/wanted.csv" "$work/got.csv" || wrong "other rows than of the undisturbed import"
