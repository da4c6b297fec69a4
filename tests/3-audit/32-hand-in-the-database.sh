#!/usr/bin/env bash
# Somebody writes into the database by hand: a role, an owner, a lost index row. None of it
# opens anything, and the log's verification tells.
set -eu
. "$(dirname "$0")/../lib.sh"
on_sqlite
need sqlite3

node_init
expect_exit 0 L record create phone --set phone=+351912000111 --tlp RED --json
id=$(field id <<<"$said")
db="$node/node.db"

story "Another owner written over a RED record: it does not open, and verify names it"
cp "$db" "$work/before.db"
sqlite3 "$db" "UPDATE record SET owner = randomblob(16) WHERE hex(id) = upper(replace('$id', '-', ''))"
expect_exit 7 L audit verify
has "$said" "$id"
expect_exit 7 L audit verify --open
node_restore() { rm -f "$db-wal" "$db-shm"; cp "$work/before.db" "$db"; }
node_restore

story "An index row taken out: found by opening"
sqlite3 "$db" "DELETE FROM record_token WHERE hex(id) = upper(replace('$id', '-', ''))"
expect_exit 7 L audit verify --open
has "$said" "missing from the index"
node_restore

story "A role written into the users' table: that user opens for nothing any more"
sqlite3 "$db" "UPDATE serve_user SET roles = 255"
"$liaison" --node "$node" user me >"$work/me.out" 2>&1 && wrong "a role by hand was taken"
node_restore
expect_exit 0 L audit verify --open
