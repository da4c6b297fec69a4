#!/usr/bin/env bash
# A backup that is killed leaves a copy of the database for nobody else to read, and not for long. An
# erasing whose key cannot be destroyed is told of and tried again. What the options are called.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl
umask 022

node_init
export LIAISON_AS=$(L user list --purpose administration --json | jq -r '.items[0].login')
mei=$(L record create person --set name="Mei Chen" --json | field id)
(umask 077; echo "correct horse battery" >"$work/words")
mkdir "$work/backups"
node_start

kill_backup() { # kill_backup FILE: the copy of the database is left
	for _ in $(seq 20); do
		"$liaison" --node "$node" node backup "$1" --seal-with "$work/words" >"$work/backup.out" 2>&1 &
		pid=$!
		until left=$(find "$work" -name '*.database' -size +0 2>/dev/null | head -1) && [ -n "$left" ] || [ ! -d "/proc/$pid" ]; do :; done
		kill -9 "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || [ -z "$left" ] || [ ! -e "$left" ] || return 0
		rm -f "$1"
	done
	wrong "it was never killed in time"
}

story "Killed, it leaves a copy that nobody else may read; the next backup of another name removes it"
kill_backup "$work/backups"
same "who may read it" "$(stat -c %a "$left")" 600
expect_exit 0 L node backup "$work/other" --seal-with "$work/words"
same "copies" "$(find "$work" -name '*.database*' | wc -l)" 0
same "notes of them" "$(cat "$node/database.copies")" ""

story "So does the node's next start"
kill_backup "$work/backups"
node_stop
node_start
same "copies" "$(find "$work" -name '*.database*' | wc -l)" 0

story "What notes name besides copies is left alone"
echo mine >"$work/mine"
printf '%s\n' "$work/mine" "relative.database" "$work/../../etc/passwd" >"$node/database.copies"
expect_exit 0 L node backup "$work/third" --seal-with "$work/words"
same "what lay there" "$(cat "$work/mine")" mine

story "A file of a share that is not there is called by the option that named it"
expect_exit 3 "$liaison" --node "$node" node unlock --share "$work/none" --share "$work/none"
has "$said" "--share"
hasnt "$said" "passphrase-file"

story "The key of what was erased cannot be destroyed: the node says so"
echo "no such list" >"$node/erased.liaison"
expect_exit 7 L record erase person "$mei" --version 1 --yes
until_health() {
	for _ in $(seq 100); do
		[ "$(curl -s "$url/healthz" | jq -r .status)" != "$1" ] || return 0
		sleep 0.1
	done
	wrong "the node is never $1"
}
until_health degraded
metric() { curl -s --unix-socket "$node/liaison.sock" -H "Liaison-User: $LIAISON_AS" "http://x/metrics" | sed -n "s/^liaison_$1 //p"; }
same "waiting" "$(metric erasing_waiting)" 1
same "failed" "$(metric erasing_failed)" 1

story "And tries again by itself until it is done"
node_stop
echo "erasing_retry_seconds: 1" >>"$node/liaison.yaml"
rm "$node/erased.liaison"
node_start
until_health ok
for _ in $(seq 100); do
	[ "$(metric erasing_waiting)" != 0 ] || break
	sleep 0.1
done
same "waiting" "$(metric erasing_waiting)" 0
same "its proof" "$(L oversee retention erasures --purpose oversight --json | jq '.items | length')" 1
