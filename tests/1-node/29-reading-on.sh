#!/usr/bin/env bash
# People who read all the time, each behind the other: the database's write-ahead log stays short,
# though the node keeps what it looks at from one reading to the next; and whoever's way in is taken
# while they read is out at once.
set -eu
. "$(dirname "$0")/../lib.sh"
on_sqlite
need jq curl

story "a node whose write-ahead log is copied back every 60 pages"
node_init
node_unlimited
node_start --store "sqlite:$node/node.db?checkpoint_pages=60"
LIAISON_TOKEN=$(L user token --purposes investigation 2>/dev/null)
id=$(L record create person --set 'name=Ana Reis' --json | jq -r .id)
for k in 1 2 3 4; do L record create person --set "name=Ana Reis $k" >/dev/null; done

story "four people read it without a pause"
read_on() { # read_on TIMES: prints each answer's status
	curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $LIAISON_TOKEN" \
		-H 'Liaison-Purpose: investigation' "$url/api/v1/records/person/$id?n=[1-$1]"
}
before=$(store_rows 'SELECT COUNT(*) FROM audit_leaf')
for k in 1 2 3 4; do read_on 600 >"$work/read.$k" & pids="${pids:-} $!"; done
for pid in $pids; do wait "$pid"; done
same "all were answered" "$(cat "$work"/read.* | sort | uniq -c | awk '{ print $1, $2 }')" "2400 200"
same "each has its leaf" "$(($(store_rows 'SELECT COUNT(*) FROM audit_leaf') - before))" 2400
bytes=$(stat -c %s "$node/node.db-wal")
echo "the write-ahead log has $bytes bytes"
[ "$bytes" -lt $((60 * 4096 * 6)) ] || wrong "the write-ahead log grew to $bytes bytes under reading alone"

story "a token is taken while somebody reads with it"
token=$(L user tokens --json | jq -r '.items[0].id')
: >"$work/read.on"
read_on 100000 >"$work/read.on" &
reader=$!
until [ "$(wc -l <"$work/read.on")" -gt 50 ]; do sleep 0.05; done
L user revoke "$token" >/dev/null
same "who asks after that" "$(read_on 3 | sort -u)" 401
kill "$reader" 2>/dev/null || true
wait "$reader" 2>/dev/null || true
