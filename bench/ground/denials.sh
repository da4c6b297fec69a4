#!/usr/bin/env bash
# bench/ground/denials.sh: may somebody tell by the clock a record that is kept from them from one that is
# not there? One asker, one kept connection, chance order; denials.py says how often a denial took longer.
#	LIAISON_ASKS (20000) of each
set -eu
cd "$(dirname "$0")/../.."
: "${LIAISON_BUILD:=$PWD/build/release}"
. tests/lib.sh
need jq python3
node_init
node_unlimited
sed -i '/requests_a_minute/d' "$node/liaison.yaml"
node_start
export LIAISON_AS=admin
south=$(L record create unit --purpose administration --set name="South desk" --set kind=police --json | jq -r .id)
L user add rui --roles analyst --unit "$south" --name "Rui Alves" --system-account "$(id -u)" >/dev/null
kept() { # kept TYPE OPTIONS...: a record that only its own unit may know of
	type=$1
	shift
	echo "$type/$(L record create "$type" --tlp RED "$@" --json | jq -r .id)"
}
export LIAISON_TOKEN
LIAISON_TOKEN=$("$liaison" --node "$node" user token --as rui --purposes investigation 2>/dev/null)
person=$(kept person --set name="Nobody Invented")
phone=$(kept phone --set phone=+351200000017)
long=$(kept note --set text="$(head -c 8000 /dev/zero | tr '\0' x)")
nothing=person/$(echo "${person#*/}" | tr '0-9a-f' '1-9a-f0')
echo "$nothing" | grep -Eq '^person/.{20,}' || wrong "no record was made: $person"
python3 bench/ground/denials.py "$port" "${LIAISON_ASKS:-20000}" "$nothing" "$nothing" "$person" "$phone" "$long"
