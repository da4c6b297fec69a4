#!/usr/bin/env bash
# Jobs claimed a second by 1 to 8 processes' claimers, on each engine.
set -eu
cd "$(dirname "$0")/../.."
: "${LIAISON_BUILD:=$PWD/build/release}"
program=$LIAISON_BUILD/bench/bench_jobs_claims
[ -x "$program" ] || program=$LIAISON_BUILD/bench_jobs_claims
[ -x "$program" ] || { echo "$program is not built"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "SQLite"
"$program" "$work/sqlite"
export program work
# shellcheck disable=SC2016
tests/postgres.sh bash -c '
	[ -n "${LIAISON_TEST_POSTGRES:-}" ] || exit 0
	echo PostgreSQL
	psql "$LIAISON_TEST_POSTGRES" -qc "CREATE DATABASE claims TEMPLATE template0 ENCODING '"'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"'"
	"$program" "$work/postgres" "$(echo "$LIAISON_TEST_POSTGRES" | sed "s#/postgres?#/claims?#")"'
