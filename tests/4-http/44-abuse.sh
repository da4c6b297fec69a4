#!/usr/bin/env bash
# Clients and files that mean no good: ten thousand connections that say nothing, drips, bombs in
# headers, bodies, JSON, CSV and XML, bytes that are no text. Through all of it somebody honest is
# answered, memory stays bounded, and no descriptor is left behind.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

: "${CONNECTIONS:=10000}"
[ "$(ulimit -Hn)" -ge $((CONNECTIONS + 100)) ] || { echo "skipped: $CONNECTIONS connections need as many open files (ulimit -Hn)"; exit 77; }
node_init
node_start
LIAISON_AS=admin L user add ines --roles analyst >/dev/null
code=$(LIAISON_AS=admin L user invite ines 2>/dev/null)
same "a password is set" "$(curl -s -m 60 -o /dev/null -w '%{http_code}' "$url/api/v1/password" -H 'Content-Type: application/json' \
	-d "$(jq -cn --arg c "$code" '{code: $c, password: "gravel lantern otter seventeen"}')")" 204
token=$(L user token --purposes investigation,protection 2>/dev/null)
L record create person --set name="Adaeze Eze" >/dev/null

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$node_pid/status"; }
descriptors() { ls "/proc/$node_pid/fd" | wc -l; }
children() { cat "/proc/$node_pid/task/"*/children | wc -w; }
alive() { kill -0 "$node_pid" 2>/dev/null || wrong "the node is gone: $1"; }
# Somebody honest, who tries again when they are turned away, and is patient but not for ever.
honest() { # honest WHAT
	for try in 1 2 3 4 5; do
		status=$(curl -s -m 10 -o "$work/body" -w '%{http_code}' -H "Authorization: Bearer $token" \
			-H "Liaison-Purpose: investigation" "$url/api/v1/records/person") || status=none
		[ "$status" != 200 ] || break
	done
	[ "$try" = 1 ] || echo "$1: answered at try $try"
	same "the honest client's answer, $1, at try $try" "$status" 200
	has "$(cat "$work/body")" '"items"'
}
abuser=
abuse() { # abuse KIND N
	"$LIAISON_BUILD/tests/abuse_clients" "$1" "$port" "$2" >"$work/abuse.out" 2>"$work/abuse.err" &
	abuser=$!
	for _ in $(seq 600); do
		! grep -q ready "$work/abuse.out" || return 0
		kill -0 "$abuser" 2>/dev/null || wrong "the abusers did not start: $(cat "$work/abuse.err")"
		sleep 0.1
	done
	wrong "the abusers were never ready: $(tail -1 "$work/abuse.out")"
}
stop_abuse() {
	kill "$abuser" && wait "$abuser" 2>/dev/null || true
	abuser=
	tail -1 "$work/abuse.out"
}

honest "before"
before_kib=$(resident)
before_children=$(children)
before_fds=$(descriptors) # connections to the database are opened when they are needed: up to 40 more
bounded() { # bounded WHAT: memory did not grow by more than what all connections and bodies may take
	now=$(resident)
	echo "$1: $now KiB (before $before_kib)"
	# A sanitizer keeps what was freed for a while.
	[ -n "$sanitized" ] || [ "$now" -lt $((before_kib + 200000)) ] || wrong "$1: $now KiB"
}
sanitized=$(grep -qaE '__[at]san_init' "$liaison" && echo yes || true)

story "$CONNECTIONS connections that say nothing whole"
abuse half "$CONNECTIONS"
for n in 1 2 3; do honest "beside half-open connections, $n"; done
expect_exit 0 L record list person
bounded "half open"
stop_abuse

story "Headers and bodies that come a byte at a time"
abuse head 1500
honest "beside dripping headers"
stop_abuse
abuse body 1500
honest "beside dripping bodies"
bounded "dripping bodies"
stop_abuse

story "The largest bodies, from one address, each without its last byte"
for kind in hold bare; do
	abuse "$kind" 16
	sleep 2
	status=$(curl -s -m 60 -o "$work/body" -w '%{http_code}' "$url/api/v1/session" -H 'Content-Type: application/json' \
		-d '{"login":"ines","password":"gravel lantern otter seventeen"}')
	same "signing in from another address, $kind" "$status" 201
	status=$(curl -s -m 60 -o "$work/body" -w '%{http_code}' -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" \
		"$url/api/v1/records/person" -d '{"fields":{"name":"Mira Tarn"}}')
	same "writing from another address, $kind" "$status" 201
	# Of 900 KB: read whole, and refused for what it says.
	{ printf '{"fields":{"no_such":"'; head -c 900000 /dev/zero | tr '\0' a; printf '"}}'; } >"$work/large"
	status=$(curl -s -m 60 -o "$work/body" -w '%{http_code}' -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" \
		-H 'Expect:' "$url/api/v1/records/person" --data-binary @"$work/large")
	same "much from another address, $kind" "$status" 422
	expect_exit 0 L record create person --set name="Bram Tarn"
	same "the abusers are still there, $kind" "$(kill -0 "$abuser" && echo yes)" yes
	bounded "bodies without their end, $kind"
	stop_abuse
done
status=$(curl -s -m 60 -X PUT -o "$work/body" -w '%{http_code}' -H 'Content-Length: 16777216' -H 'Expect:' -d x \
	"$url/api/v1/imports/01a20866-0000-7000-8000-000000000001/parts/0")
same "a large body without a token, before it is there" "$status" 401

story "Requests whose answers nobody reads"
abuse deaf 1500
honest "beside deaf clients"
stop_abuse

story "All of them gone, their descriptors are too"
for _ in $(seq 400); do
	[ "$(descriptors)" -gt $((before_fds + 40)) ] || break
	sleep 0.1
done
[ "$(descriptors)" -le $((before_fds + 40)) ] || wrong "$(descriptors) descriptors, $before_fds before"

as_officer() { # as_officer METHOD PATH [curl options...]: $status and $body
	method=$1 path=$2
	shift 2
	: >"$work/body"
	status=$(curl -s -m 60 -X "$method" -o "$work/body" -w '%{http_code}' -H "Authorization: Bearer $token" \
		-H "Liaison-Purpose: investigation" "$@" "$url$path") || true
	body=$(tr -d '\0' <"$work/body")
}
refused() { # refused WHAT STATUS...: one of these, and the node lives
	what=$1
	shift
	alive "$what"
	case " $* " in *" $status "*) ;; *) wrong "$what: $status instead of $*: $body" ;; esac
}

story "Bombs in the head of a request"
head -c 300000 /dev/zero | tr '\0' a >"$work/a300k"
{ printf 'X-Large: '; cat "$work/a300k"; } >"$work/header"
as_officer GET /api/v1/records/person -H @"$work/header"
refused "a header of 300 KB" 431 000
for i in $(seq 2000); do echo "X-$i: y"; done >"$work/header"
as_officer GET /api/v1/records/person -H @"$work/header"
refused "2,000 headers" 431 000
as_officer GET "/api/v1/records/person?$(head -c 12000 /dev/zero | tr '\0' '&')"
refused "12,000 parameters" 400 414 431 000
as_officer GET "/$(head -c 100000 "$work/a300k")"
refused "a path of 100 KB" 400 414 431 000

story "Bombs in its body"
as_officer POST /api/v1/records/person -H 'Content-Length: 99999999999' -d '{}'
refused "a body that says 100 GB" 413
as_officer POST /api/v1/records/person -H 'Transfer-Encoding: chunked' -H 'Expect:' -T <(yes '{"fields":' | head -c 20000000)
refused "chunks without end" 413 000
{ head -c 400000 /dev/zero | tr '\0' '['; } >"$work/deep"
as_officer POST /api/v1/records/person --data-binary @"$work/deep"
refused "400,000 levels of JSON" 413 422
{ printf '{"fields":{"a":'; head -c 100000 /dev/zero | tr '\0' '9'; printf '}}'; } >"$work/number"
as_officer POST /api/v1/records/person --data-binary @"$work/number"
refused "a number of 100,000 digits" 422
awk 'BEGIN { printf "{\"fields\":{"; for (i = 0; i < 60000; i++) printf "%s\"k%d\":1", i ? "," : "", i; print "}}" }' >"$work/keys"
as_officer POST /api/v1/records/person --data-binary @"$work/keys"
refused "60,000 members" 413 422
gzip -c "$work/a300k" >"$work/a.gz"
as_officer POST /api/v1/records/person -H 'Content-Encoding: gzip' --data-binary @"$work/a.gz"
refused "what is compressed is not unfolded" 400 415 422
honest "after bombs"
bounded "bombs in requests"

story "Bytes that are no text"
as_officer GET $'/api/v1/records/per\xff\xfeson'
refused "a path" 400
as_officer GET '/api/v1/records/person?cursor=%ff%fe'
refused "a query" 400
as_officer GET /api/v1/records/person -H $'Liaison-Reason: \xc3\x28'
refused "a header" 400
printf '{"fields":{"name":"A\xff\xfe"}}' >"$work/bytes"
as_officer POST /api/v1/records/person --data-binary @"$work/bytes"
refused "a body" 422
printf '{"fields":{"name":"A\\ud800"}}' >"$work/bytes"
as_officer POST /api/v1/records/person --data-binary @"$work/bytes"
refused "half a surrogate pair" 422
printf '{"fields":{"name":"A\\u0000B"}}' >"$work/bytes"
as_officer POST /api/v1/records/person --data-binary @"$work/bytes"
refused "a NUL" 422
expect_exit 2 L record create person --set name=$'A\xff\xfe'
expect_exit 2 L record list $'per\xffson'
expect_exit 2 L record search $'\xed\xa0\x80'
printf 'name\nMira Tarn\n' >"$work/"$'p\xff.csv'
got=0
said=$(L record import "$work/"$'p\xff.csv' --type person --format csv 2>&1) || got=$?
[ "$got" = 0 ] || [ "$got" = 2 ] || wrong "a file name that is no text: exit $got: $said"
printf 'name\nMi\xff\xfera\n' >"$work/bytes.csv"
expect_exit 2 L record import "$work/bytes.csv" --type person --format csv
has "$said" "bytes.csv:2:1"
alive "bytes that are no text"

# Files: each import fails or leaves rows out with a sentence, and the node lives.
spoiled() { # spoiled WHAT FILE OPTIONS...
	what=$1 file=$2
	shift 2
	got=0
	said=$(timeout 120 "$liaison" --node "$node" --purpose "$purpose" record import "$work/$file" "$@" 2>&1) || got=$?
	[ "$got" = 2 ] || wrong "$what: exit $got: $said"
	alive "$what"
	echo "$what: $(tail -1 <<<"$said" | cut -c1-150)"
}
story "Tables that are bombs"
{ printf 'name,position\n"'; head -c 12000000 /dev/zero | tr '\0' a; printf '",x\nMira Tarn,a van\n'; } >"$work/cell.csv"
spoiled "a cell of 12 MB" cell.csv --type person --format csv
{ printf 'name,position\n"never closed,'; head -c 9000000 /dev/zero | tr '\0' '\n'; } >"$work/quote.csv"
spoiled "a quote that never closes" quote.csv --type person --format csv
{ head -c 300000 /dev/zero | tr '\0' ','; echo; } >"$work/columns.csv"
spoiled "300,000 columns" columns.csv --type person --format csv
{ printf 'name,position\n'; head -c 2000000 /dev/zero | tr '\0' '"'; echo; } >"$work/quotes.csv"
spoiled "two million quotes" quotes.csv --type person --format csv
{ printf 'name,position\nMi\0ra,x\n'; } >"$work/nul.csv"
spoiled "a NUL in a cell" nul.csv --type person --format csv
{ printf 'name,documents\nMira Tarn,"'; head -c 500000 /dev/zero | tr '\0' '['; printf '"\n'; } >"$work/cellbomb.csv"
spoiled "half a million levels of JSON in a cell" cellbomb.csv --type person --format csv

story "Lines of JSON that are bombs"
{ head -c 3000000 /dev/zero | tr '\0' '['; echo; } >"$work/deep.ndjson"
spoiled "three million levels" deep.ndjson --type person --format ndjson
{ printf '{"name":"'; head -c 9000000 /dev/zero | tr '\0' a; printf '"}\n'; } >"$work/long.ndjson"
spoiled "a line of 9 MB" long.ndjson --type person --format ndjson
awk 'BEGIN { printf "["; for (i = 0; i < 1000000; i++) printf "%s[]", i ? "," : ""; print "]" }' >"$work/wide.ndjson"
spoiled "a million empty lists" wide.ndjson --type person --format ndjson

story "XML that is a bomb"
purpose=screening
cat >"$work/lol.xml" <<'XML'
<?xml version="1.0"?>
<!DOCTYPE l [<!ENTITY a "lollollollollollollollollollol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>&d;</FIRST_NAME></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>
XML
spoiled "entities" lol.xml --list L --format un
has "$said" "DOCTYPE"
cat >"$work/fetch.xml" <<XML
<?xml version="1.0"?>
<!DOCTYPE l [<!ENTITY x SYSTEM "file://$node/keys.liaison">]>
<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>&x;</FIRST_NAME></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>
XML
spoiled "an entity that reads the key file" fetch.xml --list L --format un
{ echo '<CONSOLIDATED_LIST>'; for i in $(seq 20000); do printf '<a>'; done; } >"$work/depth.xml"
spoiled "20,000 levels" depth.xml --list L --format un
{ printf '<CONSOLIDATED_LIST '; for i in $(seq 30000); do printf 'a%d="1" ' "$i"; done; echo '/>'; } >"$work/attributes.xml"
spoiled "30,000 attributes" attributes.xml --list L --format un
{ printf '<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>'; head -c 9000000 /dev/zero | tr '\0' a; echo '</FIRST_NAME></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>'; } >"$work/text.xml"
spoiled "a text of 9 MB" text.xml --list L --format un
printf '<?xml version="1.0" encoding="UTF-7"?><CONSOLIDATED_LIST/>' >"$work/encoding.xml"
spoiled "an encoding nobody has" encoding.xml --list L --format un

purpose=investigation
story "What is compressed is no file that we read"
gzip -c "$work/a300k" >"$work/bomb.csv"
spoiled "a gzip as CSV" bomb.csv --type person --format csv

story "After all this: answers, memory, descriptors, and a node that ends when told to"
honest "at the end"
bounded "at the end"
for _ in $(seq 100); do
	[ "$(descriptors)" -gt $((before_fds + 40)) ] || break
	sleep 0.1
done
[ "$(descriptors)" -le $((before_fds + 40)) ] || wrong "$(descriptors) descriptors, $before_fds before"
same "processes left behind" "$(children)" "$before_children"
node_stop
