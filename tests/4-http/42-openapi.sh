#!/usr/bin/env bash
# A program learns the node's interface from the document that the node itself gives.
set -eu
. "$(dirname "$0")/../lib.sh"
need curl jq

node_init
node_start
token=$(L user token --purposes investigation --days 1 2>/dev/null)

story "Who has not signed in gets no document: an agency's own types stand in it"
same "status" "$(curl -s -o "$work/no.json" -w '%{http_code}' "$url/api/v1/openapi.json")" 401

story "A program fetches it once, and is told when it still holds"
curl -s -D "$work/head" -H "Authorization: Bearer $token" "$url/api/v1/openapi.json" >"$work/openapi.json"
etag=$(tr -d '\r' <"$work/head" | sed -n 's/^[Ee][Tt]ag: //p')
has "$etag" '"'
same "status" "$(curl -s -o "$work/none" -w '%{http_code}' -H "Authorization: Bearer $token" \
	-H "If-None-Match: $etag" "$url/api/v1/openapi.json")" 304
[ ! -s "$work/none" ] || wrong "304 came with a body"

story "Each route of the node stands in it"
"$liaison" node routes --json | jq -r '.items[] | "\(.method) \(.path | sub("[.]{3}}"; "}"))"' | sort >"$work/routes"
jq -r '.paths | to_entries[] | .key as $p | .value | keys[] | select(. != "parameters") | "\(ascii_upcase) \($p)"' \
	"$work/openapi.json" | sed -E 's#/records/[a-z_]+#/records/{type}#' | sort -u >"$work/paths"
diff "$work/routes" "$work/paths" || wrong "routes and document are not the same"

story "Without a node the program prints the same"
"$liaison" node openapi >"$work/printed.json"
same "the printed document" "$(jq -S . "$work/printed.json" | sha256sum)" "$(jq -S . "$work/openapi.json" | sha256sum)"

story "A judge of OpenAPI 3.1 accepts it, and refuses a broken one"
if [ ! -d tests/npm/node_modules/ajv ]; then
	echo "no judge: tools/setup.sh test installs it"
	exit 0
fi
need node
node tests/npm/openapi.js <"$work/openapi.json" || wrong "the judge refused it"
expect_exit 1 node tests/npm/openapi.js < <(jq '.paths["/healthz"].get.responses = 7' "$work/openapi.json")
