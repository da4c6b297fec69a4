#!/usr/bin/env bash
# The judge of FollowTheMoney exports accepts what is good and refuses each kind of fault.
set -u
cd "$(dirname "$0")"
if ! command -v node >/dev/null || [ ! -d node_modules ]; then
	echo "skipped: tools/setup.sh test installs node and the judge"
	exit 77
fi
bad=0
case_() { # good|bad, name, lines
	local out rc
	out=$(printf '%s\n' "$3" | node ftm.js 2>&1)
	rc=$?
	if { [ "$1" = good ] && [ $rc != 0 ]; } || { [ "$1" = bad ] && [ $rc != 1 ]; }; then
		echo "not ok: $2 (exit $rc)"
		printf '%s\n' "$out"
		bad=1
	else
		echo "ok: $2"
	fi
}
person='{"id":"p1","schema":"Person","properties":{"name":["Orvek Taluneth"],"birthDate":["1979-05-07"],"country":["qr"]}}'
case_ good "a person with name and birth date" "$person"
case_ good "a reference to an entity that is there" "$person
{\"id\":\"i1\",\"schema\":\"Identification\",\"properties\":{\"holder\":[\"p1\"],\"number\":[\"QR123\"]}}"
case_ bad "nothing at all" ''
case_ bad "a line that is no JSON" '{"id":'
case_ bad "an unknown schema" '{"id":"p1","schema":"Persona","properties":{"name":["x"]}}'
case_ bad "an unknown property" '{"id":"p1","schema":"Person","properties":{"nom":["x"]}}'
case_ bad "a value that is no text" '{"id":"p1","schema":"Person","properties":{"name":[7]}}'
case_ bad "an empty value" '{"id":"p1","schema":"Person","properties":{"name":[""]}}'
case_ bad "a date in another order" '{"id":"p1","schema":"Person","properties":{"name":["x"],"birthDate":["07/05/1979"]}}'
case_ bad "a country by its name" '{"id":"p1","schema":"Person","properties":{"name":["x"],"country":["Riverland"]}}'
case_ bad "one id twice" "$person
$person"
case_ bad "no id" '{"schema":"Person","properties":{"name":["x"]}}'
case_ bad "a person without what the schema asks for" '{"id":"p1","schema":"Person","properties":{"birthDate":["1979"]}}'
case_ bad "an abstract schema" '{"id":"p1","schema":"Thing","properties":{"name":["x"]}}'
case_ bad "a reference to nobody" '{"id":"i1","schema":"Identification","properties":{"holder":["p9"],"number":["1"]}}'
case_ bad "a reference to the wrong kind" "$person
{\"id\":\"o1\",\"schema\":\"Ownership\",\"properties\":{\"owner\":[\"p1\"],\"asset\":[\"p1\"]}}"
exit $bad
