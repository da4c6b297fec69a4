#!/usr/bin/env bash
# Two nodes come to know each other: an invitation goes by hand, two administrators on each side say
# the fingerprint that they heard; what changes afterwards blocks until two have looked again.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq
purpose=administration
me=$(id -u)

# A node with a root and a descriptor, and two administrators: adda and addi.
begin() { # begin FOLDER NAME ENDPOINT [OPTIONS of node init...]
	folder=$1 name=$2 endpoint=$3
	shift 3
	node=$folder
	node_init "$@"
	sed -i "s/^name: .*/name: \"$name\"/" "$node/liaison.yaml"
	first=$(L user list --json | jq -r '.items[0].login')
	export LIAISON_AS=$first
	for login in adda addi; do L user add $login --name $login --roles administrator --system-account "$me" >/dev/null; done
	"$liaison" exchange root make --out "$node.root" >/dev/null 2>&1
	say "$endpoint"
}
say() { # say ENDPOINT [OPTIONS of self draft...]: what the node says of itself from now on
	L exchange self draft --as adda --root "$node.root.public" --endpoint "$@" >"$node.draft" 2>/dev/null
	sign
}
sign() {
	rm -f "$node.signed"
	"$liaison" exchange root sign "$node.draft" --part "$node.root.part-1" --part "$node.root.part-3" --out "$node.signed" 2>/dev/null
	L exchange self use "$node.signed" --as adda >/dev/null
}
A() { node=$work/a; L "$@"; }
B() { node=$work/b; L "$@"; }
state() { A exchange peer show "$1" --as adda --json | field state; }

begin "$work/a" "North Coast Police" https://north.example:8443 --shared-account
begin "$work/b" "Coast House" https://127.0.0.1:9443
print_a=$(A exchange self show fingerprint)
print_b=$(B exchange self show fingerprint)
[ "$print_a" != "$print_b" ] || wrong "two roots have one fingerprint"

story "An invitation is made by administrators, and read by nobody else"
A user add ana --name Ana --roles analyst --system-account "$me" --as adda >/dev/null
expect_exit 4 A exchange peer invite --out "$work/none" --as ana
expect_exit 0 A exchange peer invite --out "$work/invitation" --as adda
same "its mode" "$(stat -c %a "$work/invitation")" 600

story "One command at the other node, which says the digits that somebody read out"
expect_exit 4 B exchange peer add "$work/invitation" --fingerprint "$print_b" --out "$work/reply" --as adda
has "$said" "do not go on"
[ ! -e "$work/reply" ] || wrong "a reply was written all the same"
expect_exit 0 B exchange peer add "$work/invitation" --fingerprint "$print_a" --out "$work/reply" --as adda
expect_exit 5 B exchange peer add "$work/invitation" --fingerprint "$print_a" --out "$work/reply2" --as adda
expect_exit 4 B exchange peer verify "north coast police" --fingerprint "$print_a" --as adda
has "$said" "second administrator"

story "Two people with one system account are one, but where the node says otherwise"
expect_exit 4 B exchange peer verify "north coast police" --fingerprint "$print_a" --as addi
has "$(B exchange peer list --as adda --json)" "have not compared"

story "The reply comes back: bent, it proves nothing; and its address is near"
sed 's/^proof ./proof 0/;t' "$work/reply" | sed 's/^proof 00/proof 10/' >"$work/bent"
expect_exit 4 A exchange peer add "$work/bent" --near --as adda
has "$said" "did not have the invitation"
expect_exit 5 A exchange peer add "$work/reply" --fingerprint "$print_b" --as adda
has "$said" "near"
expect_exit 0 A exchange peer add "$work/reply" --fingerprint "$print_b" --near --as adda
same "state" "$(state "Coast House")" proposed
expect_exit 5 A exchange peer add "$work/reply" --fingerprint "$print_b" --near --as adda
has "$said" "no invitation of this node waits"

story "The second person pins it, with the right digits alone"
expect_exit 4 A exchange peer verify "Coast House" --fingerprint "$print_a" --as addi
expect_exit 4 A exchange peer verify "Coast House" --fingerprint "$print_b" --as adda
expect_exit 4 A exchange peer verify "Coast House" --fingerprint "$print_b" --as ana
same "state" "$(state "Coast House")" proposed
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$(tr -d ' ' <<<"$print_b")" --as addi
same "state" "$(state "Coast House")" pinned
same "why nothing goes to it" "$(A exchange peer show "Coast House" --as ana --json | field why)" ""
expect_exit 5 A exchange peer verify "Coast House" --fingerprint "$print_b" --as adda

story "New keys by the same root go on; an older descriptor brings nothing back"
cp "$work/b.signed" "$work/b.old"
node=$work/b; say https://127.0.0.1:9443 --new-keys
expect_exit 0 A exchange peer renew "Coast House" "$work/b.signed" --as adda
same "state" "$(state "Coast House")" pinned
same "version" "$(A exchange peer show "Coast House" --json --as adda | field version)" 2
expect_exit 5 A exchange peer renew "Coast House" "$work/b.old" --as adda
has "$said" "not above"

story "Another place blocks it in plain words, until two have looked again"
node=$work/b; say https://127.0.0.1:9555
expect_exit 0 A exchange peer renew "Coast House" "$work/b.signed" --as adda
same "state" "$(state "Coast House")" blocked
has "$(A exchange peer list --as ana --json)" "it now says something else of where it is found"
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$print_b" --as adda
has "$said" "second person"
same "state" "$(state "Coast House")" blocked
expect_exit 4 A exchange peer verify "Coast House" --fingerprint "$print_b" --as adda
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$print_b" --as addi
same "state" "$(state "Coast House")" pinned
has "$(A exchange peer show "Coast House" --as adda --json)" 9555

story "Another root does too, and the digits are those of the new one"
node=$work/b
mv "$node.root.public" "$node.before.public"
for i in 1 2 3; do mv "$node.root.part-$i" "$node.before.part-$i"; done
"$liaison" exchange root make --out "$node.root" >/dev/null 2>&1
say https://127.0.0.1:9555
print_new=$(B exchange self show fingerprint)
expect_exit 0 A exchange peer renew "Coast House" "$work/b.signed" --as adda
has "$(A exchange peer list --as ana --json)" "its root key"
expect_exit 4 A exchange peer verify "Coast House" --fingerprint "$print_b" --as adda
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$print_new" --as adda
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$print_new" --as addi
same "state" "$(state "Coast House")" pinned

story "Anybody who answers for the desk stops it at once, and says why; two take it up again"
A user add dora --name Dora --roles duty_officer --system-account "$me" --as adda >/dev/null
expect_exit 4 A exchange peer suspend "Coast House" --as dora
expect_exit 4 A exchange peer suspend "Coast House" --as ana --reason "they did not call us back"
expect_exit 0 A exchange peer suspend "Coast House" --as dora --reason "they did not call us back"
same "state" "$(state "Coast House")" suspended
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$print_new" --as addi
same "state" "$(state "Coast House")" suspended
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$print_new" --as adda
same "state" "$(state "Coast House")" pinned

story "The root's word ends a key: it is blocked, and no descriptor with that key brings it back"
key=$(sed -n 's/^identity //p' "$work/b.signed")
"$liaison" exchange root revoke "$key" --root "$work/a.root.public" --part "$work/a.root.part-1" --part "$work/a.root.part-2" >"$work/foreign"
expect_exit 3 A exchange peer revoke "$work/foreign" --as adda
same "state" "$(state "Coast House")" pinned
"$liaison" exchange root revoke "$key" --root "$work/b.root.public" --part "$work/b.root.part-1" --part "$work/b.root.part-2" >"$work/revoked"
sed "s/$key/$(tr 0-9 1-90 <<<"$key")/" "$work/revoked" >"$work/bent"
expect_exit 4 A exchange peer revoke "$work/bent" --as adda
expect_exit 0 A exchange peer revoke "$work/revoked" --as adda
same "state" "$(state "Coast House")" blocked
has "$(A exchange peer list --as ana --json)" "was revoked"
expect_exit 5 A exchange peer verify "Coast House" --fingerprint "$print_new" --as adda
node=$work/b; say https://127.0.0.1:9555
expect_exit 5 A exchange peer renew "Coast House" "$work/b.signed" --as adda
node=$work/b; say https://127.0.0.1:9555 --new-keys
expect_exit 0 A exchange peer renew "Coast House" "$work/b.signed" --as adda
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$print_new" --as adda
expect_exit 0 A exchange peer verify "Coast House" --fingerprint "$print_new" --as addi
same "state" "$(state "Coast House")" pinned

story "A row that somebody changed in the database is none"
node=$work/a
store_keep
if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
	sqlite3 "$node/node.db" "UPDATE exchange_peer SET near = 0"
	has "$(A exchange peer list --as adda --json)" '"state":"damaged"'
	sqlite3 "$node/node.db" "UPDATE exchange_peer SET near = 1"
fi
same "state" "$(state "Coast House")" pinned

story "Removed, it stays in the table; and no node is a peer of its own"
id=$(A exchange peer show "Coast House" --as adda --json | field id)
expect_exit 4 A exchange peer remove "Coast House" --as adda
expect_exit 0 A exchange peer remove "Coast House" --as adda --reason "the agreement has ended"
expect_exit 3 A exchange peer show "Coast House" --as adda
same "state" "$(state "$id")" removed
expect_exit 5 A exchange peer verify "$id" --fingerprint "$print_new" --as adda
expect_exit 0 A exchange peer invite --out "$work/own" --as adda
expect_exit 5 A exchange peer add "$work/own" --near --fingerprint "$print_a" --out "$work/own.reply" --as adda
has "$said" "no peer of its own"

story "The log holds each step, and no name of a peer"
said=$(A audit search --action setting --as adda --json)
for what in invitation peer_added peer_pinned peer_renewed peer_blocked peer_suspended peer_revoked peer_removed; do has "$said" "exchange_$what"; done
hasnt "$said" "Coast House"
expect_exit 0 A audit verify --as adda

story "After its 90 days nothing goes to a pinned peer, nor is anybody invited"
A exchange peer invite --out "$work/again" --as adda >/dev/null 2>&1
B exchange peer remove "North Coast Police" --reason "for a new invitation" --as adda
B exchange peer add "$work/again" --fingerprint "$print_a" --out "$work/again.reply" --as adda >/dev/null 2>&1
A exchange peer add "$work/again.reply" --fingerprint "$print_new" --near --as adda >/dev/null 2>&1
A exchange peer verify "Coast House" --fingerprint "$print_new" --as addi >/dev/null
has "$(at_days 89 A exchange peer list --as adda --json)" '"state":"pinned"'
hasnt "$(at_days 89 A exchange peer list --as adda --json)" "not good at this time"
has "$(at_days 91 A exchange peer list --as adda --json)" "not good at this time"
expect_exit 5 at_days 91 A exchange peer invite --out "$work/late" --as adda
