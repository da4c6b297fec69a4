#!/usr/bin/env bash
# What went in as HTCDS comes out as it was; FollowTheMoney's own library accepts what we write;
# masked values leave only with a reason, and the log knows; everything moves to another node.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq curl sqlite3

node_init
cat >"$work/in.csv" <<'CSV'
org_Name,org_Type,prs_FirstName,prs_SecondName,prs_Birthdate,prs_Gender,prs_Citizenship,prs_MobilePhone,vic_TraffickingStatus,vic_MethodsOfControl,per_RoleInProcess,cas_Status,hte_Longitude,hte_Latitude,hte_City,hte_Country,hte_Date,hte_Type,hte_Description,con_Consent
Desk,LawEnforcement,Asel,Tarn,1990~,Feminine,QN;QR,+999302222224,PossibleVictimOfTrafficking,PsychologicalAbuse;TakesEarnings,,Active,-122.4,-48.22,Ulmere,QN,2026-03,Recruitment,"Said ""no"", twice",true
Desk,LawEnforcement,=1+1,Lund,1981-04-02,Masculine,QR,,,,Transporter,Active,,,Talsk,QR,2026-03-02,Transit,A van was seen,
,,Cila,Marn,,Feminine,,,ActualVictimOfTrafficking,,,,,,,,,Exploitation,Kept in a cellar,
CSV
expect_exit 0 L record import "$work/in.csv"

story "Without a reason no masked value leaves"
expect_exit 2 L record export person # which a reader of `record list person` may try
has "$said" "record export \\[OPTION"
expect_exit 4 L record export --format htcds --reveal
expect_exit 0 L record export --format htcds --out "$work/closed.csv"
hasnt "$(cat "$work/closed.csv")" Tarn
same "who may read it" "$(stat -c %a "$work/closed.csv")" 600
touch "$work/there.csv" && chmod 644 "$work/there.csv"
expect_exit 0 L record export --format htcds --out "$work/there.csv"
same "who may read what was there before" "$(stat -c %a "$work/there.csv")" 600

story "HTCDS in, HTCDS out: the same cells"
expect_exit 0 L record export --format htcds --reveal --reason "handed to the prosecutor" --out "$work/out.csv"
columns() { # the columns of in.csv, sorted rows; jq cannot read CSV, so by the JSON form
	L record export --format htcds-json --reveal --reason "handed to the prosecutor" 2>/dev/null | jq -cS 'del(.htcds)' | sort
}
columns >"$work/out.json"
node2=$work/second
first=$node
node=$node2
node_init
expect_exit 0 L record import "$work/out.csv"
columns >"$work/again.json"
cmp "$work/out.json" "$work/again.json" || wrong "the second way out differs"
node=$first
same "rows" "$(wc -l <"$work/out.json")" 3
row=$(grep Asel "$work/out.json")
same "her citizenships" "$(jq -r '[.prs_Citizenship] | flatten | join(";")' <<<"$row")" "QN;QR"
same "the consent the row told of" "$(jq -r .con_Consent <<<"$row")" true
same "the words" "$(jq -r .hte_Description <<<"$row")" 'Said "no", twice'
same "valid consents" "$(L record list consent --purpose protection --json 2>/dev/null | jq '.items | length')" 0

story "For people: no cell is a formula"
expect_exit 0 L record export --format csv --type person --safe --reveal --reason "a table for the meeting" --out "$work/safe.csv"
has "$(cat "$work/safe.csv")" "'=1+1"

story "The log tells what left"
said=$(L audit search --action export --purpose oversight --json)
has "$said" "handed to the prosecutor"
has "$said" '"records"'

if command -v node >/dev/null && [ -d tests/npm/node_modules ]; then
	story "FollowTheMoney's library accepts it"
	expect_exit 0 L record export --format ftm --reveal --reason "shared" --out "$work/out.ftm"
	expect_exit 0 command node tests/npm/ftm.js <"$work/out.ftm"
	has "$said" " 0 faults"
fi

story "What an export wrote is fetched for its purpose, with the rights it was given with, and logged"
boss=$(L user list --purpose administration --json | jq -r '.items[0].login')
node_start
L user add fay --roles analyst --system-account "$(id -u)" --purpose administration --as "$boss" >/dev/null 2>&1
L record create organisation --set name=Cannery --as fay >/dev/null
own=$(L record export --format ndjson --type organisation --no-wait --as fay --json | field id)
for _ in $(seq 100); do
	[ "$(L job show "$own" --as fay --json | jq -r .state)" != done ] || break
	sleep 0.05
done
fetch() { curl -s -o "$work/part" -w '%{http_code}' -H "Authorization: Bearer $1" "$url/api/v1/exports/$own/parts/0"; }
fetched() { L audit search --action export --as "$boss" --purpose administration --json | jq '.items | length'; }
counting=$(L user token --purposes statistics --as fay 2>/dev/null)
working=$(L user token --purposes investigation --as fay 2>/dev/null)
before=$(fetched)
same "by a token to count with" "$(fetch "$counting") $(jq -r .key "$work/part")" "403 purpose"
same "by one for its purpose" "$(fetch "$working")" 200
has "$(cat "$work/part")" Cannery
same "leaves" "$(fetched)" $((before + 1))

story "It says until when it stays; whoever does not need it takes it away before, and that is logged"
same "its last moment" "$(L job show "$own" --as fay --json | jq -r '.expires_at[:10]')" "$(date -u -d '+7 days' +%F)"
same "bytes that exports hold" "$(curl -s --unix-socket "$node/liaison.sock" -H "Liaison-User: $boss" http://x/metrics | sed -n 's/^liaison_job_parts_bytes //p')" "$(stat -c %s "$work/part")"
spare=$(L record export --format ndjson --type organisation --no-wait --as fay --json | field id)
for _ in $(seq 100); do
	[ "$(L job show "$spare" --as fay --json | jq -r .state)" != done ] || break
	sleep 0.05
done
expect_exit 0 L record export --remove "$spare" --as fay
expect_exit 3 L record export --fetch "$spare" --as fay
L user add mona --roles monitor --system-account "$(id -u)" --purpose administration --as "$boss" >/dev/null 2>&1
has "$(L audit search --record "$spare" --as mona --purpose oversight --json)" "files removed"
L user set mona --close --purpose administration --as "$boss" >/dev/null 2>&1

story "Nor by somebody who has no longer the rights it was given with"
before=$(fetched)
L user set fay --roles coordinator --purpose administration --as "$boss" >/dev/null 2>&1
same "by somebody whose role is another" "$(fetch "$working") $(jq -r .key "$work/part")" "403 user"
same "leaves" "$(fetched)" "$before"
L user set fay --close --purpose administration --as "$boss" >/dev/null 2>&1
node_stop

story "Everything, sealed; another passphrase and a changed byte open nothing"
umask 077
incident=$(L record list incident --json | jq -r '.items[0].id')
expect_exit 0 L record set incident "$incident" --set danger_to_life=yes --version 1
echo "correct horse battery" >"$work/words"
echo "another horse battery" >"$work/other"
admin=$(L user list --purpose administration --json | jq -r '.items[0].login')
LIAISON_AS=$admin
export LIAISON_AS
expect_exit 0 L user add bert --name "Bert" --roles supervisor --system-account "$(id -u)" --purpose administration
moving=(--purpose administration --reason "moving")
expect_exit 2 L record export --all --out "$work/all"
expect_exit 4 L record export --all --out "$work/all" --seal-with "$work/words" --purpose administration
chmod 644 "$work/words"
expect_exit 2 L record export --all --out "$work/all" --seal-with "$work/words" "${moving[@]}"
has "$said" "chmod 600"
chmod 600 "$work/words"
echo short >"$work/short"
expect_exit 2 L record export --all --out "$work/all" --seal-with "$work/short" "${moving[@]}"

story "One person alone moves nothing; the second needs a system account of their own"
expect_exit 0 L record export --all --out "$work/all" --seal-with "$work/words" "${moving[@]}"
has "$said" "job resume"
[ ! -e "$work/all" ] || wrong "one person alone had everything"
job=$(L job list --json | jq -r '.items[0].id')
same "its state" "$(L job show "$job" --json | jq -r '.state + ", " + .waits_for')" "waiting, a second person"
expect_exit 4 L job resume "$job"
has "$said" "second person"
expect_exit 4 L job resume "$job" --as bert
has "$said" "one system account"
expect_exit 5 L record export --fetch "$job" --out "$work/all" "${moving[@]}"
echo "shared_account: yes" >>"$node/liaison.yaml"
expect_exit 0 L job resume "$job" --as bert --json
same "who started it" "$(L job show "$job" --json | jq -r .started_by)" "$(L user list --purpose administration --json | jq -r '.items[] | select(.login == "bert") | .id')"
expect_exit 5 L record export --fetch "$job" --out "$work/bert" --as bert "${moving[@]}"
expect_exit 0 L record export --fetch "$job" --out "$work/all" "${moving[@]}"
expect_exit 5 L job resume "$job" --as bert
! grep -q Tarn "$work/all" || wrong "a name stands open in the sealed file"
expect_exit 7 L record import "$work/all" --seal-with "$work/other" --purpose administration --reason "moving"
cp "$work/all" "$work/bad"
printf 'X' | dd of="$work/bad" bs=1 seek=$(($(stat -c %s "$work/bad") - 9)) conv=notrunc 2>/dev/null
expect_exit 7 L record import "$work/bad" --seal-with "$work/words" --purpose administration --reason "moving"

story "It goes into an empty node alone, and is there as it was: fields, versions, states, times"
expect_exit 5 L record import "$work/all" --seal-with "$work/words" --purpose administration --reason "moving"
has "$said" empty
served() { # a node that serves: one person waits while another starts it
	node_start
	"$liaison" --node "$node" record export --all --out "$1" --seal-with "$work/words" "${moving[@]}" 2>"$work/how" &
	exporting=$!
	for _ in $(seq 200); do
		! grep -q "job resume" "$work/how" || break
		sleep 0.05
	done
	second=$(sed -n 's/.*job resume //p' "$work/how")
	u="--silent --unix-socket $node/liaison.sock -H Liaison-User:$admin -H Liaison-Purpose:administration -H Liaison-Reason:comparing"
	# shellcheck disable=SC2086
	same "what stands there before" "$(curl $u -o /dev/null -w '%{http_code}' "http://x/api/v1/exports/$second/parts/0")" 409
	L job resume "$second" --as bert >/dev/null
	wait $exporting || wrong "$(cat "$work/how")"
	# shellcheck disable=SC2086
	same "without a passphrase" "$(curl $u -o /dev/null -w '%{http_code}' -X POST http://x/api/v1/exports -H 'Content-Type: application/json' -d '{"format":"all"}')" 422
	node_stop
}
served "$work/served"
cmp -s -n 16 "$work/served" "$work/all" || wrong "what the node gave is no sealed file"
! grep -q '"fields"' "$work/served" || wrong "the node gave it in the clear"
plain() { # every version of every record: what stands beside the seal, and what is in it
	store_rows "SELECT hex(id), version, type_version, hex(unit), guard, handling, state,
		flags, due_ms, created_ms, updated_ms, bucket FROM record UNION ALL
		SELECT hex(id), version, type_version, hex(unit), guard, handling, state,
		flags, due_ms, 0, updated_ms, bucket FROM record_past" | sort
	L record export --format ndjson --reveal --reason comparing 2>/dev/null | tee "$work/bodies" | sort
	for v in 1 2; do L record show incident "$incident" --version $v --json | jq -cS '[.type, .version, .fields]'; done
}
plain >"$work/was"
node=$work/moved
unset LIAISON_AS
unit=$(jq -r 'select(.type == "incident") | .unit' "$work/bodies" | head -1)
node_init
expect_exit 0 L record import "$work/all" --seal-with "$work/words" --purpose administration --reason "moving"
has "$said" "user set LOGIN --unit $unit"
new=$(L user list --purpose administration --json | jq -r '.items[0].login')
expect_exit 0 L user set "$new" --unit "$unit" --purpose administration
plain >"$work/is"
same "lines that are not there" "$(comm -23 <(sort "$work/was") <(sort "$work/is") | wc -l)" 0
same "lines that were not there: the new node's own unit and organisation, twice each" "$(comm -13 <(sort "$work/was") <(sort "$work/is") | wc -l)" 4
expect_exit 0 L audit verify --open

story "The records of an old unit can come under one of the new node's"
node=$work/mapped
node_init
mine=$(L user list --purpose administration --json | jq -r '.items[0].unit')
import_all() { L record import "$work/all" --seal-with "$work/words" --purpose administration --reason "moving" "$@"; }
expect_exit 2 import_all --unit "$unit"
has "$said" "OLD=NEW"
expect_exit 2 import_all --unit "$unit=$unit"
has "$said" "none of this node"
expect_exit 0 import_all --unit "$unit=$mine"
hasnt "$said" "user set LOGIN"
same "units of incidents" "$(L record export --format ndjson --type incident 2>/dev/null | jq -r .unit | sort -u)" "$mine"
expect_exit 0 L audit verify --open
