#!/usr/bin/env bash
# A node moves from SQLite to PostgreSQL and back: every row of every table, the log with the same
# root, records that open, and nothing half done where the other database is no empty one.
set -eu
. "$(dirname "$0")/../lib.sh"
on_sqlite
need jq sqlite3 psql
there=$(postgres_new) || { echo "skipped: no PostgreSQL was started (tests/postgres.sh)"; exit 77; }

story "A node with a few records, versions, a user, a token"
node_init
awk 'BEGIN { print "org_Name,prs_FirstName,prs_SecondName,prs_MobilePhone,cas_Status,hte_Date"
	for (i = 1; i <= 60; i++) printf "Desk,Given%d,Family%d,+9993%07d,Active,2026-01-12\n", i, i, i }' >"$work/in.csv"
expect_exit 0 L record import "$work/in.csv"
expect_exit 0 L record create person --set name="Олена Рейс" --set 'position=' --json
person=$(field id <<<"$said")
expect_exit 0 L record set person "$person" --version 1 --set position=cook
expect_exit 0 L user token --purposes investigation
root() { L audit verify | sed -n 's/.*root \([^ ;]*\).*/\1/p'; }
export_all() { L record export --format ndjson --reveal --reason comparing 2>/dev/null | jq -cS . | sort; }

story "While it runs nothing is copied; nor into nowhere, nor into itself"
node_start
expect_exit 5 L node copy --to "$there"
node_stop
expect_exit 2 L node copy
expect_exit 5 L node copy --to "sqlite:$node/node.db"
has "$said" "not empty"

story "Over to PostgreSQL"
export_all >"$work/was"
expect_exit 0 L node copy --to "$there" --switch
has "$said" "rows of"
grep -q "^store: \"postgresql" "$node/liaison.yaml" || wrong "the settings do not name it"
mv "$node/node.db" "$work/old.db"
rm -f "$node"/node.db-*
before=$(root)
[ -n "$before" ] || wrong "the log does not verify there"
export_all >"$work/got"
cmp "$work/was" "$work/got" || wrong "other records than before"
same "version" "$(L record show person "$person" --json | field version)" 2
expect_exit 5 L node copy --to "$there"

story "It is written there, and back to SQLite"
expect_exit 0 L record create person --set name="Mei Chen"
export_all >"$work/was"
expect_exit 0 L node copy --to "sqlite:$work/new.db" --switch
export_all >"$work/got"
cmp "$work/was" "$work/got" || wrong "other records than before"
expect_exit 0 L audit verify --open
same "people" "$(sqlite3 "$work/new.db" "SELECT COUNT(*) FROM record WHERE type = 'person'")" 62

story "A name with what YAML would read otherwise; the settings stay whole"
expect_exit 0 L node copy --to "sqlite:$work/back\\slash \"x\".db" --switch
expect_exit 0 L audit verify
same "lines that name a store" "$(grep -c store "$node/liaison.yaml")" 1
cd "$work"
expect_exit 0 L node copy --to sqlite:here.db --switch
cd /
expect_exit 0 L audit verify
