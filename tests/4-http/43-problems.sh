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

story "Each fault of a body is told by its pointer, up to twenty; no value comes back"
places() { jq -r '[.errors[] | .pointer // "[\(.key)]"] | join(" ")'; }
call POST /api/v1/records/person "${why[@]}" "${json[@]}" \
	-d '{"fields":{"birth_date":"Atlantis","gender":"Atlantis","mobile_phone":"Atlantis","phones":["Atlantis"]}}' >"$work/one.json"
same "places" "$(places <"$work/one.json")" "/fields/birth_date /fields/gender /fields/mobile_phone /fields/phones/0"
same "the status" "$(jq .status "$work/one.json")" 422
! grep Atlantis "$work/one.json" || wrong "a value came back"
same "parameters" "$(call GET '/api/v1/records/person?nothing=1&name=2&birth_date=3' "${why[@]}" | places)" "[nothing] [name] [birth_date]"
seq 1 30 | jq -cs '{fields: (map({key: "x\(.)", value: 1}) | from_entries)}' >"$work/many.json"
call POST /api/v1/records/person "${why[@]}" "${json[@]}" -d @"$work/many.json" >"$work/one.json"
same "told, and left out" "$(jq -c '[(.errors | length), .errors_left_out]' "$work/one.json")" "[20,10]"
same "of one that is good" "$(call GET "/api/v1/records/person/$id" "${why[@]}" | jq 'has("errors")')" false

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

each_fault_a_line() {
	expect_exit 2 L record create person --set birth_date=Atlantis --set gender=Atlantis --set mobile_phone=Atlantis
	same "lines" "$(grep -c '^liaison: [a-z_]*: ' <<<"$said")" 3
	has "$said" "liaison: birth_date: must be"
	has "$said" "liaison: gender: is not in the list"
	hasnt "$said" Atlantis
	expect_exit 2 L record create person --set birth_date=Atlantis --set gender=Atlantis --json
	same "errors" "$(jq -c '[.errors[].pointer]' <<<"$said")" '["/fields/birth_date","/fields/gender"]'
}
import_row() {
	printf 'name,birth_date,gender,mobile_phone\nAna,1990,,\nBo,Atlantis,Atlantis,Atlantis\n' >"$work/p.csv"
	expect_exit 2 L record import "$work/p.csv" --type person --format csv --again
	has "$said" "3: birth_date: must be"
	has "$said" "gender: is not in the list"
	has "$said" "mobile_phone: must be"
	hasnt "$said" Atlantis
}

story "Whoever types hears of options, from the node that runs"
look_at_words
each_fault_a_line
import_row

story "And from one that is stopped"
node_stop
look_at_words
each_fault_a_line
import_row
