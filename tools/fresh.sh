#!/usr/bin/env bash
# tools/fresh.sh [COMMAND...]: HEAD, cloned into a plain Debian 12 (debootstrap --variant=minbase)
# with nothing added but make, and there the README's two commands, or the given ones. What only this
# machine has (headers put in by hand, a newer node) shows here. Needs root and about 3 GB.
#
# From this machine it takes what a network may need and the repository must not name: where Debian's
# packages come from, apt's proxy, npm's registry and proxy, the certificates it trusts.
#
# All mounts live in a mount namespace of their own: they end with it, however it ends, and the
# folder is taken away from outside it, where nothing is mounted. KEEP=1 leaves the folder.
set -eu
cd "$(dirname "$0")/.."
top=$PWD/build/fresh
root=$top/root

if [ -z "${LIAISON_FRESH_INSIDE:-}" ]; then
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || { echo "fresh: needs root (chroot and mounts)" >&2; exit 1; }
		exec sudo --preserve-env=KEEP,NODE_EXTRA_CA_CERTS,SSL_CERT_FILE,http_proxy,https_proxy,no_proxy "$0" "$@"
	fi
	tools/setup.sh fresh
	if ! unshare --mount --pid --fork --kill-child true 2>/dev/null; then
		echo "fresh: this machine refuses mount namespaces (a container without CAP_SYS_ADMIN?)" >&2
		exit 1
	fi
	forget() {
		[ -n "${KEEP:-}" ] || rm -rf --one-file-system "$root"
	}
	rm -rf --one-file-system "$root"
	mkdir -p "$top"
	trap forget EXIT
	trap 'exit 130' INT TERM HUP
	LIAISON_FRESH_INSIDE=1 setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child \
		"$0" "$@" </dev/null
	exit
fi

started=$(date +%s)
said=$started
step() { # what the last step took, then its name
	now=$(date +%s)
	printf '%4d s  %s\n' $((now - said)) "$*"
	said=$now
}

# 1. Debian, from where this machine takes it.
targets=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' \
	'Identifier: Packages' 2>/dev/null |
	awk '$4 == "Debian" && $2 ~ /^bookworm(-updates|-security)?$/ { print $1, $2, $3 }' | sort -u || :)
mirror=$(printf '%s\n' "$targets" | awk '$2 == "bookworm" { print $1; exit }')
# shellcheck disable=SC2086 -- an empty mirror is debootstrap's own
if ! debootstrap --variant=minbase bookworm "$root" $mirror >"$top/debootstrap.log" 2>&1; then
	tail -n 5 "$top/debootstrap.log" >&2
	echo "fresh: debootstrap failed (log: $top/debootstrap.log)" >&2
	exit 1
fi
[ -z "$targets" ] || printf '%s\n' "$targets" | sed 's/^/deb /' >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(http|https)::' >"$root/etc/apt/apt.conf.d/90host" || :
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
step "debootstrap: $(chroot "$root" dpkg-query -W | wc -l) packages"

# 2. What npm needs to get out of this network.
pass=
for certificates in "${NODE_EXTRA_CA_CERTS:-}" "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt; do
	[ -f "$certificates" ] || continue
	cp -L "$certificates" "$root/etc/host-ca.pem"
	pass="NODE_EXTRA_CA_CERTS=/etc/host-ca.pem"
	break
done
if command -v npm >/dev/null; then
	for key in registry proxy https-proxy noproxy; do
		value=$(npm config get $key 2>/dev/null || :)
		case $value in '' | null | undefined) ;; *) echo "$key=$value" ;; esac
	done >"$root/root/.npmrc"
fi
for name in http_proxy https_proxy no_proxy; do
	[ -z "${!name:-}" ] || pass="$pass $name=${!name}"
done

# 3. HEAD, and make.
git -c safe.directory='*' clone --quiet --no-hardlinks "$PWD" "$root/srv/liaison"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
inside() {
	# shellcheck disable=SC2086 -- a list of words
	chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb CI=true \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin $pass \
		bash -c "cd /srv/liaison && $1" </dev/null
}
inside 'apt-get -q update && apt-get -qy install --no-install-recommends make' >"$top/make.log" 2>&1 || {
	tail -n 5 "$top/make.log" >&2
	echo "fresh: apt-get install make failed inside (log: $top/make.log)" >&2
	exit 1
}
step "apt install make; clone of $(git -c safe.directory='*' log -1 --format=%h)"

# 4. The commands.
[ $# -gt 0 ] || set -- 'make demo ARGS=--check' 'make test'
bad=0
n=0
for command in "$@"; do
	n=$((n + 1))
	if inside "$command" >"$top/command-$n.log" 2>&1; then
		step "\$ $command"
	else
		bad=1
		step "\$ $command: FAILED (log: $top/command-$n.log)"
	fi
	tail -n 12 "$top/command-$n.log" | sed 's/^/        /'
done
echo "fresh: $(chroot "$root" dpkg-query -W | wc -l) packages at the end, $(du -sm --one-file-system "$root" | cut -f1) MB, $(($(date +%s) - started)) s"
exit $bad
