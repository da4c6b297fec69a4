#!/usr/bin/env bash
# Day one for whoever runs a node: health and metrics that tell of no row, how fast the log grows, a
# reserve for a full disk, a backup before tables are changed.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl sqlite3

node_init
admin=$(L user list --purpose administration --json | jq -r '.items[0].login')
export LIAISON_AS=$admin
expect_exit 0 L user add ana --name Ana --roles analyst --system-account "$(id -u)" --purpose administration
person=$(L record create person --set name="Mei Chen" --json | field id)
node_start

story "Health tells a stranger one word"
same "what it says" "$(curl -s "$url/healthz")" '{"status":"ok"}'

reserved() { # until the reserve is there
	for _ in $(seq 100); do
		[ ! -e "$node/reserve" ] || return 0
		sleep 0.1
	done
	wrong "no reserve was taken"
}
reserved

story "Metrics are for those who run and watch the node"
same "for a stranger" "$(curl -s -o /dev/null -w '%{http_code}' "$url/metrics")" 401
same "the open ones" "$(curl -s -o /dev/null -w '%{http_code}' "$url/metrics/open")" 404
metrics() { curl -s --unix-socket "$node/liaison.sock" -H "Liaison-User: $1" "http://x/metrics"; }
has "$(metrics ana)" "none of your roles"
said=$(metrics "$admin")
has "$said" "# TYPE liaison_log_leaves gauge"
has "$said" "liaison_well 1"
[ "$(sed -n 's/^liaison_log_leaves_day //p' <<<"$said")" -gt 3 ] || wrong "the log did not grow: $said"
[ "$(sed -n 's/^liaison_log_bytes_day //p' <<<"$said")" -gt 1000 ] || wrong "without bytes: $said"
[ "$(sed -n 's/^liaison_reserve_bytes //p' <<<"$said")" -ge 16777216 ] || wrong "no reserve: $said"
hasnt "$said" person
same "each line" "$(grep -vcE '^(# (HELP|TYPE) liaison_[a-z_]+ .+|liaison_[a-z_]+ -?[0-9]+)$' <<<"$said" || true)" 0
[ "$(L node status --json | jq .leaves_day)" -gt 3 ] || wrong "status does not say how the log grows"
node_stop
echo "metrics_open: yes" >>"$node/liaison.yaml"
node_start
has "$(curl -s "$url/metrics/open")" "liaison_up 1"
node_stop

story "A database of an older program is copied before its tables are changed; a newer one is refused"
older() { store_rows "DELETE FROM store_migration WHERE feature = 'retention'" >/dev/null && store_rows "DROP TABLE retention_proposal" >/dev/null; }
older
expect_exit 0 L node status
copies() { find "$node" -maxdepth 1 -name 'before-migration-*' | wc -l; }
same "copies" "$(copies)" 1
copy=$(find "$node" -maxdepth 1 -name 'before-migration-*')
same "who may read it" "$(stat -c %a "$copy")" 600
if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
	same "people in it" "$(sqlite3 "$copy" "SELECT count(*) FROM record WHERE type = 'person'")" 1
	same "tables of the newer program in it" "$(sqlite3 "$copy" "SELECT count(*) FROM sqlite_schema WHERE name = 'retention_proposal'")" 0
else
	has "$(pg_restore --list "$copy")" "TABLE DATA public record "
fi
for _ in 1 2 3; do
	older
	expect_exit 0 L node status
done
same "copies kept" "$(copies)" 3
expect_exit 0 L node status
same "copies without a change" "$(copies)" 3
store_rows "INSERT INTO store_migration (feature, number, hash, applied_ms) VALUES ('tomorrow', 1, $(store_bytes $(printf '%064d' 0)), 0)" >/dev/null
expect_exit 5 L record show person "$person"
has "$said" "newer liaison"
store_rows "DELETE FROM store_migration WHERE feature = 'tomorrow'" >/dev/null

# The rest is about the disk that SQLite's file lies on.
[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || exit 0
story "A full disk: nothing is changed, reading goes on and is logged, and the node ends in order"
small=$work/small
mkdir "$small"
if ! mount -t tmpfs -o size=64m tmpfs "$small" 2>/dev/null; then
	echo "no small disk could be mounted here: the rest of this story is skipped"
	exit 0
fi
trap 'umount -l "$small"; finish' EXIT
cp -r "$node" "$small/node"
node=$small/node
node_start
reserved
same "the reserve" "$(stat -c %s "$node/reserve")" 16777216
dd if=/dev/zero of="$small/filler" bs=1M 2>/dev/null || true
for _ in $(seq 100); do
	[ "$(curl -s "$url/healthz" | jq -r .status)" = ok ] || break
	sleep 0.1
done
same "health" "$(curl -s "$url/healthz" | jq -r .status)" degraded
[ ! -e "$node/reserve" ] || wrong "the reserve was not given back"
expect_exit 6 L record create person --set name="Nia Ford"
has "$said" "disk is full"
before=$(L node status --json | jq .leaves)
for _ in $(seq 20); do expect_exit 0 L record show person "$person"; done
[ "$(L node status --json | jq .leaves)" -ge $((before + 20)) ] || wrong "readings were not logged"
node_stop
rm "$small/filler"
node_start
same "health with room again" "$(curl -s "$url/healthz" | jq -r .status)" ok
expect_exit 0 L record create person --set name="Nia Ford"
expect_exit 0 L audit verify
node_stop
