#!/usr/bin/env bash
# A legal hold keeps records and ends none: whoever is of another unit neither erases by it, nor with
# a decision on keeping, what they could not erase otherwise.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

long_ago=-4015
at_days $long_ago node_init --shared-account
echo "retention_wait: 0" >>"$node/liaison.yaml"
admin=$(at_days $long_ago L user list --purpose administration --json | jq -r '.items[0].login')
export LIAISON_AS=$admin
there=$(at_days $long_ago L record create unit --purpose administration --set name="South desk" --set kind=prosecution --json | field id)
[ -n "$there" ] || wrong "there is no second unit"
user() { # user LOGIN ROLE [UNIT]
	at_days $long_ago L user add "$1" --name "$1" --roles "$2" ${3:+--unit "$3"} --system-account "$(id -u)" --purpose administration >/dev/null
}
user ana analyst
user petra prosecutor
user pablo prosecutor
user sonja supervisor
user sergei supervisor
user mona monitor
user duty duty_officer
user bpros prosecutor "$there"
user bsup supervisor "$there"

day() { date -u -d "$1" +%F; }
known() { # known TYPE ID: to those who work with it
	expect_exit 0 L record show "$1" "$2" --as ana
}
hold() { # hold LOGIN RECORD [FIELDS...]: prints its id
	who=$1 record=$2
	shift 2
	L record create legal_hold --as "$who" --purpose prosecution --set records="$record" --set court="Court of Ulmere" \
		--set ground="An appeal is open" --set ordered_on="$(day today)" "$@" --json
}
lift() { # lift LOGIN HOLD VERSION
	L record move legal_hold "$2" lifted --as "$1" --version "$3" --purpose prosecution --set lift_reason="It is over."
}
decision() { # decision LOGIN RECORD FIELDS...: prints its id
	who=$1 record=$2
	shift 2
	L record create retention_decision --as "$who" --purpose subject_rights --set records="$record" --set court_asked=yes "$@" --json | field id
}
decide() { # decide LOGIN DECISION
	L record move retention_decision "$2" decided --as "$1" --version 1 --purpose subject_rights --set decided_by="$me" --reason "it is time" --json
}

story "Eleven years ago an incident, which still waits for somebody, and people were recorded"
incident=$(at_days $long_ago L record create incident --as ana --set kind=observation --set summary="Somebody is kept there." --set summary_basis=fact --json | field id)
person=$(at_days $long_ago L record create person --as ana --set name="Mei Chen" --json | field id)
other=$(at_days $long_ago L record create person --as ana --set name="Tariq Haddad" --json | field id)
me=$(L user list --purpose administration --json | jq -r --arg a "$admin" '.items[] | select(.login == $a) | .id')
known incident "$incident"
same "the day of the incident" "$(L record show incident "$incident" --as ana --json | field erase_on)" "$(day "$((long_ago + 1825)) days")"
known person "$person"

story "A hold whose last day is past is none"
expect_exit 2 hold bpros "$incident" --set until="$(day '-2 days')"
has "$said" "is a day to come"
expect_exit 2 hold bpros "$incident" --set until="$(day today)"

story "Two people of another unit decide over nothing here, to erase or to keep it"
fresh=$(L record create person --as ana --set name="Olga Lin" --json | field id)
for outcome in "outcome=erase" "outcome=keep --set keep_until=$(day '+700 days')"; do
	# shellcheck disable=SC2086
	asked=$(decision bpros "$fresh" --set $outcome)
	expect_exit 0 decide bpros "$asked"
	expect_exit 5 decide bsup "$asked"
	has "$said" "one of the two"
	same "the decision" "$(L record show retention_decision "$asked" --as bsup --purpose subject_rights --json | field state)" proposed
done
same "its day" "$(L record show person "$fresh" --json | field erase_on)" "$(day '+3650 days')"

story "Of its own unit a supervisor is one of the two, as the first or as the second"
for pair in "petra sonja" "sonja petra"; do
	asked=$(decision petra "$fresh" --set outcome=keep --set keep_until="$(day '+700 days')")
	for who in $pair; do
		expect_exit 0 decide "$who" "$asked"
	done
	same "the decision of $pair" "$(field state <<<"$said")" decided
done
same "its day" "$(L record show person "$fresh" --json | field erase_on)" "$(day '+700 days')"
asked=$(decision petra "$fresh" --set outcome=erase)
expect_exit 0 decide petra "$asked"
expect_exit 5 decide pablo "$asked"

story "A hold of another unit keeps a record from erasing, and from nobody who works with it"
held=$(L record create person --as ana --set name="Ravi Sen" --json | field id)
hold bpros "$held" --set law="Criminal Procedure Act, section 12" --set until="$(day '+60 days')" >/dev/null
known person "$held"
same "its mark" "$(L record show person "$held" --as ana --json | jq .held)" true
has "$(L record list person --as ana --json)" "$held"
expect_exit 5 L record erase person "$held" --as sonja --version 2 --yes
has "$said" "section 12"

story "The unit that keeps it is told, nobody else is"
task=$(L record list task --as sonja --json | jq -r '.items[0].id')
said=$(L record show task "$task" --as sonja --reveal details --reason "what is it" --json)
has "$said" "Court of Ulmere"
has "$said" "$held"
hasnt "$said" "An appeal is open"
expect_exit 3 L record show task "$task" --as bsup

story "A hold of the unit itself restricts it to the court, until it ends"
own=$(hold petra "$held" --set until="$(day '+60 days')" | field id)
expect_exit 3 L record show person "$held" --as ana
expect_exit 0 L record show person "$held" --as sonja --purpose prosecution
same "tasks" "$(L record list task --as sonja --json | jq '.items | length')" 1
for who in petra sonja; do
	expect_exit 0 lift "$who" "$own" 1
done
known person "$held"
expect_exit 5 L record erase person "$held" --as sonja --version 4 --yes

story "What somebody did stays readable to those who look at it, whatever the hold"
sonja=$(L user me --as sonja --json | field id)
complaint=$(L record create complaint --as mona --purpose oversight --set channel=letter --set about=false_hit \
	--set words="She hit me." --set against="$sonja" --json | field id)
expect_exit 2 hold sonja "$complaint" # she may not know of it
expect_exit 0 hold sergei "$complaint"
expect_exit 0 L record show complaint "$complaint" --as mona --purpose oversight
glass=$(L record create survivor --as sonja --purpose protection --set chosen_name=T --set safe_phone=+999301999 --json | field id)
expect_exit 0 L record open "$glass" --as duty --purpose protection --break-glass --reveal safe_phone --reason "Somebody is standing at their door."
review=$(L record list access_review --as sonja --purpose oversight --json | field id)
[ -n "$review" ] || wrong "no look is asked for"
expect_exit 0 hold sonja "$review"
expect_exit 0 L record show access_review "$review" --as mona --purpose oversight
expect_exit 0 L record show access_review "$review" --as sergei --purpose oversight

story "Nobody holds what they may not know of"
expect_exit 2 hold bpros "$glass"
has "$said" "names no record"

story "Holds of another unit that run out, or that its people lift, leave what is past its day to the plan"
ends=$(hold bpros "$incident" --set until="$(day '+5 days')" | field id)
hold bpros "$person" --set until="$(day '+5 days')" >/dev/null
lifted=$(hold bpros "$other" --set until="$(day '+90 days')" | field id)
at_days 10 node_start
jobs_done() { # until the node's own look has ended
	for _ in $(seq 300); do
		[ "$(store_rows 'SELECT count(*) FROM retention_proposal')" = 0 ] ||
			[ "$(store_rows 'SELECT count(*) FROM serve_job WHERE state IN (1, 2)')" != 0 ] || return 0
		sleep 0.1
	done
	wrong "the node's look at what it keeps does not end"
}
jobs_done
same "the hold" "$(L record show legal_hold "$ends" --as bsup --purpose prosecution --json | field state)" lifted
known incident "$incident"
known person "$person"
for who in bpros bsup; do
	expect_exit 0 lift "$who" "$lifted" 1
done
sleep 1
jobs_done
known person "$other"
plan=$(L oversee retention plan --purpose administration --json)
same "to be erased once people let it go" "$(jq .erase <<<"$plan")" 2
node_stop

story "A hold that does not open keeps what it keeps, is counted, and stops nothing else"
broken=$(at_days 10 hold bpros "$fresh" --set until="$(day '+15 days')" | field id)
store_rows "UPDATE record SET body = substr(body, 1, length(body) - 1) WHERE hex(id) = upper('$(tr -d - <<<"$broken")')" >/dev/null
at_days 20 node_start
for _ in $(seq 300); do
	[ "$(store_rows 'SELECT count(*) FROM retention_proposal')" != 2 ] || break
	sleep 0.1
done
said=$(L job list --purpose administration --json | jq -c '[.items[] | select(.kind == "retention_daily")] | max_by(.created // .id) | [.state, .result.holds_failed > 0]')
same "the node's look" "$said" '["done",true]'
same "still held" "$(L record show person "$fresh" --json | jq .held)" true
node_stop
