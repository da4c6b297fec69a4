#!/usr/bin/env bash
# Somebody writes into the database by hand: a role, an owner, a lost index row. None of it
# opens anything, and the log's verification tells.
set -eu
. "$(dirname "$0")/../lib.sh"
need sqlite3

node_init
expect_exit 0 L record create phone --set phone=+351912000111 --tlp RED --json
id=$(field id <<<"$said")

story "Another owner written over a RED record: it does not open, and verify names it"
store_keep
store_rows "UPDATE record SET owner = $(store_bytes 000102030405060708090a0b0c0d0e0f) WHERE hex(id) = upper(replace('$id', '-', ''))"
expect_exit 7 L audit verify
has "$said" "$id"
expect_exit 7 L audit verify --open
store_restore

story "An index row taken out: found by opening"
store_rows "DELETE FROM record_token WHERE hex(id) = upper(replace('$id', '-', ''))"
expect_exit 7 L audit verify --open
has "$said" "missing from the index"
store_restore

story "A role written into the users' table: that user opens for nothing any more"
store_rows "UPDATE serve_user SET roles = 255"
"$liaison" --node "$node" user me >"$work/me.out" 2>&1 && wrong "a role by hand was taken"
store_restore
expect_exit 0 L audit verify --open
