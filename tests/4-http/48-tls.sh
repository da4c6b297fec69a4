#!/usr/bin/env bash
# The node over TLS: with a certificate of its own, whose fingerprint is told; a key that others may
# read is not taken; a new certificate at SIGHUP, while what is open goes on; nothing below TLS 1.2.
set -eu
. "$(dirname "$0")/../lib.sh"
need openssl curl

node_init

story "A certificate of the node's own, and its fingerprint; openssl sees the same"
said=$(L node certificate --host localhost --host 127.0.0.1 2>"$work/notes")
has "$(cat "$work/notes")" "tls_certificate: \"$node/tls.crt\""
print=$(openssl x509 -in "$node/tls.crt" -noout -fingerprint -sha256 | cut -d= -f2)
has "$said" "$print"
same "mode of the key" "$(stat -c %a "$node/tls.key")" 600
names=$(openssl x509 -in "$node/tls.crt" -noout -ext subjectAltName)
has "$names" DNS:localhost
has "$names" "IP Address:127.0.0.1"
openssl verify -CAfile "$node/tls.crt" "$node/tls.crt" >/dev/null
expect_exit 5 L node certificate --host localhost
expect_exit 2 L node certificate --renew --host 'no host'
has "$(L node certificate --show "$node/tls.crt")" "$print"

story "It listens by TLS, and whoever knows the certificate is sure of it"
printf 'tls_certificate: "%s"\ntls_key: "%s"\n' "$node/tls.crt" "$node/tls.key" >>"$node/liaison.yaml"
chmod 644 "$node/tls.key"
expect_exit 2 L node serve --port 0
has "$said" "read or written by others"
chmod 600 "$node/tls.key"
node_start
has "$(cat "$work/serve.out")" "https://127.0.0.1:$port"
url=https://localhost:$port
head=$(curl -s -m 20 -D - -o "$work/body" --cacert "$node/tls.crt" "$url/healthz" | tr -d '\r')
has "$(cat "$work/body")" '"status":"ok"'
has "$head" "Strict-Transport-Security: max-age=31536000"
has "$head" "Cross-Origin-Resource-Policy: same-origin"
got=0
curl -s -m 20 "$url/healthz" >/dev/null || got=$?
same "curl's exit where nobody vouches" "$got" 60
got=0
curl -s -m 20 "http://127.0.0.1:$port/healthz" >/dev/null || got=$?
[ "$got" != 0 ] || wrong "plain HTTP was answered on the TLS port"

story "TLS 1.2 and 1.3, nothing older"
versions=
for v in tls1 tls1_1 tls1_2 tls1_3; do
	if openssl s_client -connect "127.0.0.1:$port" "-$v" -cipher 'ALL:@SECLEVEL=0' </dev/null >/dev/null 2>&1; then versions="$versions $v"; fi
done
same "versions spoken" "$versions" " tls1_2 tls1_3"

story "A new certificate at SIGHUP: new connections see it, one that is open goes on"
cp "$node/tls.crt" "$work/old.crt"
mkfifo "$work/in"
openssl s_client -quiet -connect "127.0.0.1:$port" -CAfile "$work/old.crt" <"$work/in" >"$work/open.out" 2>/dev/null &
open=$!
exec 6>"$work/in"
printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n' >&6
for _ in $(seq 100); do ! grep -q '"ok"' "$work/open.out" || break; sleep 0.1; done
has "$(cat "$work/open.out")" '"ok"'
L node certificate --renew --host localhost >/dev/null 2>&1
kill -HUP "$node_pid"
for _ in $(seq 100); do
	! curl -s -m 20 --cacert "$node/tls.crt" "$url/healthz" >"$work/body" || break
	sleep 0.1
done
has "$(cat "$work/body")" '"ok"'
got=0
curl -s -m 20 --cacert "$work/old.crt" "$url/healthz" >/dev/null || got=$?
same "curl's exit with the old certificate" "$got" 60
printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&6
for _ in $(seq 100); do [ "$(grep -c '"ok"' "$work/open.out")" -lt 2 ] || break; sleep 0.1; done
same "answers on the connection that was open" "$(grep -o '"status":"ok"' "$work/open.out" | wc -l)" 2
exec 6>&-
wait "$open" || true

story "What cannot be read is not taken up, and the node goes on as it was"
echo nonsense >"$node/tls.crt"
kill -HUP "$node_pid"
for _ in $(seq 100); do ! grep -q 'SIGHUP' "$work/node.log" || break; sleep 0.1; done
has "$(cat "$work/node.log")" "the present ones stay"
curl -sk -m 20 "$url/healthz" >/dev/null
node_stop

story "The example for a proxy in front can be read by haproxy, where there is one"
if command -v haproxy >/dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=x -keyout "$work/k" -out "$work/c" 2>/dev/null
	cat "$work/c" "$work/k" >"$work/node.pem"
	sed -e "s#/etc/haproxy/node.pem#$work/node.pem#" -e '/errorfile/d' -e '/^\t\(user\|group\) haproxy/d' \
		packaging/haproxy/liaison.cfg >"$work/haproxy.cfg"
	haproxy -c -f "$work/haproxy.cfg" || wrong "haproxy does not read it"
fi
