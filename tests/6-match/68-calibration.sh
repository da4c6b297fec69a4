#!/usr/bin/env bash
# What scores were worth where people decided: counted of alerts that the asker may know of, and of those
# that were decided; the score itself stays.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

me=$(id -u)
node_init --shared-account --login ada
node_unlimited
node_start
export LIAISON_AS=ada
purpose=screening
expect_exit 0 L user add gus --roles analyst --system-account "$me"
expect_exit 0 L user add tom --roles supervisor --system-account "$me"
expect_exit 0 L user add dot --roles duty_officer --system-account "$me"
unit=$(L record create unit --set name=Elsewhere --set "kind=$(sed -n 2p model/codes/unit_kind.csv | cut -d, -f1)" --purpose administration --json | field id)
expect_exit 0 L user add bo --roles analyst --unit "$unit" --system-account "$me"

api() { # api LOGIN METHOD PATH [CURL OPTIONS...]
	login=$1 method=$2 path=$3
	shift 3
	curl -s -m 60 --unix-socket "$node/liaison.sock" -X "$method" -H "Liaison-User: $login" -H "Liaison-Purpose: screening" \
		"$@" "http://node/api/v1/$path"
}

list=$(L record create watchlist --set name=Ours --set kind=suspects --set purpose=screening --json | field id)
for who in ada tom; do
	version=$(L record show watchlist "$list" --json | jq .version)
	expect_exit 0 L record move watchlist "$list" in_use --version "$version" --set legal_basis=led_8 --set proportionality=Few \
		--set owner=Desk --set review_by="$(date -u -d +1year +%F)" --as "$who"
done
expect_exit 0 L record create listing --set "list=$list" --set subject=person --set "name=Orvek Taluneth" --set birth_dates=1979-05-07 --as gus

story "Where nobody decided, nothing is said"
same "nothing" "$(api gus GET match/calibration | jq -c '[.same, .other, .fitted, .lines, (.bands | length)]')" '[0,0,false,[],6]'

story "Decisions are counted in the band of their score"
for i in $(seq 1 25); do
	printf '{"kind":"person","id":"e%s","name":"Orvek Taluneth","birth_date":"1979-05-07","document":{"number":"X-%s"}}\n' "$i" "$i"
done >"$work/events"
api gus POST match/stream --data-binary @"$work/events" >"$work/raised"
same "raised" "$(jq '[.alerts[] | select(.raised == "new")] | length' "$work/raised")" 25
n=0
for alert in $(jq -r '.alerts[].alert' "$work/raised"); do
	n=$((n + 1))
	[ "$n" -le 24 ] || continue # the last is taken by nobody
	expect_exit 0 L record move alert "$alert" taken --version 1 --as gus
	case $((n % 2))$n in
	024) to=false result=undecided ;;
	0*) to=false result=not_same ;;
	*) to=confirmed result=same ;;
	esac
	expect_exit 0 L record move alert "$alert" $to --version 2 --set result=$result --set "reasons=The passport was looked at" --as gus
done
said=$(L match calibration --as gus --json)
same "counted: what was decided alone" "$(jq -c '[.same, .other, .fitted, (.lines | length)]' <<<"$said")" '[12,11,true,3]'
same "all in the uppermost bands" "$(jq '[.bands[] | select(.from >= 0.95) | .same + .other] | add' <<<"$said")" 23
same "bounds hold the share" "$(jq '[.bands[] | select(.share != null) | .low < .share and .share < .high] | all' <<<"$said")" true
has "$(L match calibration --as gus)" fitted

story "Alerts of which the asker may not know count for nothing; other roles are told nothing"
same "another unit" "$(api bo GET match/calibration | jq -c '[.same, .other, .fitted]')" '[0,0,false]'
same "first line" "$(api dot GET match/calibration | jq .status)" 403
expect_exit 4 L match calibration --as gus --purpose investigation

story "The score stays what it is"
same "the same score as before" \
	"$(api gus POST match -H 'Content-Type: application/json' -d '{"name":"Orvek Taluneth","birth_date":"1979-05-07"}' | jq '.hits[0].why.score')" \
	"$(jq '.alerts[0].why.score' "$work/raised")"
