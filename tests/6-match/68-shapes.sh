#!/usr/bin/env bash
# Clients of yente and of the Reconciliation API ask the node's own lists unchanged: a token is their
# key and says the purpose; roles, rights and log are as for everybody.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl

me=$(id -u)
node_init --shared-account --login ada
node_start
export LIAISON_AS=ada
purpose=screening
expect_exit 0 L user add gus --roles analyst --system-account "$me"
expect_exit 0 L user add tom --roles supervisor --system-account "$me"
expect_exit 0 L user add dot --roles duty_officer --system-account "$me"
unit=$(L record create unit --set name=Elsewhere --set "kind=$(sed -n 2p model/codes/unit_kind.csv | cut -d, -f1)" --purpose administration --json | field id)
expect_exit 0 L user add bo --roles analyst --unit "$unit" --system-account "$me"
list=$(L record create watchlist --set name=Ours --set kind=suspects --set purpose=screening --json | field id)
for who in ada tom; do
	version=$(L record show watchlist "$list" --json | jq .version)
	expect_exit 0 L record move watchlist "$list" in_use --version "$version" --set legal_basis=led_8 --set proportionality=Few \
		--set owner=Desk --set review_by="$(date -u -d +1year +%F)" --as "$who"
done
listing=$(L record create listing --set "list=$list" --set subject=person --set "name=Orvek Taluneth" --set birth_dates=1979-05-07 --as gus --json | field id)

token() { L user token --as "$1" --purposes "$2" --json | field token; }
gus=$(token gus screening)
wrong_token=$(token gus investigation)
both=$(token gus screening,investigation)
dot=$(token dot screening)
bo=$(token bo screening)
post() { # post TOKEN PATH BODY [CURL OPTIONS...]
	t=$1 path=$2 body=$3
	shift 3
	curl -s -m 30 -X POST -H "Authorization: Bearer $t" --data-binary "$body" "$@" "$url/$path"
}
query='{"weights":{"name":0.8},"queries":{"q1":{"schema":"Person","properties":{"name":["Taluneth, Orvek"],"birthDate":["1979-05-07"],"country":["qn"]}},"q2":{"schema":"Person","properties":{"firstName":"Nobody","lastName":"Atall"}}}}'

story "yente's shape: a query by example, answered by its name"
said=$(post "$gus" match/default "$query" -H "Content-Type: application/json")
same "the hit" "$(jq -c '.responses.q1 | [.status, .total.value, .results[0].id, .results[0].caption, .results[0].schema, .results[0].match, .results[0].datasets[0]]' <<<"$said")" \
	"[200,1,\"$listing\",\"Orvek Taluneth\",\"Person\",true,\"$list\"]"
same "nobody" "$(jq -c '.responses.q2 | [.status, .total.value, .results]' <<<"$said")" '[200,0,[]]'
same "what a client reads" "$(jq -c '[.limit, (.matcher | type), (.responses.q1.query.schema), (.responses.q1.results[0] | has("features") and has("properties") and has("referents") and has("target"))]' <<<"$said")" '[5,"object","Person",true]'
same "features sum to the bits" "$(jq '.responses.q1.results[0] | (([.features[]] | add) - .why.bits) | fabs < 0.00001' <<<"$said")" true
same "one list alone" "$(post "$gus" "match/$list?limit=1&threshold=0.99&algorithm=logic-v1" "$query" | jq -r '.responses.q1.results[0].id')" "$listing"
same "with the key as theirs" "$(curl -s -X POST -H "Authorization: ApiKey $gus" --data-binary "$query" "$url/match/default" | jq .responses.q1.total.value)" 1

story "The Reconciliation API's shape: a manifest, then queries in a form"
same "manifest" "$(curl -s -H "Authorization: Bearer $gus" "$url/reconcile/default" | jq -c '[.versions, .defaultTypes[0].id]')" '[["0.2"],"Person"]'
said=$(curl -s -X POST -H "Authorization: Bearer $gus" --data-urlencode 'queries={"q0":{"query":"Orvek Taluneth","type":"Person","limit":3,"properties":[{"pid":"birthDate","v":"1979-05-07"}]},"q1":{"query":"Nobody Atall"}}' "$url/reconcile/default")
same "result" "$(jq -c '[.q0.result[0].id, .q0.result[0].name, .q0.result[0].match, .q0.result[0].type[0].id, .q1.result]' <<<"$said")" \
	"[\"$listing\",\"Orvek Taluneth\",true,\"Person\",[]]"

story "Rights are as everywhere: the first line and a token for something else are refused"
for path in match/default reconcile/default; do
	same "$path, first line" "$(post "$dot" $path "$query" | jq .status)" 403
	same "$path, another purpose" "$(post "$wrong_token" $path "$query" | jq .status)" 403
	same "$path, no token" "$(curl -s -X POST --data-binary "$query" "$url/$path" | jq .status)" 401
done
same "a token for two says no purpose" "$(post "$both" match/default "$query" | jq .status)" 403
same "unless it is said" "$(post "$both" match/default "$query" -H "Liaison-Purpose: screening" | jq .responses.q1.status)" 200
same "other routes ask for the purpose still" "$(curl -s -H "Authorization: Bearer $gus" "$url/api/v1/records/listing" | jq .status)" 403
said=$(post "$bo" match/default "$query")
same "another unit: that there is somebody" "$(jq .responses.q1.second_check <<<"$said")" true
known=$(curl -s -H "Authorization: Bearer $bo" -H "Liaison-Purpose: screening" "$url/api/v1/records/listing/$listing" | jq '.status // 200')
[ "$known" = 200 ] || same "another unit: not whom" "$(jq -c .responses.q1.results <<<"$said")" '[]'
same "a list that is none" "$(post "$gus" match/01a206d8-cc22-7f92-aa47-c3b25f5891f9 "$query" | jq .status)" 404
same "what is none" "$(post "$gus" match/us_ofac_sdn "$query" | jq .status)" 404

story "What cannot be asked is refused, and nothing is passed over in silence"
same "no query" "$(post "$gus" match/default '{"queries":{}}' | jq .status)" 422
same "no JSON" "$(post "$gus" match/default 'x' | jq .status)" 422
same "nobody named" "$(post "$gus" match/default '{"queries":{"a":{"schema":"Person","properties":{}}}}' | jq .status)" 422
same "a filter that is not done here" "$(post "$gus" 'match/default?changed_since=2026-01-01' "$query" | jq .status)" 400
same "a name without a letter" "$(post "$gus" match/default '{"queries":{"a":{"schema":"Person","properties":{"name":"---"}}}}' | jq .status)" 422
same "with a document" "$(post "$gus" match/default '{"queries":{"a":{"schema":"Person","properties":{"name":"---","passportNumber":"X-77"}}}}' | jq -c '.responses.a | [.name_not_compared, .results]')" '[true,[]]'
same "reconciled" "$(curl -s -X POST -H "Authorization: Bearer $gus" --data-urlencode 'queries={"q0":{"query":"---"}}' "$url/reconcile/default" | jq .status)" 422
[ "$(L audit show "$listing" --as gus --json | jq '[.items[] | select(.action == "search")] | length')" -ge 4 ] || wrong "the questions are not in the log"
