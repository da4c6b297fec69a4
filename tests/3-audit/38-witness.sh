#!/usr/bin/env bash
# A witness (of the tests' own, written against C2SP alone) cosigns that the log only grows. The
# database brought back from a copy is seen to be behind; the log goes on under another name whose
# first leaf says why, and who kept the old checkpoint is told. A monitor mirrors the log by tiles.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq node curl

purpose=administration
witness_pid=
end_witness() { [ -z "$witness_pid" ] || kill -9 "$witness_pid" 2>/dev/null || true; }
trap 'end_witness; finish' EXIT
witness_start() { # witness_start LOGVKEY...
	: >"$work/witness.out"
	node tests/npm/witness.js "$work/witness.json" "$@" >"$work/witness.out" 2>"$work/witness.err" &
	witness_pid=$!
	for _ in $(seq 200); do
		[ "$(wc -l <"$work/witness.out")" -lt 2 ] || break
		sleep 0.05
	done
	witness_vkey=$(sed -n 1p "$work/witness.out")
	witness_url=http://127.0.0.1:$(sed -n 2p "$work/witness.out")/add-checkpoint
}
ask_witness() { # prints the status; the answer is in $work/answer
	curl -s -o "$work/answer" -w '%{http_code}' --data-binary @- "$witness_url"
}

node_init
expect_exit 0 L record create note --set text="Three passports in a drawer" --purpose investigation
first_vkey=$(L audit vkey)
witness_start "$first_vkey"

story "A witness is entered by its key, and no other key will do"
expect_exit 2 L audit witness-add "$first_vkey"
expect_exit 0 L audit witness-add "$witness_vkey"
expect_exit 5 L audit witness-add "$witness_vkey"
expect_exit 3 L audit witness-request nobody.example
has "$(L audit witnesses)" "witness.example/w1"

story "It cosigns the first checkpoint, and then only what extends it"
same "the witness" "$(L audit witness-request witness.example/w1 | ask_witness)" 200
expect_exit 0 L audit cosign "$work/answer"
has "$said" "1 cosignature more"
expect_exit 0 L record create note --set text="A fourth" --purpose investigation
L audit witness-request witness.example/w1 >"$work/request"
grep -q '^old [1-9]' "$work/request" || wrong "no proof of growth is asked for: $(head -1 "$work/request")"
sed '2s/./B/' "$work/request" | sed '2s/^\(.\)A/\1C/' >"$work/bent"
same "a bent proof" "$(ask_witness <"$work/bent")" 422
same "the witness" "$(ask_witness <"$work/request")" 200
expect_exit 0 L audit cosign "$work/answer"
expect_exit 0 L audit verify
sed 's/witness.example/witness.exanple/' "$work/answer" >"$work/forged"
expect_exit 3 L audit cosign "$work/forged"
proof=$(L audit prove 2)
has "$proof" "— witness.example/w1 "

story "A monitor mirrors the log by its tiles, and counts"
expect_exit 0 L user set admin --roles administrator,analyst,supervisor,monitor
node_start
token=$(L user token --purposes oversight 2>/dev/null)
get() { curl -s -H "Authorization: Bearer $token" -H "Liaison-Purpose: oversight" "$@"; }
get "$url/api/v1/audit/tlog/checkpoint" >"$work/mirror.checkpoint"
size=$(sed -n 2p "$work/mirror.checkpoint")
root=$(sed -n 3p "$work/mirror.checkpoint")
get -o "$work/tile" "$url/api/v1/audit/tlog/tile/0/000.p/$size"
get -o "$work/entries" "$url/api/v1/audit/tlog/tile/entries/000.p/$size"
same "hashes of the tile" "$(stat -c %s "$work/tile")" "$((size * 32))"
node - "$work/tile" "$work/entries" "$root" <<'JS'
const fs = require("node:fs"), crypto = require("node:crypto");
const [tile, entries, root] = [fs.readFileSync(process.argv[2]), fs.readFileSync(process.argv[3]), process.argv[4]];
const sha = (...p) => crypto.createHash("sha256").update(Buffer.concat(p)).digest();
const leaves = [];
for (let at = 0; at < entries.length;) {
	const n = entries.readUInt16BE(at);
	leaves.push(sha(Buffer.from([0]), entries.subarray(at + 2, at + 2 + n)));
	at += 2 + n;
}
if (!Buffer.concat(leaves).equals(tile)) throw new Error("the leaves are not those of the tile");
const tree = (l) => { // RFC 6962 section 2.1
	if (l.length === 1) return l[0];
	let k = 1;
	while (k * 2 < l.length) k *= 2;
	return sha(Buffer.from([1]), tree(l.slice(0, k)), tree(l.slice(k)));
};
if (tree(leaves).toString("base64") !== root) throw new Error("the root is not the checkpoint's");
JS
same "a tile beyond the checkpoint" "$(get -o /dev/null -w '%{http_code}' "$url/api/v1/audit/tlog/tile/0/000.p/$((size + 1))")" 404
same "no tile" "$(get -o /dev/null -w '%{http_code}' "$url/api/v1/audit/tlog/tile/0/../../x")" 404
expect_exit 4 L audit counts
expect_exit 0 L audit counts --purpose oversight
has "$said" "create"
hasnt "$said" "passports"
node_stop

story "A running node signs a checkpoint by itself where the log has grown"
echo "checkpoint_seconds: 1" >>"$node/liaison.yaml"
node_start
before=$(get "$url/api/v1/audit/tlog/checkpoint" | sed -n 2p)
for _ in $(seq 100); do
	now=$(get "$url/api/v1/audit/tlog/checkpoint" | sed -n 2p)
	[ "$now" = "$before" ] || break
	sleep 0.1
done
[ "$now" -gt "$before" ] || wrong "no checkpoint was signed by itself"
node_stop
sed -i '/^checkpoint_seconds/d' "$node/liaison.yaml"

story "The database is brought back from a copy that is older than what was cosigned"
store_keep
kept_checkpoint=$(L audit checkpoint)
store_restore
expect_exit 0 L record create note --set text="Lost with the copy" --purpose investigation
same "the witness" "$(L audit witness-request witness.example/w1 | ask_witness)" 200
expect_exit 0 L audit cosign "$work/answer"
jq -r --arg o "$(sed -n 1p "$work/mirror.checkpoint")" '.logs[$o].note' "$work/witness.json" | sed '$d' >"$work/last"
expect_exit 0 L audit compare "$work/last"
store_restore
expect_exit 7 L audit compare "$work/last"
has "$said" "older"
# It may even grow again: then there are two histories, and the witness refuses.
for n in 1 2 3 4 5 6 7 8 9; do expect_exit 0 L record create note --set text="After the copy $n" --purpose investigation; done
expect_exit 7 L audit compare "$work/last"
status=$(L audit witness-request witness.example/w1 | ask_witness)
[ "$status" = 409 ] || [ "$status" = 422 ] || wrong "the witness cosigned two histories: $status"

story "The log goes on under another name, and nobody gets that by asking"
printf '%s\n' "$kept_checkpoint" >"$work/held"
expect_exit 3 L audit new-origin "$work/held" --reason "let me"
expect_exit 2 L audit new-origin "$work/last"
expect_exit 0 L audit new-origin "$work/last" --reason "brought back from the copy of the night"
has "$said" "log/2"
second_vkey=$(L audit vkey)
expect_exit 2 L audit new-origin "$work/last" --reason "once more"
expect_exit 0 L audit verify
expect_exit 0 L record create note --set text="And on" --purpose investigation
kill -9 "$witness_pid"
witness_start "$first_vkey" "$second_vkey"
same "the witness" "$(L audit witness-request witness.example/w1 | ask_witness)" 200
expect_exit 0 L audit cosign "$work/answer"
expect_exit 0 L audit verify --open
has "$(L audit search --action origin --purpose oversight)" "brought back from the copy of the night"

story "Who kept what was lost is told where it was lost; who kept less is content"
expect_exit 7 L audit verify --checkpoint "$work/last"
has "$said" "does not extend the one kept elsewhere"
expect_exit 0 L audit verify --checkpoint "$work/mirror.checkpoint"
L audit export --purpose oversight >"$work/export"
expect_exit 0 "$liaison" audit verify --export "$work/export" --vkey "$second_vkey"
