#!/usr/bin/env bash
# tests/postgres.sh COMMAND...: runs the command beside a PostgreSQL of its own, which is gone
# after it. LIAISON_TEST_POSTGRES is where tests find it: a URL of the server without a
# database's name; each test makes its own (createdb -T template0 -E UTF8 --locale=C).
# LIAISON_PG_PLACE is the folder it is made in. Without PostgreSQL here the command runs alone, and
# those tests say that they skip.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
	echo "tests/postgres.sh: there is no PostgreSQL here; its tests skip" >&2
	exec "$@"
fi
place=$(mktemp -d "${LIAISON_PG_PLACE:-${TMPDIR:-/tmp}}/liaison-pg.XXXXXX")
# The server will not run as root.
as=
if [ "$(id -u)" = 0 ]; then
	chown postgres "$place"
	as="setpriv --reuid=postgres --regid=postgres --clear-groups"
fi
finish() {
	code=$?
	trap - EXIT
	$as "$bin/pg_ctl" -D "$place/data" -m immediate -s stop >/dev/null 2>&1 || true
	rm -rf "$place"
	exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$place"
$as "$bin/initdb" -D "$place/data" -U liaison -A trust -E UTF8 --locale=C -N -k >"$place/init.log" 2>&1 ||
	{ cat "$place/init.log" >&2; exit 1; }
# No network: a socket in a folder that is only ours. A TCP port would be found by others.
$as "$bin/pg_ctl" -D "$place/data" -s -w -l "$place/server.log" \
	-o "-c listen_addresses= -c unix_socket_directories=$place -c max_connections=400" start
cd "$OLDPWD"
# For the story that restarts it: a server of its own, started by that story.
export LIAISON_TEST_POSTGRES_CTL="$as $bin/pg_ctl -D $place/data -s -w -l $place/server.log"
export LIAISON_TEST_POSTGRES_OPTIONS="-c listen_addresses= -c unix_socket_directories=$place -c max_connections=400"
LIAISON_TEST_POSTGRES="postgresql://liaison@/postgres?host=$place" "$@"
