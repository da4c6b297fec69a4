#!/usr/bin/env bash
# Who a node is to others: a root key that is on no node signs what the node says of itself, for 90
# days at most; the keys it works with lie in the key process.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq
purpose=administration
node_init
root=$work/root

story "A node that has no root says nothing of itself"
expect_exit 3 L exchange self
has "$said" "says nothing of itself"

story "The root is made away from the node, in three parts that nobody else reads"
expect_exit 0 "$liaison" exchange root make --out "$root"
print=$("$liaison" exchange root make --out "$work/second" 2>/dev/null)
same "digits of a fingerprint" "$(tr -d ' \n' <<<"$print" | wc -c)" 30
for part in 1 2 3; do same "mode of part $part" "$(stat -c %a "$root.part-$part")" 600; done
expect_exit 6 "$liaison" exchange root make --out "$root"
for file in part-1 part-2 part-3; do hasnt "$(cat "$node"/keys.liaison "$node"/liaison.yaml | tr -d '\0')" "$(cut -d' ' -f4 "$root.$file")"; done

story "The node drafts, the root signs with any two parts, the node uses it"
L exchange self draft --root "$root.public" --endpoint https://node.north.example:8443 >"$work/draft" 2>/dev/null
expect_exit 3 L exchange self
expect_exit 4 "$liaison" exchange root sign "$work/draft" --part "$root.part-2"
has "$said" "takes two different ones"
expect_exit 4 "$liaison" exchange root sign "$work/draft" --part "$root.part-2" --part "$work/second.part-1"
expect_exit 0 "$liaison" exchange root sign "$work/draft" --part "$root.part-2" --part "$root.part-3" --out "$work/signed"
has "$said" "found at https://node.north.example:8443"
expect_exit 2 L exchange self use "$work/draft"
expect_exit 0 L exchange self use "$work/signed"
said=$(L exchange self --json)
same "state" "$(field state <<<"$said")" good
same "what is said" "$(jq -r .descriptor <<<"$said")" "$(cat "$work/signed")"
has "$(jq -r .sheet <<<"$said")" "liaison sheet 1"

story "It is refused where one digit of it differs, and a second time"
for from in 's/^name North/name South/' 's/:8443/:8444/' 's/^version 1/version 9/'; do
	sed "$from" "$work/signed" >"$work/bent"
	expect_exit 4 L exchange self use "$work/bent"
	has "$said" "not by the root"
done
expect_exit 5 L exchange self use "$work/signed"
has "$said" "not above"

story "New keys wait until the root has signed them; the sheet goes with them"
old=$(sed -n 's/^identity //p' "$work/signed")
L exchange self draft --root "$root.public" --new-keys >"$work/draft" 2>/dev/null
new=$(sed -n 's/^identity //p' "$work/draft")
[ "$old" != "$new" ] || wrong "the keys are the old ones"
same "identity meanwhile" "$(L exchange self show sheet | sed -n 's/^identity //p')" "$old"
"$liaison" exchange root sign "$work/draft" --part "$root.part-1" --part "$root.part-2" --out "$work/signed2" 2>/dev/null
expect_exit 0 L exchange self use "$work/signed2"
same "identity then" "$(L exchange self show sheet | sed -n 's/^identity //p')" "$new"
same "version" "$(L exchange self --json | jq .version)" 2

story "Another node's keys are none of this one's"
"$liaison" node init --node "$work/other" --name "North Coast Police" --country PT >/dev/null 2>&1
"$liaison" --node "$work/other" exchange self draft --root "$root.public" --purpose administration >"$work/draft3" 2>/dev/null
sed -i 's/^version .*/version 7/' "$work/draft3"
"$liaison" exchange root sign "$work/draft3" --part "$root.part-1" --part "$root.part-2" --out "$work/signed3" 2>/dev/null
expect_exit 5 L exchange self use "$work/signed3"
has "$said" "names other keys"

story "Administrators alone, in person, for administration"
L user add ana --name Ana --roles analyst --system-account "$(id -u)" >/dev/null
expect_exit 4 L exchange self draft --root "$root.public" --as ana
expect_exit 4 L exchange self use "$work/signed2" --as ana
expect_exit 4 L exchange self draft --root "$root.public" --as admin --purpose investigation
expect_exit 0 L exchange self --as ana
admin=$(L user list --json --as admin | jq -r '.items[0].login')
token=$(L user token --as "$admin" --purposes administration --days 9 2>/dev/null)
node_start
code=$(curl -s -o "$work/said" -w '%{http_code}' -H "Authorization: Bearer $token" -H 'Liaison-Purpose: administration' \
	-H 'Content-Type: application/json' -d "$(jq -n --rawfile r "$root.public" '{root: $r}')" "$url/api/v1/exchange/self/draft")
same "a token drafts nothing" "$code" 403

story "A running node answers the same, and the log tells of both keys and descriptors"
has "$(L exchange self show descriptor --as "$admin")" "identity $new"
has "$(L audit search --action setting --as "$admin" --json)" exchange_self
has "$(L audit search --action setting --as "$admin" --json)" exchange_keys
node_stop
expect_exit 0 L audit verify --as "$admin"

story "The root ends a key by a word of its own"
expect_exit 0 "$liaison" exchange root revoke "$old" --root "$root.public" --part "$root.part-1" --part "$root.part-3"
has "$said" "liaison revoke 1"
has "$said" "key $old"
expect_exit 4 "$liaison" exchange root revoke "$old" --root "$work/second.public" --part "$root.part-1" --part "$root.part-3"

story "After its 90 days it is over"
same "state on the 89th day" "$(at_days 89 L exchange self --as "$admin" --json | field state)" good
same "state on the 91st" "$(at_days 91 L exchange self --as "$admin" --json | field state)" over
expect_exit 5 at_days 91 L exchange self use "$work/signed2" --as "$admin"
