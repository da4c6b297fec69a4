#!/usr/bin/env bash
# The first hour of an agency: a node is made, an incident and a person are taken down, shown
# with what is masked, opened with a reason; two people who change the same record; somebody
# without the right; something that is not there. All on a stopped node, then on a running one.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

story "A country that is none is refused before anything is made; no role at all is pointed out"
for country in ZZZ fr; do
	expect_exit 2 "$liaison" node init --node "$node" --name "North Coast Police" --country $country
	has "$said" "country"
done
[ ! -e "$node" ] || wrong "something was made"
expect_exit 0 "$liaison" node init --node "$work/bare" --name "Bare"
has "$said" "reads and writes no records"

story "A folder becomes a node; a second time it is refused"
expect_exit 0 "$liaison" node init --node "$node" --name "North Coast Police" --country PT \
	--roles analyst,supervisor
has "$said" "You act in it as admin"
expect_exit 5 "$liaison" node init --node "$node" --name "North Coast Police"
has "$said" "there is a node already"
same "mode of the key file" "$(stat -c %a "$node/keys.liaison")" 600
[ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] || same "mode of the database" "$(stat -c %a "$node/node.db")" 600

hour() {
	story "An incident is taken down ($1)"
	expect_exit 0 L record create incident --set kind=observation --set "summary=Wages held back at a packing house" --set summary_basis=fact --json
	incident=$(field id <<<"$said")
	expect_exit 0 L record show incident "$incident"
	has "$said" "observation"

	story "Its summary is personal: no value until somebody says why"
	hasnt "$said" "packing house"
	expect_exit 4 L record show incident "$incident" --reveal summary
	has "$said" "reason"
	expect_exit 0 L record show incident "$incident" --reveal summary --reason "first assessment"
	has "$said" "packing house"

	story "A person with an exact identifier, found by it in any spelling"
	expect_exit 0 L record create person --set name="Ana Reis" --set "mobile_phone=+351 912 345 67$2" --json
	person=$(field id <<<"$said")
	expect_exit 0 L record search --identifier "+35191234567$2" --json
	same "found by telephone" "$(field id <<<"$said")" "$person"

	story "Two people change the same version; the second is told, and nothing is lost"
	expect_exit 0 L record set person "$person" --version 1 --set "position=cook" --json
	same "version after the change" "$(field version <<<"$said")" 2
	expect_exit 5 L record set person "$person" --version 1 --set "position=driver"
	has "$said" "version 2"
	expect_exit 0 L record show person "$person" --reveal position --reason "who was first" --json
	same "what stands" "$(field position <<<"$said")" cook

	story "The wrong purpose is refused, and so is a change without one"
	expect_exit 4 L record show person "$person" --purpose administration
	has "$said" "purpose"
	expect_exit 4 "$liaison" --node "$node" record show person "$person"

	story "What is not there is absent, whatever the reason"
	expect_exit 3 L record show person 01a20000-0000-7000-8000-000000000000
	expect_exit 3 L record show incident "$person"
	expect_exit 3 L record show nonsense "$person"
	expect_exit 2 L record create incident --set kind=observation
	has "$said" "summary"
	expect_exit 2 L record list incident --state nope
	has "$said" "reported, assessed"

	story "All that is wrong with what was typed is told at once"
	expect_exit 2 L record create incident --set kind=nope --set people_count=-3 --set happened=yesterday
	for word in "kind: is not" "people_count: cannot be below zero" "happened: must be a date" "summary: must be given"; do has "$said" "$word"; done

	story "A move that is not theirs says so and whose it is; one that is made is told in the log"
	expect_exit 0 L record create case --set name="Packing house" --json
	case=$(field id <<<"$said")
	expect_exit 4 L record move case "$case" court --version 1
	has "$said" "this move is not for your roles; it is for: prosecutor"
	expect_exit 0 L record move case "$case" joint --version 1
	expect_exit 0 L record mark case "$case" RED --version 2
	expect_exit 0 L audit show "$case"
	has "$said" "state:open>joint"
	has "$said" "tlp:AMBER+STRICT>RED"

	story "The log knows who saw what"
	expect_exit 0 L audit show "$person"
	for action in create update reveal denied; do has "$said" "$action"; done
	expect_exit 0 L audit verify --open
	has "$said" "The log holds"
}

hour stopped 1
expect_exit 0 L node status --json
leaves=$(field leaves <<<"$said")

node_start
hour running 2

story "Status: the log has grown by what was done, and the process is the node's"
expect_exit 0 L node status --json
[ "$(field leaves <<<"$said")" -gt "$leaves" ] || wrong "the log did not grow: $said"
same "process" "$(field process <<<"$said")" "$node_pid"

story "The node is told to end, and everything is still there"
node_stop
expect_exit 0 L record show person "$person"
expect_exit 0 L audit verify --open
