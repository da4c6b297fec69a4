#!/usr/bin/env bash
# A backup takes none of the node's locks away: closing a file of the database by itself would drop those
# of all connections of the process (fcntl(2)), and another program could then write into it. Nor does it
# take the place of anything but a backup.
set -eu
. "$(dirname "$0")/../lib.sh"
on_sqlite
need python3 curl
umask 077

# Each connection of a node to its database holds a shared lock on 510 bytes at 1 GiB + 2 (SQLite,
# "File Locking And Concurrency"); who wants to have the file alone takes them.
is_held() {
	python3 - "$node/node.db" <<'PY'
import fcntl, struct, sys
f = open(sys.argv[1], "r+b")
lock = fcntl.fcntl(f, fcntl.F_GETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0x40000002, 510, 0))
sys.exit(0 if struct.unpack("hhqqi4x", lock)[0] != fcntl.F_UNLCK else 1)
PY
}
node_init
is_held && wrong "the lock is held and no node runs"
printf '%s\n' "seven harbour lamps at dusk" >"$work/words"
node_start
is_held || wrong "a node that runs holds no lock"

story "While a node runs it keeps its locks, through backups, metrics, health and a verification"
(while is_held; do sleep 0.02; done; touch "$work/lost") &
looking=$!
for _ in 1 2 3; do
	expect_exit 0 L node backup "$work/backup" --seal-with "$work/words"
	expect_exit 0 L audit verify
	curl -s -o "$work/answer" "$url/healthz"
done
is_held || wrong "its locks are gone"
kill "$looking" 2>/dev/null || true
wait "$looking" 2>/dev/null || true
[ ! -e "$work/lost" ] || wrong "for a moment its locks were gone"

story "The backup takes the place of an older one, and of nothing else"
for file in node.db keys.liaison liaison.yaml; do
	sum=$(sha256sum <"$node/$file")
	expect_exit 5 L node backup "$node/$file" --seal-with "$work/words"
	has "$said" "no backup"
	[ $file = node.db ] || same "$file" "$(sha256sum <"$node/$file")" "$sum"
done
is_held || wrong "its locks are gone"
expect_exit 0 L audit verify
node_stop

story "A database of the name that the copy would have stays where it is"
mkdir "$work/other"
mv "$node/node.db" "$work/other/it.database"
rm -f "$node"/node.db-*
echo "store: \"sqlite:$work/other/it.database\"" >>"$node/liaison.yaml"
expect_exit 0 L audit verify
expect_exit 5 L node backup "$work/other/it" --seal-with "$work/words"
has "$said" "name another one"
expect_exit 0 L audit verify
expect_exit 0 L node backup "$work/other/backup" --seal-with "$work/words"
