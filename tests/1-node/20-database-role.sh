#!/usr/bin/env bash
# On PostgreSQL the tables belong to one role and the node works as another, which can read and add
# to the log and cannot change or delete what is there.
set -eu
. "$(dirname "$0")/../lib.sh"
on_sqlite
need jq psql
owner=$(postgres_new) || { echo "skipped: no PostgreSQL was started (tests/postgres.sh)"; exit 77; }
role=node_$RANDOM
psql "$owner" -qc "CREATE ROLE $role LOGIN"
app=$(sed "s#//liaison@#//$role@#" <<<"$owner")

story "The owner makes the tables; the node's role is given what a node does"
expect_exit 2 "$liaison" node grant "$role" --node "$node"
expect_exit 2 "$liaison" node grant "x; DROP TABLE y" --node "$node" --store "$owner"
expect_exit 2 "$liaison" node grant "$role" --node "$node" --store "sqlite:$work/x.db"
expect_exit 2 "$liaison" node grant nobody_there --node "$node" --store "$owner"
has "$said" "no such role"
for free in liaison "member_$role"; do # the owner, and one who may act as the owner
	[ "$free" = liaison ] || psql "$owner" -qc "CREATE ROLE $free LOGIN; GRANT liaison TO $free"
	expect_exit 2 "$liaison" node grant "$free" --node "$node" --store "$owner"
	has "$said" "could change the log"
done
expect_exit 0 "$liaison" node grant "$role" --node "$node" --store "$owner"

story "A node as that role: begun, served, written, moved, erased, verified"
"$liaison" node init --node "$node" --name "North Coast Police" --country PT --roles analyst,supervisor \
	--store "$app" >"$work/init.out" 2>&1 || wrong "$(cat "$work/init.out")"
node_start
expect_exit 0 L record create person --set name="Olena Reis" --json
person=$(field id <<<"$said")
expect_exit 0 L record set person "$person" --version 1 --set position=cook
expect_exit 0 L record erase person "$person" --version 2 --reason "asked for" --yes
node_stop
expect_exit 0 L audit verify --open
has "$said" "not compared"

story "The role itself cannot rewrite the log, nor make what would do it"
for deed in "UPDATE audit_leaf SET purpose = 'x'" "DELETE FROM audit_leaf" "TRUNCATE audit_leaf" \
	"DELETE FROM audit_about" "UPDATE audit_detail_key SET bucket = 'x'" "DELETE FROM audit_checkpoint" \
	"UPDATE audit_origin SET origin = 'x'" "ALTER TABLE audit_leaf ADD COLUMN x BIGINT" "DROP TABLE audit_leaf" \
	"CREATE TABLE more (x BIGINT)" "DELETE FROM store_migration" \
	"CREATE RULE r AS ON INSERT TO audit_leaf DO INSTEAD NOTHING"; do
	if psql "$app" -qc "$deed" 2>"$work/why"; then wrong "done: $deed"; fi
	grep -Eq "permission denied|must be owner" "$work/why" || wrong "$(cat "$work/why")"
done
psql "$app" -qAtc "SELECT COUNT(*) > 5 FROM audit_leaf" | grep -qx t || wrong "it cannot read the log"
