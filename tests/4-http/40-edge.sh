#!/usr/bin/env bash
# HTTP as a program meets it: problems in RFC 9457's form, versions by ETag and If-Match, cursors,
# tokens and purposes, HEAD, limits, and no plain HTTP beyond this machine.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

node_init
node_start
token=$(L user token --purposes investigation,protection 2>/dev/null)

# call METHOD PATH [curl options...]: $status, $headers and $body of the answer
call() {
	method=$1 path=$2
	shift 2
	: >"$work/body"
	status=$(curl -s -m 20 -X "$method" -D "$work/headers" -o "$work/body" -w '%{http_code}' "$@" "$url$path") || true
	headers=$(tr -d '\r' <"$work/headers")
	body=$(cat "$work/body")
}
# The same with the token, for investigation.
as_officer() {
	m=$1 p=$2
	shift 2
	call "$m" "$p" -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" "$@"
}
header() { sed -n "s/^$1: //Ip" <<<"$headers" | head -1; }
problem() { # problem STATUS NAME: the last answer was this problem, in RFC 9457's form
	same "status of $method $path" "$status" "$1"
	same "type of the problem" "$(jq -r .type <<<"$body")" "urn:liaison:problem:$2"
	same "status inside it" "$(jq -r .status <<<"$body")" "$1"
	same "content type" "$(header Content-Type)" application/problem+json
	[ -n "$(jq -r '.title // empty' <<<"$body")" ] || wrong "the problem has no title: $body"
}

story "It answers without sign-in that it lives, and nothing else"
call GET /healthz
same "healthz" "$status $(jq -r .status <<<"$body")" "200 ok"
call GET /api/v1/status
problem 401 unauthenticated
same "challenge" "$(header WWW-Authenticate)" Bearer
call GET /api/v1/records/person -H "Authorization: Bearer liaison_nonsense"
problem 401 unauthenticated
call GET /api/v1/records/person -H "Liaison-User: admin"
problem 401 unauthenticated

story "Created: 201, where it is, and which version"
as_officer POST /api/v1/records/person -d '{"fields":{"name":"Adaeze Eze","position":"cook"}}'
same "status" "$status" 201
same "ETag" "$(header ETag)" '"1"'
at=$(header Location)
same "where" "$at" "/api/v1/records/person/$(jq -r .id <<<"$body")"
same "not kept by caches" "$(header Cache-Control)" no-store
as_officer GET "$at"
same "status" "$status" 200
same "masked" "$(jq -r '.masked | index("name") != null' <<<"$body")" true
hasnt "$body" Adaeze

story "A change names the version it saw: none 428, an old one 412 with what is there now"
as_officer PATCH "$at" -d '{"position":"guest"}'
problem 428 version-missing
as_officer PATCH "$at" -H 'If-Match: "1"' -d '{"position":"guest"}'
same "status" "$status $(header ETag)" '200 "2"'
as_officer PATCH "$at" -H 'If-Match: "1"' -d '{"position":"driver"}'
problem 412 stale
same "what is there now" "$(jq -r .current.version <<<"$body")" 2
hasnt "$body" guest
as_officer PATCH "$at" -H 'If-Match: nonsense' -d '{"position":"driver"}'
problem 400 usage
as_officer DELETE "$at"
problem 428 version-missing

story "Purpose: none, a wrong one, one the token is not for, one there is not"
call GET "$at" -H "Authorization: Bearer $token"
problem 403 denied
call GET "$at" -H "Authorization: Bearer $token" -H "Liaison-Purpose: oversight"
problem 403 denied
call GET "$at" -H "Authorization: Bearer $token" -H "Liaison-Purpose: prosecution"
problem 403 denied
call GET "$at" -H "Authorization: Bearer $token" -H "Liaison-Purpose: curiosity"
problem 400 usage
call GET "$at" -H "Authorization: Bearer $token" -H "Liaison-Purpose: protection"
same "another purpose of the token" "$status" 200

story "Revealing says why, and the log has it"
as_officer GET "$at?reveal=position"
problem 403 denied
as_officer GET "$at?reveal=position" -H "Liaison-Reason: caf%C3%A9 owner asks"
same "position" "$(jq -r .fields.position <<<"$body")" guest
as_officer GET "/api/v1/audit/records/$(jq -r .id <<<"$body")"
has "$body" "café owner asks"

story "What a body may be"
as_officer POST /api/v1/records/person -d '{"fields":{"position":'
problem 422 invalid
as_officer POST /api/v1/records/person -d '[]'
problem 422 invalid
as_officer POST /api/v1/records/person -d '{"fields":{},"owner":"me"}'
problem 422 invalid
as_officer POST /api/v1/records/person -d '{"fields":{"nonsense":1}}'
problem 422 invalid
same "which field" "$(jq -r .key <<<"$body")" nonsense
head -c 1100000 /dev/zero | tr '\0' ' ' >"$work/large"
as_officer POST /api/v1/records/person --data-binary @"$work/large"
problem 413 too-large

story "Paths and methods"
as_officer GET /api/v1/nonsense
problem 404 absent
as_officer PUT "$at" -d '{}'
problem 405 method
as_officer GET /api/v1/records/person/nonsense
problem 404 absent
as_officer GET "${at/person/incident}"
problem 404 absent

story "HEAD says what GET would, without the body"
as_officer GET "$at"
wanted=$(header ETag)
curl -s -m 20 -I -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" "$url$at" | tr -d '\r' >"$work/head"
same "status of HEAD" "$(head -1 "$work/head" | cut -d' ' -f2)" 200
same "ETag of HEAD" "$(sed -n 's/^ETag: //Ip' "$work/head")" "$wanted"

story "Pages by cursor"
for n in 1 2 3 4 5; do
	as_officer POST /api/v1/records/phone -d "{\"fields\":{\"phone\":\"+35191200100$n\"}}"
	same "status" "$status" 201
done
as_officer GET "/api/v1/records/phone?limit=2"
first=$(jq -c '[.items[].id]' <<<"$body")
as_officer GET "/api/v1/records/phone?limit=2&cursor=$(jq -r .next <<<"$body")"
second=$(jq -c '[.items[].id]' <<<"$body")
as_officer GET "/api/v1/records/phone?limit=2&cursor=$(jq -r .next <<<"$body")"
same "items on the last page" "$(jq '.items | length' <<<"$body")" 1
same "a cursor after the last page" "$(jq -r '.next // "none"' <<<"$body")" none
[ "$first" != "$second" ] || wrong "two pages are the same"
as_officer GET "/api/v1/records/phone?cursor=nonsense"
problem 400 usage
as_officer GET "/api/v1/records/phone?limit=0"
problem 400 usage

story "A revoked token ends at once; so do all of a closed account"
expect_exit 0 L user tokens --json
expect_exit 0 L user revoke "$(jq -r '.items[0].id' <<<"$said")"
as_officer GET "$at"
problem 401 unauthenticated
export LIAISON_AS=admin
expect_exit 0 L user add ines --roles analyst --system-account "$(id -u)"
token=$(L user token --as ines --purposes investigation 2>/dev/null)
as_officer GET "$at"
same "a new user's token" "$status" 200
expect_exit 0 L user set ines --roles monitor
as_officer GET "$at"
problem 403 denied
expect_exit 0 L user set ines --close
as_officer GET "$at"
problem 401 unauthenticated
node_stop

story "Plain HTTP is for this machine alone"
expect_exit 2 timeout 20 "$liaison" node serve --node "$node" --port 0 --address 0.0.0.0
has "$said" loopback
