#!/usr/bin/env bash
# An export of everything that somebody wrote by hand: nothing of it goes in while one line is
# wrong; stopped amid it, it goes on where nobody works, and nowhere else.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl python3

moving=(--purpose administration --reason "moving")
made() { # made COUNT MEMBERS: a file of so many persons; MEMBERS, as JSON, are those of its third
	python3 - "$1" "$2" "$unit" "$me" <<'EOF'
import json, sys
count, third = int(sys.argv[1]), json.loads(sys.argv[2])
print('{"liaison-export":1}')
for i in range(1, count + 1):
    line = {"id": "01a20866-0000-7000-8000-%012x" % i, "type": "person", "type_version": 1,
            "version": 1, "unit": sys.argv[3], "owner": sys.argv[4], "guard": 0, "tlp": 2,
            "judicial_ok": True, "onward_ok": False, "state": "", "flags": 0, "due_ms": 0,
            "created_ms": 1795437142223, "updated_ms": 1795437142223, "bucket": "case/2026-11",
            "last": True, "fields": {"name": "Asel %d" % i}}
    if i == 3:
        line.update(third)
    print(json.dumps(line))
print('{"records":%d}' % count)
EOF
}
new_node() {
	node=$work/$1
	node_init
	unit=$(L user list --purpose administration --json | jq -r '.items[0].unit')
	me=$(L user list --purpose administration --json | jq -r '.items[0].id')
}
persons() { store_rows "SELECT count(*) FROM record WHERE type = 'person'"; }

story "One line that no record is: nothing goes in, and its place is told"
new_node checked
for bad in '{"fields":[]}' '{"fields":"x"}' '{"fields":null}' '{"fields":{"zz":1}}' \
	'{"bucket":"staff/2026-11"}' '{"flags":9007199254740991}' '{"version":9007199254740991}' \
	'{"created_ms":9007199254740991}' '{"id":"00000000-0000-0000-0000-000000000000"}'; do
	made 300 "$bad" >"$work/bad.ndjson"
	expect_exit 2 L record import "$work/bad.ndjson" --format all "${moving[@]}"
	has "$said" "nothing went in"
	same "persons after $bad" "$(persons)" 0
	job=$(L job list --json | jq -r '.items[0].id')
	same "the line" "$(L job show "$job" --errors --json | jq -c '[.errors[]?.line // .items[]?.line]')" "[4]"
done
made 300 '{}' >"$work/good.ndjson"
expect_exit 0 L record import "$work/good.ndjson" --format all "${moving[@]}"
same "persons" "$(persons)" 300
expect_exit 0 L audit verify --open

stopped() { # an import of everything, stopped amid it: $job
	made 15000 '{}' >"$work/many.ndjson"
	node_start
	administrator=$(L user list --purpose administration --json | jq -r '.items[0].login')
	u="--silent --unix-socket $node/liaison.sock -H Liaison-User:$administrator -H Liaison-Purpose:administration -H Liaison-Reason:moving"
	# shellcheck disable=SC2086
	job=$(curl $u -X POST http://x/api/v1/imports -H 'Content-Type: application/json' \
		-d "{\"format\":\"all\",\"files\":[{\"name\":\"many.ndjson\",\"bytes\":$(stat -c %s "$work/many.ndjson")}]}" | jq -r .id)
	# shellcheck disable=SC2086
	curl $u -X PUT --data-binary @"$work/many.ndjson" "http://x/api/v1/imports/$job/parts/0"
	# shellcheck disable=SC2086
	curl $u -o "$work/answer" -X POST "http://x/api/v1/jobs/$job/start"
	for _ in $(seq 600); do
		# shellcheck disable=SC2086
		[ "$(curl $u "http://x/api/v1/jobs/$job" | jq .done)" -lt 200 ] || break
		sleep 0.02
	done
	# shellcheck disable=SC2086
	curl $u -o "$work/answer" -X POST "http://x/api/v1/jobs/$job/stop"
	state_is stopped
	in=$(persons)
	[ "$in" -ge 200 ] && [ "$in" -lt 15000 ] || wrong "$in persons are in: it was not stopped amid it"
}
state_is() {
	for _ in $(seq 1200); do
		state=$(L job show "$job" --json | jq -r .state)
		[ "$state" = running ] || [ "$state" = queued ] || break
		sleep 0.1
	done
	same "its state" "$state" "$1"
}

story "Stopped, it goes on in a node where nobody did anything since"
new_node alone
stopped
expect_exit 0 L record list person # to look changes nothing
expect_exit 0 L job resume "$job"
state_is "done"
same "persons" "$(persons)" 15000
node_stop
expect_exit 0 L audit verify --open

story "Stopped, it does not go on in a node that somebody works in"
new_node used
stopped
expect_exit 0 L record create person --set name="Cila Marn"
L job resume "$job" >"$work/answer" 2>&1 || true
state_is failed
has "$(L job show "$job")" "empty one only"
same "persons" "$(persons)" $((in + 1))
node_stop
expect_exit 0 L audit verify --open
