#!/usr/bin/env bash
# What is wrong with a call is said in the caller's own words: headers and members to a program,
# options to whoever types.
set -eu
. "$(dirname "$0")/../lib.sh"
need curl jq

node_init
node_start
token=$(L user token --purposes investigation,administration --days 1 2>/dev/null)
call() { # call METHOD PATH [CURL OPTIONS...]: the problem
	method=$1 path=$2
	shift 2
	curl -s -X "$method" -H "Authorization: Bearer $token" "$@" "$url$path"
}
why=(-H "Liaison-Purpose: investigation")
json=(-H "Content-Type: application/json")
expect_exit 0 L record create person --set name="Mei" --json
id=$(field id <<<"$said")

story "A program hears of headers and members, and of no option"
{
	call GET /api/v1/records/person
	call GET "/api/v1/records/person/$id"
	call GET "/api/v1/records/person/$id?reveal=name" "${why[@]}"
	call POST /api/v1/exports "${json[@]}" -d '{"format":"ndjson"}'
	call POST /api/v1/exports "${why[@]}" "${json[@]}" -d '{"format":"csv"}'
	call POST /api/v1/exports "${why[@]}" "${json[@]}" -d '{"format":"ndjson","reveal":true}'
	call POST /api/v1/imports "${why[@]}" "${json[@]}" -d '{"format":"csv","files":[{"bytes":4}]}'
	call POST /api/v1/imports "${why[@]}" "${json[@]}" -d '{"format":"list-csv","files":[{"bytes":4}]}'
	call POST /api/v1/imports "${json[@]}" -d '{"format":"ndjson","files":[{"bytes":4}]}'
	call POST /api/v1/imports "${why[@]}" "${json[@]}" -d '{"format":"csv","type":"nothing","files":[{"bytes":4}]}'
	call GET /api/v1/records/nothing "${why[@]}"
	call POST "/api/v1/break-glass/$id" "${why[@]}"
} | jq -c 'select(.type != null) | {type, key, detail}' >"$work/problems"
[ "$(wc -l <"$work/problems")" -ge 11 ] || wrong "not all were refused: $(cat "$work/problems")"
! grep -e '--' "$work/problems" || wrong "an option of the command line"
! grep '`liaison ' "$work/problems" || wrong "a command"
for words in "the header Liaison-Purpose" "the header Liaison-Reason" "the member \`type\`" "the member \`list\`" "GET /api/v1/types"; do
	grep -qF "$words" "$work/problems" || wrong "nobody says $words: $(cat "$work/problems")"
done

typed() { # typed CODE WORDS COMMAND...: refused in words that are typed, and in no others
	code=$1 words=$2
	shift 2
	expect_exit "$code" "$@"
	has "$said" "$words"
	hasnt "$said" "the header "
	hasnt "$said" "the member "
	hasnt "$said" "GET /api"
}
look_at_words() {
	typed 4 "(--purpose)" "$liaison" --node "$node" record list person
	typed 4 "(--purpose)" "$liaison" --node "$node" record list person --json
	typed 4 "(--reason)" L record show person "$id" --reveal name
	typed 2 "(--type)" L record export --format csv --out "$work/out.csv"
	typed 3 "\`liaison model list\`" L record list nothing
}

story "Whoever types hears of options, from the node that runs"
look_at_words

story "And from one that is stopped"
node_stop
look_at_words
