#!/usr/bin/env bash
# tools/setup.sh build|test|check|bench|fresh: what that level needs, from Debian 12's own packages (and
# npm's, for tests and benches only). Says nothing and asks no network when all is there; safe to run twice.
set -eu
cd "$(dirname "$0")/.."
level=${1:-build}

# "a|b" is satisfied by either; the first is what gets installed.
packages="gcc libc6-dev make cmake ninja-build pkg-config libmicrohttpd-dev libgnutls28-dev
	libsodium-dev libsqlite3-dev libpq-dev libjansson-dev libicu-dev libyaml-dev libxml2-dev
	libcurl4-gnutls-dev|libcurl4-openssl-dev"
case $level in
build) ;;
fresh) packages="debootstrap util-linux git" ;;
test) packages="$packages libcmocka-dev sqlite3 postgresql curl jq openssl" ;;
bench)
	# The last four for bench/match: what the matcher is measured beside, and what asks it.
	packages="$packages libcmocka-dev sqlite3 postgresql curl jq openssl time python3 python3-levenshtein
		python3-unidecode" ;;
check)
	packages="$packages libcmocka-dev sqlite3 postgresql curl jq openssl clang-14 libclang-rt-14-dev
		llvm-14 clang-format-14 clang-tidy-14 git valgrind" ;;
*)
	echo "usage: tools/setup.sh build|test|check|bench|fresh" >&2
	exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
	# Another system: its owner knows better. CMake names what it then cannot find.
	exit 0
fi

present=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null |
	awk '$1 == "installed" { print $2 }')
has() {
	case $'\n'$present$'\n' in *$'\n'"$1"$'\n'*) return 0 ;; esac
	return 1
}

missing=
for either in $packages; do
	for package in ${either//|/ }; do
		has "$package" && continue 2
	done
	missing="$missing ${either%%|*}"
done
# node may come from elsewhere than Debian, and then brings its own npm.
if [ "$level" = test ] || [ "$level" = check ] || [ "$level" = bench ]; then
	command -v node >/dev/null || missing="$missing nodejs"
	command -v npm >/dev/null || missing="$missing npm"
	# npm speaks TLS and brings no certificates of its own on Debian.
	has ca-certificates || missing="$missing ca-certificates"
fi

if [ -n "$missing" ]; then
	as_root=
	if [ "$(id -u)" != 0 ]; then
		as_root="sudo"
		if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
			echo "setup: these packages are missing and only root can install them:" >&2
			echo "	apt-get install --no-install-recommends$missing" >&2
			exit 1
		fi
	fi
	log=$(mktemp)
	echo "setup: installing$missing" >&2
	apt() {
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 \
			-o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
	}
	# shellcheck disable=SC2086 -- a list of words
	if ! apt update || ! apt install -y --no-install-recommends $missing; then
		tail -n 20 "$log" >&2
		echo "setup: apt-get failed (whole log: $log). Is there a network, and is this Debian 12?" >&2
		exit 1
	fi
	rm -f "$log"
fi

# npm packages: installed again only when the lock file changed; no script of theirs runs.
npm_packages() { # npm_packages FOLDER
	want=$(sha256sum "$1/package-lock.json")
	[ "$want" != "$(cat "$1/node_modules/.installed" 2>/dev/null)" ] || return 0
	echo "setup: npm ci in $1" >&2
	if ! out=$(cd "$1" && npm ci --ignore-scripts --no-audit --no-fund \
		--no-update-notifier --loglevel=error 2>&1 </dev/null); then
		printf '%s\n' "$out" | tail -n 20 >&2
		echo "setup: npm failed. Behind a proxy with a certificate of its own, set" >&2
		echo "	NODE_EXTRA_CA_CERTS to the file with that certificate." >&2
		return 1
	fi
	printf '%s\n' "$want" >"$1/node_modules/.installed"
}
case $level in
test | check) npm_packages tests/npm ;;
bench) npm_packages bench/match/npm || echo "setup: without them bench/match leaves DuckDB out" >&2 ;;
esac
