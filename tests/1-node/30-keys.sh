#!/usr/bin/env bash
# The keys lie in a process of their own: nobody looks into it, it gives keys only against the log, it
# sees an old copy of the database, it is locked in a moment, and the node does not outlive it.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl
keys_pid() { pgrep -P "$node_pid" -f 'node keys' || true; }

node_init
expect_exit 0 L record create person --set name="Mei Chen" --set position=cook --json
person=$(field id <<<"$said")
expect_exit 0 L user add ola --roles monitor --system-account "$(id -u)"
L() { "$liaison" --node "$node" "$@"; }
P() { L "$@" --as admin --purpose investigation; }
node_start
keeper=$(keys_pid)
[ -n "$keeper" ] || wrong "there is no key process"

story "Neither process leaves a core file, and nobody of the same account looks into them"
for pid in "$node_pid" "$keeper"; do
	grep -q '^Max core file size *0 *0 ' "/proc/$pid/limits" || wrong "process $pid may leave a core file"
	# What may not be dumped belongs to root in /proc, whoever runs it; root itself sees the mode.
	if [ "$(id -u)" != 0 ]; then same "who owns /proc/$pid/mem" "$(stat -c %u "/proc/$pid/mem")" 0; fi
done
grep -q '^Seccomp:[[:space:]]*2' "/proc/$keeper/status" || wrong "the key process has no seccomp filter"
grep -q '^NoNewPrivs:[[:space:]]*1' "/proc/$keeper/status" || wrong "the key process may gain privileges"
# The key file is open in no process, and the key process has sockets, its state and output alone.
for fd in "/proc/$keeper/fd"/*; do
	case $(readlink "$fd") in
	socket:* | pipe:* | /dev/null | /dev/pts/* | */keys.state | */node.log | */serve.out | "") ;;
	*) [ "${fd##*/}" -le 2 ] || wrong "the key process has $(readlink "$fd") open" ;;
	esac
done
same "the socket's mode" "$(stat -c %a "$node/keys.sock")" 600
same "the state's mode" "$(stat -c %a "$node/keys.state")" 600

story "What is opened and not shown is in the log too, a few seconds later"
# A change that its rules refuse has looked into the record.
expect_exit 2 P record set person "$person" --version 1 --set birth_date=nonsense
opened=0
for _ in $(seq 100); do
	said=$(L audit search --record "$person" --as ola --purpose oversight --json)
	! grep -q opened <<<"$said" || { opened=1; break; }
	sleep 0.1
done
same "the leaf about what was opened" "$opened" 1

story "One person opens so many records a minute, and no more"
node_stop
echo "opens_a_minute: 5" >>"$node/liaison.yaml"
node_start
busy=0
for _ in $(seq 8); do
	P record show person "$person" >/dev/null 2>"$work/said" || { grep -q "at most 5 records a minute" "$work/said" || wrong "$(cat "$work/said")"; busy=$((busy + 1)); }
done
[ "$busy" -ge 2 ] || wrong "only $busy of 8 were refused"
# A list of many is not held up by it.
sed -i '/^opens_a_minute/d' "$node/liaison.yaml"
node_stop

story "An old copy of the database is refused at the start, and goes on only by decision"
store_copy "$work/old.db" >"$work/old"
expect_exit 0 P record create person --set name="Olena Reis"
if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
	cp "$node/node.db" "$work/new.db"
	rm -f "$node"/node.db-*
	cp "$work/old.db" "$node/node.db"
else
	cp "$node/liaison.yaml" "$work/new.yaml"
	sed -i '/^store:/d' "$node/liaison.yaml"
	echo "store: \"$(cat "$work/old")\"" >>"$node/liaison.yaml"
fi
expect_exit 7 P record list person
has "$said" "is an old copy"
expect_exit 7 "$liaison" node serve --node "$node" --port 0
expect_exit 2 L node accept-log
expect_exit 0 L node accept-log --reason "the disk of yesterday is lost"
expect_exit 0 P record show person "$person"
expect_exit 0 L audit verify --as admin --open
# And now the newer one is foreign: both grew from the same beginning.
if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
	cp "$node/node.db" "$work/old.db"
	rm -f "$node"/node.db-*
	cp "$work/new.db" "$node/node.db"
else
	cp "$work/new.yaml" "$node/liaison.yaml"
fi
expect_exit 7 P record list person
expect_exit 0 L node accept-log --reason "the newer one was found again"

story "Without keys.state the node does not know its log, and says so"
mv "$node/keys.state" "$work/state"
expect_exit 7 P record list person
has "$said" "keys.state is missing"
mv "$work/state" "$node/keys.state"
expect_exit 0 P record list person

story "The key process is killed: the node says so and ends, and nothing acknowledged is lost"
node_start
expect_exit 0 P record create person --set name="Blessing Okafor" --json
last=$(field id <<<"$said")
kill -9 "$(keys_pid)"
code=0
wait "$node_pid" || code=$?
node_pid=
same "the node's exit" "$code" 6
grep -q "key process has ended" "$work/node.log" || wrong "the node did not say why it ended"
expect_exit 0 P record show person "$last"
expect_exit 0 L audit verify --as admin --open

story "The node is killed: its key process ends by itself, and the next start has both again"
node_start
keeper=$(keys_pid)
node_kill
for _ in $(seq 100); do
	kill -0 "$keeper" 2>/dev/null || break
	sleep 0.05
done
! kill -0 "$keeper" 2>/dev/null || wrong "the key process outlived its node"
node_start
expect_exit 0 P record show person "$last"
node_stop

story "Locked, the node answers that it is, and nothing is opened or written; unlocked, it goes on"
expect_exit 3 L node lock
node_start
expect_exit 0 L node lock
expect_exit 6 P record show person "$last"
has "$said" "locked"
expect_exit 6 P record create note --set text="cannot be written"
has "$(curl -s "$url/healthz")" degraded
expect_exit 0 L node unlock
for _ in $(seq 50); do
	! P record show person "$last" >"$work/shown" 2>&1 || break
	sleep 0.1
done
expect_exit 0 P record show person "$last"
has "$(curl -s "$url/healthz")" '"ok"'
expect_exit 5 L node unlock
node_stop

story "Two of three shares start the node; one does not; a new passphrase makes them worthless"
(umask 077; echo "correct horse battery" >"$work/pass"; echo "another one than before" >"$work/pass2"; mkdir "$work/shares")
expect_exit 5 L node shares --out "$work/shares"
expect_exit 0 L node passphrase --new-passphrase-file "$work/pass"
expect_exit 4 L user list --as admin
expect_exit 0 L node shares --out "$work/shares" --passphrase-file "$work/pass"
expect_exit 5 L node shares --out "$work/shares" --passphrase-file "$work/pass"
for share in 1 2 3; do same "the share's mode" "$(stat -c %a "$work/shares/share-$share")" 600; done
hasnt "$(cat "$work/shares/share-1")" "correct"
expect_exit 4 P record show person "$last" --share "$work/shares/share-1"
expect_exit 4 P record show person "$last" --share "$work/shares/share-1" --share "$work/shares/share-1"
expect_exit 0 P record show person "$last" --share "$work/shares/share-3" --share "$work/shares/share-1"
node_start --share "$work/shares/share-2" --share "$work/shares/share-3"
expect_exit 0 P record show person "$last"
expect_exit 0 L node lock
expect_exit 4 L node unlock
expect_exit 4 L node unlock --share "$work/shares/share-2"
expect_exit 0 L node unlock --share "$work/shares/share-2" --share "$work/shares/share-1"
node_stop
expect_exit 0 L node passphrase --passphrase-file "$work/pass" --new-passphrase-file "$work/pass2"
expect_exit 4 P record show person "$last" --share "$work/shares/share-3" --share "$work/shares/share-1"
has "$said" "of another passphrase"
expect_exit 0 L audit verify --open --as admin --passphrase-file "$work/pass2"

story "An older copy of the key file is refused at the start, and goes on only by decision"
with=(--as admin --passphrase-file "$work/pass2")
cp -p "$node/keys.liaison" "$work/keys.older"
expect_exit 0 P record erase person "$last" --version 1 --yes --passphrase-file "$work/pass2"
node_start --passphrase-file "$work/pass2"
for _ in $(seq 100); do
	[ "$(L oversee retention erasures --as admin --purpose oversight --json | jq '.items | length')" = 0 ] || break
	sleep 0.1
done
node_stop
cp -p "$node/keys.liaison" "$work/keys.newer"
cp -p "$work/keys.older" "$node/keys.liaison"
expect_exit 7 L user list "${with[@]}"
has "$said" "older copy of the key file"
cp -p "$work/keys.newer" "$node/keys.liaison"
expect_exit 0 L user list "${with[@]}"
cp -p "$work/keys.older" "$node/keys.liaison"
expect_exit 0 L node accept-log --reason "the newer key file was on the disk that is lost" --passphrase-file "$work/pass2"
expect_exit 0 L user list "${with[@]}"

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
	story "Root is told that the node runs as another account, and not that none runs"
	as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
	chmod 711 "$work"
	node=$work/theirs
	install -d -m 700 -o 65534 -g 65534 "$node"
	if as_nobody "$liaison" node init --node "$node" --name Theirs >/dev/null 2>&1; then
		# A function in the background would be a shell of its own, and the node outlive its kill.
		setpriv --reuid 65534 --regid 65534 --clear-groups "$liaison" node serve --node "$node" --port 0 >"$work/theirs.out" 2>&1 &
		node_pid=$!
		for _ in $(seq 100); do
			! grep -q '^Serving' "$work/theirs.out" || break
			sleep 0.05
		done
		expect_exit 4 L node lock
		has "$said" "another system account"
		node_kill
	fi
fi
