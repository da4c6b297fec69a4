#!/usr/bin/env bash
# A machine whose clock is set back: what had expired stays so, and the node says what is wrong.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

ask() { # ask WANTED WHAT
	status=$(curl -s -m 20 -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" \
		-H "Liaison-Purpose: investigation" "$url/api/v1/records/person") || true
	same "$2" "$status" "$1"
}

story "A token for a day, and a day on which it is good"
node_init
token=$(L user token --purposes investigation --days 1 2>/dev/null)
node_start
ask 200 "today"
same "the clock" "$(L node status --json | jq -r .clock)" right
node_stop

story "Three days later it has expired"
expect_exit 0 at_days 3 "$liaison" --node "$node" --purpose investigation record list person

story "The clock is set back to today: the log knows better"
node_start
ask 401 "the token, with the clock set back"
has "$(L node status --json | jq -r .clock)" "behind the log"
behind=$(L node status --json | jq .clock_behind_ms)
[ "$behind" -gt $((2 * 86400000)) ] || wrong "behind by $behind ms"
has "$(cat "$work/node.log")" "behind the log"
node_stop

story "Somebody who knows that the clock is right now says so"
node_start --trust-clock
same "the clock" "$(L node status --json | jq -r .clock)" right
ask 200 "the token, of a day that is today again"
node_stop
node_start
same "the clock, at the next start" "$(L node status --json | jq -r .clock)" right
node_stop
