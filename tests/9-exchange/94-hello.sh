#!/usr/bin/env bash
# Two nodes that run and have pinned each other say hello by mutual TLS: who they are now, what both
# can do. Whoever is not pinned fails in the handshake, and one person's suspending ends it all.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq openssl
purpose=administration
me=$(id -u)

say() { # say ENDPOINT [OPTIONS of self draft...]: what the node says of itself from now on
	L exchange self draft --as adda --root "$node.root.public" --endpoint "$@" >"$node.draft" 2>/dev/null
	rm -f "$node.signed"
	"$liaison" exchange root sign "$node.draft" --part "$node.root.part-1" --part "$node.root.part-3" --out "$node.signed" 2>/dev/null
	L exchange self use "$node.signed" --as adda >/dev/null
}
peer_port() { # peer_port FILE: what a node that serves said there
	sed -n 's/^Peers reach it on https port //p' "$1"
}
# A node with two administrators, that listens for peers on a port which was free a moment ago.
begin() { # begin FOLDER NAME
	node=$1
	node_init --shared-account
	sed -i "s/^name: .*/name: \"$2\"/" "$node/liaison.yaml"
	first=$(L user list --json | jq -r '.items[0].login')
	for login in adda addi; do L user add $login --name $login --roles administrator --system-account "$me" --as "$first" >/dev/null; done
	"$liaison" exchange root make --out "$node.root" >/dev/null 2>&1
	printf 'peer_address: "127.0.0.1"\npeer_port: 0\n' >>"$node/liaison.yaml"
	node_start
	same "a port for peers before there is an identity" "$(peer_port "$work/serve.out")" ""
	node_stop
	say https://127.0.0.1:9443
	node_start
	at=$(peer_port "$work/serve.out")
	[ -n "$at" ] || wrong "it did not listen for peers: $(cat "$work/serve.out")"
	node_stop
	sed -i "s/^peer_port: .*/peer_port: $at/" "$node/liaison.yaml"
	say "https://127.0.0.1:$at"
}
A() { node=$work/a; L "$@"; }
B() { node=$work/b; L "$@"; }
hello() { A exchange peer hello "Coast House" --as adda --json; }
# hello_until CODE: peers are looked at anew every few seconds; 60 s is what the design promises.
hello_until() {
	last=$(($(date +%s) + 60))
	until got=0; said=$(hello 2>&1) || got=$?; [ "$got" = "$1" ]; do
		[ "$(date +%s)" -lt "$last" ] || wrong "after 60 s still exit $got instead of $1: $said"
		sleep 0.3
	done
}

begin "$work/a" "North Coast Police"
begin "$work/b" "Coast House"
port_b=$at
print_a=$(A exchange self show fingerprint --as adda)
print_b=$(B exchange self show fingerprint --as adda)
A exchange peer invite --out "$work/invitation" --as adda 2>/dev/null >&2
B exchange peer add "$work/invitation" --near --fingerprint "$print_a" --out "$work/reply" --as adda >/dev/null 2>&1
A exchange peer add "$work/reply" --near --fingerprint "$print_b" --as adda >/dev/null 2>&1
echo "exchange_round_seconds: 1" >>"$work/a/liaison.yaml"
echo "exchange_round_seconds: 0" >>"$work/b/liaison.yaml"
node=$work/a
node_also_start
node=$work/b
node_start

story "Nothing goes to a peer that one person compared"
expect_exit 5 hello
has "$said" "have not compared"
A exchange peer verify "Coast House" --fingerprint "$print_b" --as addi >/dev/null

story "Pinned on one side alone, the other does not let it in"
expect_exit 6 hello
has "$said" "not reached"
B exchange peer verify "North Coast Police" --fingerprint "$print_a" --as addi >/dev/null

story "Pinned on both sides, they say hello within seconds; and the other way round"
hello_until 0
same "protocol" "$(field protocol <<<"$said")" 1
same "renewed" "$(jq -r .renewed <<<"$said")" false
expect_exit 0 B exchange peer hello "north coast police" --as adda --json
same "name" "$(field name <<<"$said")" "North Coast Police"
expect_exit 4 B exchange peer hello "north coast police" --as adda --purpose investigation
expect_exit 3 B exchange peer hello "nobody" --as adda

story "A stranger's key, no key, and TLS 1.2 get no answer"
openssl req -x509 -newkey ed25519 -nodes -keyout "$work/x.key" -out "$work/x.crt" -days 2 -subj /CN=node.liaison 2>/dev/null
shout() {
	printf 'POST /peer/1/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi' |
		timeout 20 openssl s_client -connect "127.0.0.1:$port_b" -quiet -ign_eof "$@" 2>&1 || true
}
said=$(shout -cert "$work/x.crt" -key "$work/x.key")
hasnt "$said" "HTTP/1.1"
has "$said" "CN = node.liaison"
case "$said" in *alert* | *errno*) ;; *) wrong "the stranger was not cut: $said" ;; esac
hasnt "$(shout)" "HTTP/1.1"
hasnt "$(shout -tls1_2 -cert "$work/x.crt" -key "$work/x.key")" "HTTP/1.1"

story "What a node says anew travels by itself, where root, name and place stay"
was=$(B exchange peer show "North Coast Police" --as adda --json | field version)
port_a=$(sed -n 's/^peer_port: //p' "$work/a/liaison.yaml")
node=$work/a
say "https://127.0.0.1:$port_a" --days 30
last=$(($(date +%s) + 60))
until said=$(B exchange peer show "North Coast Police" --as adda --json); [ "$(field version <<<"$said")" = $((was + 1)) ]; do
	[ "$(date +%s)" -lt "$last" ] || wrong "nobody told it: $said"
	sleep 0.3
done
same "state" "$(field state <<<"$said")" pinned
node=$work/a
node_also_kill
sed -i "s/^exchange_round_seconds: .*/exchange_round_seconds: 0/" "$node/liaison.yaml"
node_also_start

story "Suspended by one person there, it is refused, and soon in the handshake"
B exchange peer suspend "North Coast Police" --as adda --reason "a call from their night desk" >/dev/null
got=0
said=$(hello 2>&1) || got=$?
[ "$got" = 5 ] || [ "$got" = 6 ] || wrong "exit $got: $said"
hello_until 6
for login in adda addi; do B exchange peer verify "North Coast Police" --fingerprint "$print_a" --as $login >/dev/null; done
hello_until 0

story "Another place blocks it here, in plain words, until two have looked again"
node=$work/b
say "https://node.coast.example:9443"
expect_exit 0 hello
has "$(field blocked <<<"$said")" "where it is found"
expect_exit 5 hello
has "$said" "call it"
same "state" "$(A exchange peer show "Coast House" --as adda --json | field state)" blocked

story "The other side does not talk to whom it removed"
B exchange peer remove "North Coast Police" --as adda --reason "the agreement has ended" >/dev/null
for login in adda addi; do A exchange peer verify "Coast House" --fingerprint "$print_b" --as $login >/dev/null; done
expect_exit 6 hello

story "Both logs tell of it, without a name"
for side in A B; do
	said=$($side audit search --action setting --as adda --json)
	has "$said" exchange_hello
	hasnt "$said" "Coast House"
	expect_exit 0 $side audit verify --as adda
done
node=$work/a
node_also_kill
node=$work/b
node_stop
