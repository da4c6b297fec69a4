#!/usr/bin/env bash
# Bringing a node back is killed before what was erased since is erased again: such a folder is no
# node. And a backup never acts on the database that its settings name.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq
umask 077

node_init
export LIAISON_AS=$(L user list --purpose administration --json | jq -r '.items[0].login')
mei=$(L record create person --set name="Mei Chen" --json | field id)
echo "correct horse battery" >"$work/words"

story "The settings name the database with their key in quotes; then somebody is erased"
if grep -q '^store:' "$node/liaison.yaml"; then
	sed -i 's/^store:/"store":/' "$node/liaison.yaml"
else
	echo "\"store\": \"sqlite:$node/node.db\"" >>"$node/liaison.yaml"
fi
node_start
: >"$work/backup.database-journal"
expect_exit 0 L node backup "$work/backup" --seal-with "$work/words"
[ -z "$(find "$work" -name 'backup.*')" ] || wrong "something of a backup that was cut short is left"
mkdir "$work/backup.look"
expect_exit 5 L node backup-verify "$work/backup" --seal-with "$work/words"
has "$said" "cut short: remove it"
rmdir "$work/backup.look"
cp -p "$node/keys.liaison" "$work/keys.then"
expect_exit 0 L record erase person "$mei" --version 1 --yes
for _ in $(seq 100); do
	[ "$(L oversee retention erasures --purpose oversight --json | jq '.items | length')" = 0 ] || break
	sleep 0.1
done
node_stop
lost=$node
sed -i 's/^"store": "postgres/store: "postgres/' "$node/liaison.yaml"
url=()
restore() { # into a folder, and a database, of its own
	[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || url=(--store "$(postgres_new)")
	exec "$liaison" --node "$node" node restore "$work/backup" --seal-with "$work/words" "${url[@]}" \
		--keys "$work/keys.then" --erased "$lost/erased.liaison" --json
}

story "Killed between the quarantine and its end, it is no node, and nobody may take its log"
cut=0
for i in $(seq 10); do
	node=$work/cut$i
	(restore >/dev/null 2>&1) &
	pid=$!
	until [ -e "$node/quarantine" ] || [ ! -d "/proc/$pid" ]; do :; done
	kill -9 "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || cut=1
	[ $cut = 0 ] || break
done
[ $cut = 1 ] || wrong "it was never killed in time"
for _ in $(seq 50); do [ ! -e "$node/keys.liaison" ] || break; done
cp -n "$work/keys.then" "$node/keys.liaison"
expect_exit 5 L node quarantine
has "$said" "did not come to its end"
expect_exit 5 L node accept-log --reason "it was brought back from a backup"
expect_exit 5 timeout 20 "$liaison" node serve --node "$node" --port 0

story "Whole, it says until when the list of erasures goes, and leaves the lost node's database alone"
node=$lost
before=$(store_rows "SELECT count(*) FROM audit_leaf")
node=$work/back
(restore) >"$work/restored" 2>&1 || wrong "$(cat "$work/restored")"
same "what was erased again" "$(jq .erased_again "$work/restored")" 1
has "$(jq -r .erasures_until "$work/restored")" "T"
same "its recovery key" "$(jq -r '.recovery_key // "none"' "$work/restored")" none
expect_exit 6 L record show person "$mei"
has "$said" "quarantine"
node=$lost
same "leaves of the lost node" "$(store_rows "SELECT count(*) FROM audit_leaf")" "$before"
