#!/usr/bin/env bash
# Several `liaison node serve` processes of one node on one PostgreSQL: what one writes the others
# show, who is shut out at one is shut out at all, jobs are done once, and a process that is
# killed leaves its work to the others.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl
[ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ] || { echo "skipped: SQLite takes one process"; exit 77; }
node_init
token=$(L user token --purposes investigation --days 9 2>/dev/null)

# ask PORT METHOD PATH [BODY]: as the token's person; $status and $answer are what came.
ask() {
	answer=$(curl -s -m 60 -w '\n%{http_code}' -X "$2" -H "Authorization: Bearer ${as:-$token}" -H "Liaison-Purpose: investigation" \
		-H "Liaison-Reason: the story" -H "Content-Type: application/json" ${4:+-d "$4"} "http://127.0.0.1:$1/api/v1$3")
	status=${answer##*$'\n'}
	answer=${answer%$'\n'*}
}

story "A node that runs, and a second process beside it in the same folder"
node_start
one=$port one_pid=$node_pid
also_start() { # also_start: sets two, two_pid
	: >"$work/also.out"
	"$liaison" node serve --node "$node" --port 0 >"$work/also.out" 2>>"$work/node.log" &
	two_pid=$!
	for _ in $(seq 300); do
		! grep -q '^Serving' "$work/also.out" || break
		kill -0 "$two_pid" 2>/dev/null || wrong "the second process did not start: $(tail -3 "$work/node.log")"
		sleep 0.05
	done
	two=$(sed -n 's/^Serving .* on http.*:\([0-9]*\) and .*/\1/p' "$work/also.out")
	also="$also $two_pid"
}
also=
end_also() { for pid in $also; do kill -9 "$pid" 2>/dev/null || true; done; finish; }
trap end_also EXIT
also_start
has "$(cat "$work/serve.out")" "/liaison.sock"
has "$(cat "$work/also.out")" "/liaison-2.sock"

story "What one writes, the other shows and changes; a version seen at one is known at the other"
ask "$one" POST /records/person '{"fields":{"name":"Kateryna Bondar","mobile_phone":"+380671234567"}}'
same "a record made at the first" "$status" 201
id=$(jq -r .id <<<"$answer")
ask "$two" GET "/records/person/$id?reveal=name"
same "its name at the second" "$(jq -r .fields.name <<<"$answer")" "Kateryna Bondar"
ask "$two" GET "/search?name=Kateryna+Bondar"
has "$answer" "$id"
change() { # change PORT VERSION POSITION
	curl -s -m 60 -o "$work/changed" -w '%{http_code}' -X PATCH -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" \
		-H "Content-Type: application/json" -H "If-Match: \"$2\"" -d "{\"position\":\"$3\"}" "http://127.0.0.1:$1/api/v1/records/person/$id"
}
same "a change at the second" "$(change "$two" 1 "at the second")" 200
same "one of the version before, at the first" "$(change "$one" 1 "at the first")" 412
same "one of that version" "$(change "$one" 2 "at the first")" 200
ask "$one" POST /records/person '{"fields":{"name":"Oleksandra Shevchenko"}}'
second=$(jq -r .id <<<"$answer")
ask "$two" GET "/search?name=Oleksandra+Shevchenko"
has "$answer" "$second"
same "records that both count" "$(ask "$one" GET /status; jq .records <<<"$answer")" "$(ask "$two" GET /status; jq .records <<<"$answer")"

story "Many rows that one imported are found at the other by number, however long their tokens are"
{ echo name,mobile_phone; for k in $(seq 1500); do echo "Person Number$k,+38050$((1000000 + k))"; done; } >"$work/people.csv"
expect_exit 0 L record import "$work/people.csv" --type person --format csv
for k in 1 77 1499; do
	for at in "$one" "$two"; do
		ask "$at" GET "/search?identifier=%2B38050$((1000000 + k))"
		same "found by number $k" "$(jq '.items | length' <<<"$answer")" 1
	done
done

story "A token that is revoked at one place is refused at the other, at once"
first=$(L user tokens --json | jq -r '.items[].id')
other=$(L user token --purposes investigation --days 9 2>/dev/null)
token_id=$(L user tokens --json | jq -r '.items[].id' | grep -vF "$first")
for at in "$one" "$two" "$two"; do
	as=$other ask "$at" GET "/records/person/$id"
	same "the token" "$status" 200
done
expect_exit 0 L user revoke "$token_id"
for at in "$two" "$one"; do
	as=$other ask "$at" GET "/records/person/$id"
	same "the revoked token" "$status" 401
done
ask "$two" GET "/records/person/$id"
same "another token" "$status" 200

story "Both write at once: every answer holds, and the log is one"
clients=()
for at in "$one" "$two"; do
	for client in 1 2 3; do
		for k in $(seq 30); do
			as=$token ask "$at" POST /records/person "{\"fields\":{\"name\":\"Client $at $client $k\"}}"
			[ "$status" = 201 ] || echo "refused: $status $answer" >>"$work/refused"
			jq -r .id <<<"$answer"
		done >"$work/ids.$at.$client" &
		clients+=($!)
	done
done
wait "${clients[@]}"
[ ! -s "$work/refused" ] || wrong "$(head -3 "$work/refused")"
same "different records" "$(cat "$work"/ids.* | sort -u | wc -l)" 180
expect_exit 0 L audit verify --open

story "While they run, what needs the node to stand still waits for it"
expect_exit 5 "$liaison" node copy --node "$node" --to "sqlite:$work/copy.db"
has "$said" "is using the folder"

story "A copy of the folder is another place: its keys would go their own way"
cp -r "$node" "$work/elsewhere"
rm -f "$work"/elsewhere/*.sock
expect_exit 5 "$liaison" node serve --node "$work/elsewhere" --port 0
has "$said" "another folder works on this database"
rm -rf "$work/elsewhere"

story "The first process is killed in the middle of an import: the second ends it, each row once"
{ echo name,position; for k in $(seq 6000); do echo "Row Number$k,row $k"; done; } >"$work/more.csv"
before=$(store_rows "SELECT count(*) FROM record")
L record import "$work/more.csv" --type person --format csv >"$work/import.out" 2>&1 &
import=$!
job=
for _ in $(seq 200); do
	job=$(store_rows "SELECT hex(job) FROM serve_job_queue WHERE runner <> 0")
	[ -z "$job" ] || break
	sleep 0.02
done
[ -n "$job" ] || wrong "nobody took the import: $(cat "$work/import.out")"
for _ in $(seq 200); do
	done_rows=$(store_rows "SELECT done FROM serve_job WHERE hex(id) = '$job'")
	[ "${done_rows:-0}" -lt 200 ] || break
	sleep 0.02
done
kill -9 "$one_pid"
wait "$one_pid" 2>/dev/null || true
node_pid=$two_pid # the story's node from here on
wait "$import" || true
for _ in $(seq 600); do
	state=$(store_rows "SELECT state FROM serve_job WHERE hex(id) = '$job'")
	[ "$state" != 3 ] || break
	sleep 0.1
done
same "the import's state (3: done)" "$state" 3
after=$(store_rows "SELECT count(*) FROM record")
same "rows that came" "$((after - before))" 6000
same "jobs in the queue" "$(store_rows "SELECT count(*) FROM serve_job_queue")" 0

story "Commands find the process that is left; a third one takes the free place"
expect_exit 0 L audit verify --open
also_start
has "$(cat "$work/also.out")" "/liaison.sock"
ask "$two" GET "/records/person/$id"
same "the record at the third" "$status" 200
kill -TERM "$two_pid"
wait "$two_pid"
expect_exit 0 L audit verify --open
also=
node_stop
expect_exit 0 L audit verify
