#!/usr/bin/env bash
# Erasing: planned first, done by a supervisor, gone in all versions at once; the bytes that are
# left open for nobody; what stays in the bucket is still read; the log still verifies.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq sqlite3

node_init
node_start

story "Two people in the same bucket; one of them is changed once"
expect_exit 0 L record create person --set name="Mei Chen" --set position=cook --json
mei=$(field id <<<"$said")
expect_exit 0 L record set person "$mei" --version 1 --set position=cleaner
expect_exit 0 L record create person --set name="Tariq Haddad" --set position=driver --json
tariq=$(field id <<<"$said")
hex=$(tr -d - <<<"$mei")

# A thief's copy, or a backup, of the database as it is now.
node_stop
old=$(store_copy "$work/old.db")
node_start

story "Without --yes nothing happens but a plan; with an old version nothing happens either"
expect_exit 0 L record create task --set what="Call her" --set of="$mei" --json
task=$(field id <<<"$said")
expect_exit 0 L record erase person "$mei"
has "$said" "would be erased"
has "$said" "1 record that you may see refers to it"
has "$said" "$task"
same "who refers to it" "$(L record erase person "$mei" --json 2>/dev/null | jq -r '.referred_to_by[0].record.id')" "$task"
expect_exit 5 L record erase person "$mei" --version 1 --yes
expect_exit 0 L record show person "$mei"

story "Somebody who is no supervisor may not"
export LIAISON_AS=admin
expect_exit 0 L user add ines --roles analyst --name "Ines Costa" --system-account "$(id -u)"
token=$("$liaison" --node "$node" user token --as ines --purposes investigation 2>/dev/null)
need curl
same "status for an analyst" "$(curl -s -o /dev/null -w '%{http_code}' -X DELETE -H "Authorization: Bearer $token" \
	-H "Liaison-Purpose: investigation" -H 'If-Match: "2"' "$url/api/v1/records/person/$mei")" 403

story "Erased: absent for everybody, in every version, in lists and in searches"
expect_exit 0 L record erase person "$mei" --version 2 --yes
expect_exit 3 L record show person "$mei"
expect_exit 3 L record show person "$mei" --version 1
expect_exit 3 L record set person "$mei" --version 2 --set position=guest
expect_exit 0 L record list person --json
hasnt "$said" "$mei"
expect_exit 0 L record search Chen --json
hasnt "$said" "$mei"

story "Nothing sealed is left of it in the database, neither now nor before"
same "bytes of its bodies and keys" "$(store_rows "SELECT
	(SELECT sum(length(body) + length(wrapped)) FROM record WHERE hex(id) = upper('$hex')) +
	(SELECT sum(length(body) + length(wrapped)) FROM record_past WHERE hex(id) = upper('$hex'))")" 0

story "The other one in the bucket is read as before, also after a restart; the log verifies"
node_stop
node_start
expect_exit 0 L record show person "$tariq" --reveal position --reason "still there" --json
same "what the other one says" "$(field position <<<"$said")" driver
expect_exit 0 L audit verify --open --json
same "erased records that the log knows" "$(field erased <<<"$said")" 1
node_stop

story "The bucket has a new key by now, and the old one is gone"
pending() { store_rows 'SELECT count(*) FROM record_erase_bucket'; }
node_start
for _ in $(seq 100); do
	[ "$(pending)" != 0 ] || break
	sleep 0.1
done
same "buckets that wait for their new key" "$(pending)" 0
node_stop

story "So an old copy of the database does not bring it back: what is in it opens for nobody"
expect_exit 7 "$liaison" node serve --node "$node" --port 0 --store "$old"
has "$said" "is an old copy"
expect_exit 0 L node accept-log --store "$old" --reason "to see what a thief would see"
node_start --store "$old"
expect_exit 3 L record show person "$mei" --reveal position --reason "from a copy"
node_stop
