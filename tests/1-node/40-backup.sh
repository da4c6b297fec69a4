#!/usr/bin/env bash
# A backup beside a running node, sealed to a key that two halves open; brought back into quarantine,
# without what was erased since, without tokens; two administrators let it answer again.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq sqlite3 curl
umask 077

node_init
admin=$(L user list --purpose administration --json | jq -r '.items[0].login')
export LIAISON_AS=$admin
expect_exit 0 L user add bert --name Bert --roles administrator --system-account "$(id -u)" --purpose administration
expect_exit 0 L user add carl --name Carl --roles administrator --system-account 54321 --purpose administration
mei=$(L record create person --set name="Mei Chen" --set position=cook --json | field id)
tariq=$(L record create person --set name="Tariq Haddad" --set position=driver --json | field id)
token=$(L user token --purposes investigation 2>/dev/null)

story "A recovery key is two halves; the node keeps neither"
expect_exit 0 L node recovery-key make --out "$work/half"
same "who may read a half" "$(stat -c %a "$work/half.A")" 600
! grep -rqF "$(cut -c8-40 "$work/half.A")" "$node" || wrong "a half lies in the node's folder"
expect_exit 5 L node recovery-key make --out "$work/again"

story "A backup beside the running node"
node_start
expect_exit 0 L node backup "$work/backup"
same "who may read it" "$(stat -c %a "$work/backup")" 600
[ -z "$(find "$work" -name 'backup.*')" ] || wrong "something was left beside it"
! grep -qF "$(sed -n 's/^name: //p' "$node/liaison.yaml" | tr -d '"')" "$work/backup" || wrong "it is not sealed"
has "$(L audit search --action export --purpose oversight --json)" '"type":"backup"'

story "It opens with both halves alone, and each byte counts"
expect_exit 2 L node backup-verify "$work/backup" --half "$work/half.A"
expect_exit 2 L node backup-verify "$work/backup" --half "$work/half.A" --half "$work/half.A"
expect_exit 0 L node backup-verify "$work/backup" --half "$work/half.A" --half "$work/half.B" --json
leaves=$(jq .log.size <<<"$said")
cp "$work/backup" "$work/bad"
printf 'X' | dd of="$work/bad" bs=1 seek=$(($(stat -c %s "$work/bad") / 2)) conv=notrunc 2>/dev/null
expect_exit 7 L node backup-verify "$work/bad" --half "$work/half.A" --half "$work/half.B"
head -c -100 "$work/backup" >"$work/cut"
expect_exit 7 L node backup-verify "$work/cut" --half "$work/half.A" --half "$work/half.B"

story "After it somebody is erased, somebody else recorded; copies of the key file are days apart"
cp -p "$node/keys.liaison" "$work/keys.then"
nia=$(L record create person --set name="Nia Ford" --json | field id)
expect_exit 0 L record erase person "$mei" --version 1 --yes
for _ in $(seq 100); do
	[ "$(store_rows 'SELECT count(*) FROM record_erase_bucket')" != 0 ] || break
	sleep 0.1
done
same "its proof" "$(L oversee retention erasures --purpose oversight --json | jq -r '.items[0].in_backups_until')" "$(date -u -d '+30 days' +%F)"
node_stop
lost=$node
restore() { # restore OPTIONS...: into a folder of its own; on the other engine's own database too
	node=$work/back$((++times))
	url=()
	[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || url=(--store "$(postgres_new)")
	"$liaison" --node "$node" node restore "$work/backup" --half "$work/half.A" --half "$work/half.B" "${url[@]}" "$@"
}
times=0

story "Today's key file opens nothing of what shared a bucket with what was erased: that is said, and nothing is left"
expect_exit 5 restore --keys "$lost/keys.liaison"
has "$said" "open for nobody"
[ ! -e "$work/back1" ] || wrong "a folder was left"

story "With the key file of that day and today's list it is back, but for what was erased since"
times=1
restore --keys "$work/keys.then" --erased "$lost/erased.liaison" >"$work/restored" 2>&1 || wrong "$(cat "$work/restored")"
node=$work/back2
has "$(cat "$work/restored")" "1 were erased again"
cmp "$lost/recovery.public" "$node/recovery.public" || wrong "its recovery key did not come along"
has "$(cat "$work/restored")" "recovery key is"
cp -rp "$node" "$work/looked"
echo "a passphrase of now" >"$work/now"
expect_exit 0 "$liaison" --node "$work/looked" node recovery-key use --half "$work/half.A" --half "$work/half.B" --new-passphrase-file "$work/now"

story "In quarantine it answers nobody, and runs nothing; health alone"
expect_exit 6 L record show person "$tariq"
has "$said" "quarantine"
node_start
same "health" "$(curl -s "$url/healthz" | jq -r .status)" degraded
expect_exit 6 L record list person
same "its state" "$(L node quarantine --json | jq -c '[.quarantine, .confirmed_by, .backup.log.size]')" "[true,0,$leaves]"
expect_exit 0 L audit verify
has "$(L user list --purpose administration)" "carl"
expect_exit 6 L user set carl --close --purpose administration
expect_exit 2 L node quarantine --confirm
expect_exit 0 L node quarantine --confirm --reason "looked at users and log"
expect_exit 4 L node quarantine --confirm --reason "again"
expect_exit 4 L node quarantine --confirm --reason "again" --as bert
has "$said" "system account"
expect_exit 6 L record list person
node_stop

story "Two administrators: it answers; the erased one is gone, tokens are void, the log holds"
sed -i '/shared_account/d' "$node/liaison.yaml"
echo "shared_account: yes" >>"$node/liaison.yaml"
store_rows "UPDATE serve_quarantine SET ended_ms = 1" >/dev/null
same "words, of a row changed by hand" "$(L node quarantine --json | jq -c '[.quarantine, .confirmed_by]')" "[true,0]"
expect_exit 6 L record list person
store_rows "UPDATE serve_quarantine SET ended_ms = 0" >/dev/null
node_start
expect_exit 0 L node quarantine --confirm --reason "compared its log" --as bert --json
[ ! -e "$node/quarantine" ] || wrong "the answer came before the file was gone"
same "in quarantine" "$(jq .quarantine <<<"$said")" false
expect_exit 3 L record show person "$mei"
expect_exit 3 L record show person "$nia"
same "the other one" "$(L record show person "$tariq" --reveal position --reason "after the fire" --json | field position)" driver
same "the token" "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" -H "Liaison-Purpose: investigation" "$url/api/v1/records/person")" 401
same "health" "$(curl -s "$url/healthz" | jq -r .status)" ok
node_stop
expect_exit 0 L audit verify --open

story "A copy of the key file that is older than 30 days is reported"
expect_exit 0 L node key-copies "$work/keys.then"
touch -d '31 days ago' "$work/keys.then"
expect_exit 1 L node key-copies "$work/keys.then"
has "$said" "destroy it"

story "Under a passphrase too; and the halves give the key file another passphrase"
node=$lost
echo "correct horse battery" >"$work/words"
echo "a passphrase of ours" >"$work/first"
echo "another one of ours" >"$work/second"
mkdir "$work/many"
expect_exit 0 L node backup "$work/many" --seal-with "$work/words"
expect_exit 0 L node backup-verify "$work"/many/backup-*Z.liaison --seal-with "$work/words"
expect_exit 7 L node backup-verify "$work"/many/backup-*Z.liaison --seal-with "$work/first"
expect_exit 0 L node passphrase --new-passphrase-file "$work/first"
expect_exit 4 L record list person
expect_exit 0 L node recovery-key use --half "$work/half.B" --half "$work/half.A" --new-passphrase-file "$work/second"
expect_exit 4 L record list person --passphrase-file "$work/first"
expect_exit 0 L record show person "$nia" --passphrase-file "$work/second"
