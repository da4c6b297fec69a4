#!/usr/bin/env bash
# A node writes to its own database and to no other: not to one of other keys, not to an empty one in
# the place of its own, and on a server not to one at which another process is at work.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq
url_of() { [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] && echo "sqlite:$1/node.db" || sed -n 's/^store: "\(.*\)"/\1/p' "$1/liaison.yaml"; }
node_init
expect_exit 0 L record create person --set name="Mei Chen" --set position=cook --json
person=$(field id <<<"$said")
ours=$node

story "Another agency's node is pointed at it: refused before a word is written"
node=$work/other
node_init
expect_exit 0 L user me
grep -v '^store:' "$node/liaison.yaml" >"$work/yaml"
echo "store: \"$(url_of "$ours")\"" >>"$work/yaml"
cp "$node/liaison.yaml" "$work/own.yaml"
cp "$work/yaml" "$node/liaison.yaml"
expect_exit 7 L user me
has "$said" "key file is not that of this database"
expect_exit 7 "$liaison" node serve --node "$node" --port 0
cp "$work/own.yaml" "$node/liaison.yaml"
node=$ours
expect_exit 0 L audit verify --open
expect_exit 0 L record show person "$person" --reveal position --reason "still mine"

story "An empty database in the place of the own is a loss, and no new beginning"
if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
	mv "$node/node.db" "$work/away.db"
	echo "acknowledged, and only here yet" >"$node/node.db-wal"
	expect_exit 5 L audit verify
	[ ! -e "$node/node.db" ] || wrong "an empty database was made"
	same "what lay beside it" "$(cat "$node/node.db-wal")" "acknowledged, and only here yet"
	rm "$node/node.db-wal"
	: >"$node/node.db"
	expect_exit 5 L audit verify
	rm -f "$node"/node.db*
	mv "$work/away.db" "$node/node.db"
else
	expect_exit 5 "$liaison" node serve --node "$node" --port 0 --store "$(postgres_new)"
fi
has "$said" "holds no node"
expect_exit 0 L audit verify

if [ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ]; then
	story "A copy of the folder on the same database: the second one does not start"
	cp -r "$node" "$work/second"
	node_start
	expect_exit 5 "$liaison" node serve --node "$work/second" --port 0
	has "$said" "another folder works on this database"
	expect_exit 0 L record show person "$person"

	story "A statement that fails late takes its whole group with it, and the log stays whole"
	psql "$(url_of "$node")" -qc "BEGIN; LOCK TABLE audit_leaf IN SHARE MODE; SELECT pg_sleep(7); COMMIT" >/dev/null &
	locking=$!
	sleep 0.5
	expect_exit 6 L record show person "$person"
	wait $locking
	expect_exit 0 L record create person --set name="Olena Reis"
	node_stop
	expect_exit 0 L audit verify --open
fi
