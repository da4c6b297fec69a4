#!/usr/bin/env bash
# Hundreds of bytes of the database file, chosen by chance over all of it, tables and indexes
# alike, have one bit flipped, each in a fresh copy. `audit verify --open` must find every one
# that holds data. A byte holds none when everything that can be read from the file is the same
# with it: each row of each table, and, by SQLite's own check, each entry of each index.
set -eu
. "$(dirname "$0")/../lib.sh"
on_sqlite
need sqlite3 jq

: "${FLIPS:=200}" "${SEED:=7}"
RANDOM=$SEED

node_init
for n in $(seq 1 150); do
	echo "{\"name\":\"Petra Varga$n\",\"mobile_phone\":\"+3519120$((10000 + n))\",\"position\":\"cook\"}"
done >"$work/people.ndjson"
expect_exit 0 L record import "$work/people.ndjson" --type person
expect_exit 0 L record list person --json
person=$(jq -r '.items[0].id' <<<"$said")
expect_exit 0 L record set person "$person" --version 1 --set position=captain
expect_exit 0 L record search Varga7
expect_exit 0 L user add bert --roles analyst
expect_exit 0 L user token --purposes screening
expect_exit 0 L user token --purposes screening
expect_exit 0 L user revoke "$(L user tokens --json | jq -r '.items[0].id')"
L audit checkpoint >"$work/checkpoint"
expect_exit 0 L audit verify --open --checkpoint "$work/checkpoint"
db=$node/node.db
good=$work/good.db
cp "$db" "$good"; cp "$node/keys.state" "$good.state"

# Everything that a reader could get from the file, and what SQLite finds wrong with it.
all() {
	sqlite3 "$1" "PRAGMA integrity_check" "PRAGMA user_version" "PRAGMA application_id" .dump 2>&1 || true
}
all "$good" >"$work/good.all"

flip() { # flip BYTE BIT: in a fresh copy of the good file
	rm -f "$db-wal" "$db-shm"
	cp "$good" "$db"; cp "$good.state" "$node/keys.state"
	byte=$(od -An -tu1 -j "$1" -N 1 "$good" | tr -d ' ')
	printf "\\x$(printf %x $((byte ^ (1 << $2))))" | dd of="$db" bs=1 seek="$1" conv=notrunc status=none
}

found=0 refused=0 empty=0 plain=0
try() { # try BYTE BIT
	flip "$1" "$2"
	code=0
	said=$(L audit verify --open 2>&1) || code=$?
	case $code in
	7)
		hasnt "$said" "liaison: 0 things"
		found=$((found + 1))
		return ;;
	0) ;;
	1 | 2 | 4 | 5 | 6) # A definition of a table, or who asks, does not open: the node says so.
		has "$said" liaison:
		refused=$((refused + 1))
		return ;;
	*) wrong "byte $1, bit $2: exit $code: $said" ;;
	esac
	flip "$1" "$2"
	all "$db" >"$work/bent.all"
	if cmp -s "$work/good.all" "$work/bent.all"; then
		empty=$((empty + 1))
	elif ! diff -a "$work/good.all" "$work/bent.all" | grep -a '^[<>]' |
		grep -aqv 'INSERT INTO serve_job\|INSERT INTO store_migration'; then
		plain=$((plain + 1))
	else
		wrong "byte $1, bit $2 was not found, page $(($1 / 4096 + 1)): $(diff -a "$work/good.all" "$work/bent.all" | head -4 | cut -c1-200)"
	fi
}

tell() {
	echo "$1: $((found + refused)) of $((found + refused + plain)) flips of bytes that hold data were found ($found named, exit 7; $refused stopped the node from opening)."
	echo "Not found: $plain in what no seal covers (progress and errors of jobs, when a migration was applied)."
	echo "Left out: $empty flips of bytes that hold nothing (free room in pages)."
}

story "$FLIPS bytes anywhere in the file"
bytes=$(stat -c %s "$good")
for _ in $(seq "$FLIPS"); do
	try $(((RANDOM * 32768 + RANDOM) % bytes)) $((RANDOM % 8))
done
tell "Anywhere"
[ $((found + refused)) -gt $((FLIPS / 6)) ] || wrong "too few flips met data to show anything"

story "Bytes of each index, at the end of its pages where the newest entries stand"
found=0 refused=0 empty=0 plain=0
pages=$(sqlite3 "$good" "SELECT pageno FROM dbstat WHERE payload > 0 AND name IN (SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name NOT LIKE 'serve_job%')" 2>/dev/null || true)
for page in $pages; do
	for _ in 1 2 3; do
		try $((page * 4096 - 1 - RANDOM % 20)) $((RANDOM % 8))
	done
done
tell "Indexes"
[ $plain = 0 ] || wrong "an index is not what no seal covers"

story "Whole again, and a checkpoint of another log is the caller's mistake, in one line"
rm -f "$db-wal" "$db-shm"
cp "$good" "$db"; cp "$good.state" "$node/keys.state"
expect_exit 0 L audit verify --open --checkpoint "$work/checkpoint"
"$liaison" node init --node "$work/other" --name "North Coast Police" --country PT >/dev/null 2>&1
"$liaison" --node "$work/other" audit checkpoint >"$work/foreign"
expect_exit 2 L audit verify --checkpoint "$work/foreign"
has "$said" "not signed by this log's key"
same "lines" "$(wc -l <<<"$said")" 1
"$liaison" node init --node "$work/third" --name "South Coast Police" --country PT >/dev/null 2>&1
"$liaison" --node "$work/third" audit checkpoint >"$work/foreign"
expect_exit 2 L audit verify --checkpoint "$work/foreign"
has "$said" "of another log"
sed '2s/.*/999999/' "$work/checkpoint" >"$work/larger"
expect_exit 2 L audit verify --checkpoint "$work/larger"
same "lines" "$(wc -l <<<"$said")" 1
expect_exit 2 L audit verify --checkpoint "$work"
has "$said" "is a folder"

story "The log rolled back behind a checkpoint that this node signed: that is a finding, and one"
L audit checkpoint >"$work/newest"
rm -f "$db-wal" "$db-shm"
cp "$good" "$db"; cp "$good.state" "$node/keys.state"
expect_exit 7 L audit verify --checkpoint "$work/newest"
has "$said" "the log is shorter"
has "$said" "1 thing is not"
