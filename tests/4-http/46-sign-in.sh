#!/usr/bin/env bash
# Somebody gets a link, sets a password, signs in with a browser and out again. What is guessed, planted,
# stolen from the database or sent by a page of another site does not get in.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

node_init
export LIAISON_AS=admin
L user add ines --roles analyst >/dev/null
node_start
password='gravel lantern otter seventeen'
purpose=administration

# ask METHOD PATH [curl options...]: $status and $body of the answer
ask() {
	m=$1 p=$2
	shift 2
	: >"$work/body"
	status=$(curl -s -m 30 -X "$m" -D "$work/head" -o "$work/body" -w '%{http_code}' "$@" "$url$p") || true
	body=$(cat "$work/body")
}
sign_in() { # sign_in LOGIN PASSWORD [curl options...]
	login=$1 word=$2
	shift 2
	ask POST /api/v1/session -H 'Content-Type: application/json' "$@" \
		-d "$(jq -cn --arg l "$login" --arg p "$word" '{login: $l, password: $p}')"
}
cookie() { tr -d '\r' <"$work/head" | sed -n "s/^Set-Cookie: $1=\([^;]*\);.*/\1/p"; }

story "An administrator makes a link; a program's token makes none"
code=$(L user invite ines 2>/dev/null)
same "length of the code" "${#code}" 43
token=$(L user token --purposes administration 2>/dev/null)
ask POST /api/v1/users/ines/invite -H "Authorization: Bearer $token" -H 'Liaison-Purpose: administration' -d '{}'
same "status" "$status" 403

story "Ines sets a password with it: not a short one, not a common one, not her login"
try() { ask POST /api/v1/password -H 'Content-Type: application/json' -d "$(jq -cn --arg c "$code" --arg p "$1" '{code: $c, password: $p}')"; }
try 'otter sixteen'
same "short" "$status" 422
hasnt "$body" otter
try 'correct horse battery staple'
same "common" "$status" 422
try 'ines ines ines ines'
same "her login" "$status" 422
hasnt "$body" "ines ines"
try "$password"
same "set" "$status" 204
try "$password"
same "the link again" "$status" 401

story "She signs in: a cookie for this host alone, which no script and no other site sees"
sign_in ines "$password"
same "status" "$status" 201
has "$(tr -d '\r' <"$work/head")" "Path=/; Secure; HttpOnly; SameSite=Strict"
session=$(cookie __Host-liaison) csrf=$(jq -r .csrf <<<"$body")
hasnt "$body" "$session"
as_ines() { m2=$1 p2=$2; shift 2; ask "$m2" "$p2" -H "Cookie: a=b; __Host-liaison=$session" "$@"; }
as_ines GET /api/v1/me
same "who" "$status $(jq -r .login <<<"$body")" "200 ines"
as_ines GET /api/v1/records/person -H 'Liaison-Purpose: investigation'
same "her work" "$status" 200

story "A page of another site in her browser: no change without what only our own page can read"
as_ines POST /api/v1/records/person -H 'Liaison-Purpose: investigation' -d '{"fields":{"position":"cook"}}'
same "without the header" "$status $(jq -r .key <<<"$body")" "403 csrf"
as_ines POST /api/v1/records/person -H 'Liaison-Purpose: investigation' -H "Liaison-CSRF: $csrf" -H 'Origin: https://evil.example' -d '{"fields":{"position":"cook"}}'
same "from another origin" "$status $(jq -r .key <<<"$body")" "403 origin"
as_ines GET /api/v1/records/person -H 'Liaison-Purpose: investigation' -H 'Sec-Fetch-Site: cross-site'
same "reading from another site" "$status" 403
as_ines POST /api/v1/records/person -H 'Liaison-Purpose: investigation' -H "Liaison-CSRF: $csrf" -H "Origin: $url" -H 'Sec-Fetch-Site: same-origin' -d '{"fields":{"position":"cook"}}'
same "from our own" "$status" 201
ask GET /api/v1/me -H "Cookie: __Host-liaison=$session; __Host-liaison=planted"
same "two cookies of one name" "$status" 401
ask GET /api/v1/me -H "Cookie: __Host-liaison=$session" -H "Cookie: x=y"
same "two Cookie headers" "$status" 400

story "Wrong password, unknown login, closed account: one answer"
sign_in ines 'gravel lantern otter eighteen'
same "wrong" "$status" 401
wrong_answer=$body
sign_in nobody "$password"
same "unknown" "$status $body" "401 $wrong_answer"
sign_in admin "$password"
same "no password set" "$status $body" "401 $wrong_answer"

story "The log has each, and no login in it; the node's own log has no cookie"
refused=$(L audit search --action sign_in --purpose administration --json)
has "$refused" "wrong password; from 127.0.0.1"
hasnt "$refused" '"nobody"'
hasnt "$(cat "$work/node.log")" "$session"
hasnt "$(cat "$work/node.log")" otter
same "counted" "$(L node status --json | jq -c '[.sign_ins, .sign_ins_refused, .sign_ins_turned_away]')" '[1,3,0]'

story "After some refusals each further try waits, with the right password too, and says nothing new"
sign_in ines 'gravel lantern otter eighteen'
node_stop
store_rows "UPDATE serve_try SET failures = 14" >/dev/null # as many as make a quarter of an hour
node_start
sign_in ines "$password"
same "waits" "$status $body" "401 $wrong_answer"
sign_in ines "$password" -H 'X-Forwarded-For: 198.51.100.77'
same "an invented address changes nothing" "$status" 401
as_ines GET /api/v1/me
same "her session goes on" "$status" 200
has "$(L audit search --action sign_in --purpose administration --json)" "too many tries; from 127.0.0.1"
node_stop
store_rows "UPDATE serve_try SET last_ms = last_ms - 900000" >/dev/null
node_start
sign_in ines "$password"
same "a quarter of an hour later" "$status" 201

story "She sees her sessions; an administrator ends them all"
as_ines GET /api/v1/sessions
same "this one is among them" "$(jq '[.items[] | select(.this)] | length' <<<"$body")" 1
has "$(L user sessions ines 2>"$work/notes")" "curl/"
has "$(cat "$work/notes")" "liaison user sign-out SESSION"
L user sign-out --user ines >/dev/null
as_ines GET /api/v1/me
same "ended" "$status" 401

story "Signing out; a password set anew ends what is open"
printf '%s\n' 'walnut bicycle harbour nineteen' >"$work/new"
chmod 600 "$work/new"
L user password --password-file "$work/new" >/dev/null # the administrator's own, over the socket
sign_in admin 'walnut bicycle harbour nineteen' -H 'Cookie: __Host-liaison=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
same "status" "$status" 201
session=$(cookie __Host-liaison) csrf=$(jq -r .csrf <<<"$body")
hasnt "$session" AAAAAAAAAAAA
as_ines DELETE /api/v1/session -H "Liaison-CSRF: $csrf"
same "signed out" "$status" 204
as_ines GET /api/v1/me
same "signed out" "$status" 401
sign_in admin 'walnut bicycle harbour nineteen'
session=$(cookie __Host-liaison)
L user password --password-file "$work/new" >/dev/null
as_ines GET /api/v1/me
same "ended by the new password" "$status" 401

story "A row changed by hand is good for nobody, and is named"
sign_in admin 'walnut bicycle harbour nineteen'
session=$(cookie __Host-liaison)
node_stop
expect_exit 0 L audit verify
store_keep
for change in \
	"UPDATE serve_session SET expires_ms = expires_ms + 86400000" \
	"UPDATE serve_session SET seen_ms = seen_ms + 86400000" \
	"UPDATE serve_session SET ended_ms = 0 WHERE ended_ms <> 0" \
	"UPDATE serve_session SET user_id = (SELECT id FROM serve_user WHERE uid = -1)"; do
	store_rows "$change" >/dev/null
	expect_exit 7 L audit verify
	has "$said" "session "
	store_restore
done
store_rows "UPDATE serve_session SET expires_ms = expires_ms + 86400000" >/dev/null
store_rows "UPDATE serve_password SET memory_kib = 64, passes = 1" >/dev/null
expect_exit 7 L audit verify
has "$said" "password of user"
node_start
as_ines GET /api/v1/me
same "a session that was made longer" "$status" 401
sign_in admin 'walnut bicycle harbour nineteen'
same "a password that was made cheaper to guess" "$status" 401
