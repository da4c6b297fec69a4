#!/usr/bin/env bash
# What was erased stays erased and told of in a node that everything is moved to: records that had
# been changed before they were erased, by hand, by a plan of retention, or after their consent was
# withdrawn; the log verifies on both nodes, with each body opened.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

long_ago=-4015
at_days $long_ago node_init --shared-account
echo "retention_wait: 0" >>"$node/liaison.yaml"
admin=$(at_days $long_ago L user list --purpose administration --json | jq -r '.items[0].login')
export LIAISON_AS=$admin
at_days $long_ago L user add bert --name Bert --roles supervisor,administrator --system-account "$(id -u)" --purpose administration >/dev/null
at_days $long_ago L user add nour --name Nour --roles support_worker,supervisor --system-account "$(id -u)" --purpose administration >/dev/null

changed_twice() { # changed_twice DAYS NAME
	id=$(at_days "$1" L record create person --set name="$2" --set position=cook --json | field id)
	at_days "$1" L record set person "$id" --version 1 --set position=driver >/dev/null
	at_days "$1" L record set person "$id" --version 2 --set position=cleaner >/dev/null
	echo "$id"
}

leaves() { # leaves FILE: everything, which two people let go
	job=$(L record export --all --no-wait --seal-with "$work/words" --purpose administration --reason "the node moves" --json 2>/dev/null | field id)
	expect_exit 0 L job resume "$job" --as bert
	expect_exit 0 L record export --fetch "$job" --out "$1" --purpose administration
}

story "One was changed twice eleven years ago, others today; one of each is never changed"
old=$(changed_twice $long_ago "Mei Chen")
expect_exit 0 at_days $long_ago L record create person --set name="Tariq Haddad"
mine=$(changed_twice 0 "Sala Oren")
kept=$(changed_twice 0 "Ravi Sen")
once=$(L record create person --set name="Nia Ford" --json | field id)

story "Erased: by hand, after a change or without one; by a plan; after a withdrawn consent"
expect_exit 0 L record erase person "$mine" --version 3 --yes
expect_exit 0 L record erase person "$once" --version 1 --yes
job=$(L oversee retention apply "$(L oversee retention plan --purpose administration --json | field plan)" --purpose administration --json 2>/dev/null | field job)
expect_exit 0 L job resume "$job" --as bert
expect_exit 3 L record show person "$old"
helper=(--as nour --purpose protection)
survivor=$(L record create survivor --set chosen_name=Tirelu "${helper[@]}" --json | field id)
now=$(date -u +%FT%T.000Z)
expect_exit 0 L record create consent "${helper[@]}" --set survivor="$survivor" --set purposes=consent_for_services \
	--set consents=yes --set source=individual --set language=fra --set method=written --set given_at="$now" \
	--set informed_purpose=yes --set informed_use=yes --set informed_research=yes --set informed_access=yes \
	--set informed_retention=yes --set informed_withdrawal=yes --set informed_court=yes --json
consent=$(field id <<<"$said")
expect_exit 0 L record move consent "$consent" given --version 1 "${helper[@]}"
expect_exit 0 L record move consent "$consent" withdrawn --version 2 --set withdrawn_at="$now" "${helper[@]}"
expect_exit 0 L record erase consent "$consent" --version 3 --yes "${helper[@]}"
expect_exit 0 L audit verify --open
erased=$(L audit verify --open --json --purpose administration | jq .erased)
[ "$erased" -ge 5 ] || wrong "$erased records are erased"

printf "%s\n" "seven harbour lamps at dusk" >"$work/words"
chmod 600 "$work/words"
story "All of it goes into an empty node, where it verifies with each body opened"
leaves "$work/all.sealed"
node=$work/second
node_init --shared-account
unset LIAISON_AS
LIAISON_AS=$(L user list --purpose administration --json | jq -r '.items[0].login')
export LIAISON_AS
L user add bert --name Bert --roles administrator --system-account "$(id -u)" --purpose administration >/dev/null
expect_exit 0 L record import "$work/all.sealed" --seal-with "$work/words" --format all --purpose administration --reason "the node moves"
expect_exit 0 L audit verify
expect_exit 0 L audit verify --open
same "erased there" "$(L audit verify --open --json --purpose administration | jq .erased)" "$erased"

story "What was erased is absent there too, and what was kept has its former versions"
expect_exit 3 L record show person "$mine"
expect_exit 3 L record show person "$old"
expect_exit 3 L record show person "$once"
expect_exit 3 L record show person "$mine" --version 2
expect_exit 0 L record show person "$kept" --version 2
hasnt "$(L record search Oren --json)" "$mine"

story "And on to a third one, which takes what the second says"
leaves "$work/again.sealed"
node=$work/third
node_init
unset LIAISON_AS
expect_exit 0 L record import "$work/again.sealed" --seal-with "$work/words" --format all --purpose administration --reason "the node moves"
expect_exit 0 L audit verify --open
same "erased there" "$(L audit verify --open --json --purpose administration | jq .erased)" "$erased"
