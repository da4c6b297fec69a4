#!/usr/bin/env bash
# The log verifies; an export verifies elsewhere, without node or keys. One flipped byte in leaf,
# tile, head, body or export is found and named, and the command exits 7.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq sqlite3

node_init
expect_exit 0 L record create person --set name="Dmitri Petrenko" --set position=fisher --json
person=$(field id <<<"$said")
expect_exit 0 L record set person "$person" --version 1 --set position=captain
expect_exit 0 L record show person "$person" --reveal position --reason "who sails"
expect_exit 0 L record list person

story "What was written verifies, with and without opening the records"
expect_exit 0 L audit verify
has "$said" "The log holds"
expect_exit 0 L audit verify --open
checkpoint_before=$(L audit checkpoint)
has "$checkpoint_before" "north-coast-police/log"

story "The export is whole, names nobody, and verifies where there is no node"
expect_exit 4 L audit export
L audit export --purpose oversight >"$work/export"
vkey=$(L audit vkey)
hasnt "$(cat "$work/export")" Petrenko
hasnt "$(cat "$work/export")" "$person"
cd "$work"
expect_exit 0 "$liaison" audit verify --export "$work/export" --vkey "$vkey"
has "$said" "The export holds"
cd "$OLDPWD"

story "Somebody else's key does not fit it"
other=$work/other
"$liaison" node init --node "$other" --name "South Coast Police" --country ES >/dev/null 2>&1
expect_exit 7 "$liaison" audit verify --export "$work/export" --vkey "$("$liaison" --node "$other" audit vkey)"

story "A flipped byte anywhere in the export is found"
bytes=$(stat -c %s "$work/export")
for part in 1 2 3 4 5 6 7 8 9; do
	at=$((bytes * part / 10))
	cp "$work/export" "$work/bent"
	byte=$(dd if="$work/bent" bs=1 skip=$at count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
	printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$work/bent" bs=1 seek=$at conv=notrunc 2>/dev/null
	expect_exit 7 "$liaison" audit verify --export "$work/bent" --vkey "$vkey"
	[ -n "$said" ] || wrong "nothing was named"
	echo "byte $at of the export: $said"
done
head -c $((bytes / 2)) "$work/export" >"$work/cut"
expect_exit 7 "$liaison" audit verify --export "$work/cut" --vkey "$vkey"

# flip TABLE COLUMN WHERE KIND: one bit of the first byte, or a number becomes one more
flip() {
	if [ "$4" = number ]; then
		store_rows "UPDATE $1 SET $2 = $2 + 1 WHERE $3"
		return
	fi
	hex=$(store_rows "SELECT hex($2) FROM $1 WHERE $3 LIMIT 1")
	[ -n "$hex" ] || wrong "there is no $2 in $1 where $3"
	first=$((0x${hex:0:2} ^ 1))
	bent=$(printf %02X $first)${hex:2}
	case $4 in
	blob) store_rows "UPDATE $1 SET $2 = $(store_bytes "$bent") WHERE $3" ;;
	text) store_rows "UPDATE $1 SET $2 = $(store_text "$bent") WHERE $3" ;;
	esac
}

tamper() { # tamper WHAT TABLE COLUMN WHERE KIND NAMED: found, named, and whole again after
	flip "$2" "$3" "$4" "$5"
	expect_exit 7 L audit verify --open
	has "$said" "$6"
	echo "$1: $(grep -m1 -v '^liaison' <<<"$said")"
	store_restore
}

story "The node is stopped, and somebody changes one byte of its database"
id="hex(id) = upper('$(tr -d - <<<"$person")')"
store_keep
leaf=$(store_rows "SELECT leaf FROM record WHERE $id")
tamper "a leaf's detail" audit_leaf detail "idx = $leaf" blob "$leaf"
tamper "a leaf's actor" audit_leaf actor_mac "idx = $leaf" blob "$leaf"
tamper "a leaf's time" audit_leaf time_ms "idx = $leaf" number "$leaf"
tamper "a leaf's purpose" audit_leaf purpose "idx = $leaf" text "$leaf"
tamper "a tile of the tree" audit_tile hashes "level = 0 AND tile = 0" blob "0/0"
tamper "the key of details" audit_detail_key wrapped "id = (SELECT max(id) FROM audit_detail_key)" blob ""
tamper "the body" record body "$id" blob "$person"
tamper "the wrapped key" record wrapped "$id" blob "$person"
tamper "a former body" record_past body "$id" blob "$person"
tamper "the state in plain" record handling "$id" number "$person"
tamper "the owner in plain" record owner "$id" blob "$person"

story "A record that is taken away, and one that nobody logged"
store_rows "DELETE FROM record WHERE $id"
expect_exit 7 L audit verify
echo "a record taken away: $(grep -m1 -v '^liaison' <<<"$said")"
store_restore
store_rows "DELETE FROM audit_leaf WHERE idx = $leaf"
expect_exit 7 L audit verify
has "$said" "$leaf"
echo "a leaf taken away: $(grep -m1 -v '^liaison' <<<"$said")"
store_restore
store_rows "UPDATE audit_head SET size = size - 1"
code=0
L audit verify >"$work/said" 2>&1 || code=$?
[ "$code" != 0 ] || wrong "a head that forgets a leaf was not found"
store_restore

story "Whole again: it verifies, and the running node finds the same as the stopped one"
expect_exit 0 L audit verify --open
flip record body "$id" blob
node_start
expect_exit 7 L audit verify --open
has "$said" "$person"
expect_exit 7 L record show person "$person" --reveal position --reason "what was changed"
node_stop
