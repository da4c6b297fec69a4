#!/usr/bin/env bash
# The database's disk runs full while clients write: what has no room is refused, and everything
# that was acknowledged is there. When there is room again the node goes on, or is started again.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
disk=${LIAISON_SMALL_DISK:-}
if [ -z "$disk" ]; then
	disk=$(mktemp -d "${TMPDIR:-/tmp}/liaison-disk.XXXXXX")
	mount -t tmpfs -o size=96m tmpfs "$disk" 2>/dev/null || { rmdir "$disk"; echo "skipped: no small disk may be mounted here"; exit 77; }
	code=0
	LIAISON_BESIDE=$(mktemp -d "${TMPDIR:-/tmp}/liaison-beside.XXXXXX") # what the clients note is not on it
	export LIAISON_BESIDE
	# The node's folder or the server's, whichever holds the database, lies on it.
	chmod 755 "$disk"
	if [ "${LIAISON_TEST_ENGINE:-sqlite}" = postgres ]; then
		LIAISON_SMALL_DISK=$disk LIAISON_PG_PLACE=$disk "$here/tests/postgres.sh" bash "$0" || code=$?
	else
		LIAISON_SMALL_DISK=$disk TMPDIR=$disk bash "$0" || code=$?
	fi
	umount "$disk" || umount -l "$disk"
	rm -rf "$disk" "$LIAISON_BESIDE"
	exit $code
fi
. "$here/tests/lib.sh"
need jq curl
clients=$LIAISON_BUILD/tests/kill_clients
[ -x "$clients" ] || { echo "skipped: $clients is not built"; exit 77; }
node_init
node_unlimited
export LIAISON_TOKEN
LIAISON_TOKEN=$(L user token --purposes investigation --days 9 2>/dev/null)
node_start
status() { # of one write
	curl -s -m 60 -o "$LIAISON_BESIDE/answer" -w '%{http_code}' -H "Authorization: Bearer $LIAISON_TOKEN" -H "Liaison-Purpose: investigation" \
		-H "Content-Type: application/json" -d '{"fields":{"name":"Olena Reis"}}' "$url/api/v1/records/person" || true
}
again() { # after the disk was full it may have ended: with a sync that failed, it has to
	# So has a PostgreSQL that found no room even for its recovery.
	[ -z "${LIAISON_TEST_POSTGRES_CTL:-}" ] || $LIAISON_TEST_POSTGRES_CTL status >/dev/null ||
		$LIAISON_TEST_POSTGRES_CTL -o "$LIAISON_TEST_POSTGRES_OPTIONS" start >/dev/null || true
	kill -0 "$node_pid" 2>/dev/null || { wait "$node_pid" || true; node_pid=; node_start; }
}

story "Clients write, and the disk runs full under them"
"$clients" write "$port" "$LIAISON_BESIDE/acknowledged" 1 >"$LIAISON_BESIDE/said" 2>&1 &
writing=$!
sleep 1
head -c 200M /dev/zero >"$disk/filler" 2>/dev/null || true
sleep 3
kill -9 "$writing" 2>/dev/null || true
wait "$writing" 2>/dev/null || true
touch "$LIAISON_BESIDE/acknowledged"
if kill -0 "$node_pid" 2>/dev/null; then
	refused=
	for _ in $(seq 400); do
		[ "$(status)" = 201 ] || { refused=yes; break; }
	done
	[ -n "$refused" ] || wrong "a full disk takes everything"
	cat "$LIAISON_BESIDE/answer"
	echo
fi

story "There is room again"
rm "$disk/filler"
for _ in $(seq 100); do
	again
	[ "$(status)" != 201 ] || break
	sleep 0.3
done
same "a write" "$(status)" 201
lines=$(wc -l <"$LIAISON_BESIDE/acknowledged")
[ "$lines" -gt 0 ] || wrong "nothing was written before"
present=$("$clients" check "$port" "$LIAISON_BESIDE/acknowledged" 2>"$LIAISON_BESIDE/lost") || wrong "writes are lost: $(head -5 "$LIAISON_BESIDE/lost")"
same "acknowledged writes that are there" "$present" "$lines"
expect_exit 0 L audit verify --open
node_stop
echo "$lines acknowledged writes, all there"
