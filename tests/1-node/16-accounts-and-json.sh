#!/usr/bin/env bash
# The last administrator stays; an overseer asks the log about a record that is gone; whoever
# writes a program gets JSON, whatever they ask; folder, passphrase and socket are told about.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

node_init
admin() { L "$@" --as admin; }

story "A node keeps its last administrator, however their role would be taken"
expect_exit 5 L user set admin --roles analyst
has "$said" "last administrator"
expect_exit 5 L user set admin --close
expect_exit 5 L user set admin --system-account 3999999999 # nobody has it
expect_exit 2 L user set admin --system-account 4294967295
expect_exit 0 L user add bert --roles administrator,analyst
expect_exit 5 L user set admin --roles analyst --as admin # bert has no way in
expect_exit 0 L user set bert --system-account "$(id -u)" --as admin
has "$said" "More than one user is now bound to this system account"
expect_exit 0 L user set admin --roles analyst,supervisor --as bert
expect_exit 5 L user set bert --close --as bert
expect_exit 5 L user set bert --roles analyst --as bert
expect_exit 0 L user set admin --roles analyst,supervisor,administrator --as bert
expect_exit 0 L user set bert --roles analyst --as admin
expect_exit 4 L user list --as bert

story "An overseer asks who dealt with a record, also when it is erased, and sees nothing of it"
expect_exit 0 admin record create person --set name="Dmitri Petrenko" --json
person=$(field id <<<"$said")
expect_exit 0 admin record show person "$person" --reveal name --reason "who it is"
expect_exit 0 admin user add dan --roles monitor --system-account "$(id -u)"
expect_exit 3 L audit show "$person" --as dan --purpose oversight
expect_exit 0 L audit search --record "$person" --as dan --purpose oversight --json
same "actions" "$(jq -r '[.items[].action] | unique | join(" ")' <<<"$said")" "create denied reveal"
hasnt "$said" Petrenko
expect_exit 0 admin record erase person "$person" --version 1 --yes --reason "kept too long"
expect_exit 0 L audit search --record "$person" --action erase --as dan --purpose oversight --json
same "who erased it" "$(jq -r '.items[0].actor' <<<"$said")" admin
expect_exit 0 L audit search --record "$person" --actor dan --as dan --purpose oversight --json
same "that they asked" "$(jq -r '.items[0].action' <<<"$said")" search
expect_exit 4 L audit search --record "$person" --as admin --purpose oversight
expect_exit 2 L audit search --record nonsense --as dan --purpose oversight
expect_exit 0 admin audit verify
expect_exit 0 L audit search --action verify --as dan --purpose oversight --json
same "verifications" "$(jq '.items | length' <<<"$said")" 1

story "Each command that has something to tell prints one JSON document"
echo "left,right" >"$work/pairs.csv"
echo "Ana Reis,Anna Reis" >>"$work/pairs.csv"
printf 'id,name\n1,Ana Reis\n' >"$work/list.csv"
printf 'query_id,name\nq1,Ana Reis\n' >"$work/queries.csv"
admin audit export --purpose oversight >"$work/export"
while read -r words; do
	# shellcheck disable=SC2086
	"$liaison" --node "$node" --purpose oversight --as admin $words --json >"$work/out.json" 2>"$work/notes" ||
		wrong "$words: $(cat "$work/notes")"
	same "documents of: $words" "$(jq -s length <"$work/out.json" 2>&1)" 1
	same "kind of: $words" "$(jq -r type <"$work/out.json")" object
done <<-END
	audit checkpoint
	audit vkey
	audit prove 1
	audit export
	audit verify
	audit verify --export $work/export
	audit search
	user list
	user tokens
	user me
	job list
	node status
	node settings
	node routes
	node jobs
	node gates
	node completion bash
	model reference
	model show person
	match pairs $work/pairs.csv
	match screen --list $work/list.csv --queries $work/queries.csv --format csv
	match compare Ana Anna
END
same "a score" "$("$liaison" match pairs "$work/pairs.csv" --json | jq -r '.items[0] | (.score | type) + " " + (.match | type) + " " + .left')" "number boolean Ana Reis"
"$liaison" match pairs "$work/pairs.csv" | head -1 | grep -q '^left,right' || wrong "CSV stays CSV"
same "an init" "$("$liaison" node init --node "$work/second" --name X --country PT --json 2>/dev/null | jq -r .login)" admin
code=0
L user set nobody --close --as admin --json >"$work/out" 2>"$work/notes" || code=$?
same "exit" "$code" 3
same "an error" "$(jq -r '.type + " " + (.status | tostring)' "$work/notes")" "urn:liaison:problem:absent 404"
same "nothing else" "$(wc -c <"$work/out")" 0

story "A folder where a file is meant is a mistake of the words, whichever the command"
for words in "audit verify --export $work" "audit verify --checkpoint $work" "match pairs $work" "node passphrase --new-passphrase-file $work" "record import $work --type person --format csv"; do
	# shellcheck disable=SC2086
	expect_exit 2 admin $words
done
expect_exit 2 admin node status --passphrase-file "$work"

story "A passphrase that nothing asks for is told; a folder open to others is closed, or refused"
echo "long enough" >"$work/pass"
chmod 644 "$work/pass"
expect_exit 2 admin node status --passphrase-file "$work/pass"
has "$said" "chmod 600"
chmod 600 "$work/pass"
expect_exit 0 admin node status --passphrase-file "$work/pass"
has "$said" "no passphrase guards"
"$liaison" node init --node "$work/guarded" --name X --country PT --passphrase-file "$work/pass" >/dev/null 2>&1
expect_exit 0 "$liaison" --node "$work/guarded" node status --passphrase-file "$work/pass"
hasnt "$said" "no passphrase guards"
mkdir -m 755 "$work/open" "$work/full"
expect_exit 0 "$liaison" node init --node "$work/open" --name X --country PT
has "$said" "was open to others"
same "its mode" "$(stat -c %a "$work/open")" 700
echo mine >"$work/full/notes"
expect_exit 5 "$liaison" node init --node "$work/full" --name X --country PT
has "$said" "chmod 700"
same "what was in it" "$(ls "$work/full")" notes
chmod 700 "$work/full"
expect_exit 0 "$liaison" node init --node "$work/full" --name X --country PT

story "A second system account comes over the socket, once its group is named"
if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
	echo "left out: this needs root and setpriv"
	exit 0
fi
stranger() { setpriv --reuid 65534 --regid 65534 --clear-groups "$liaison" --node "$node" "$@"; }
chmod 755 "$work"
chgrp 65534 "$node"
chmod 710 "$node"
admin user add rui --roles analyst --system-account 65534 >/dev/null
node_start
expect_exit 4 stranger user me
has "$said" "socket_group"
node_stop
echo "socket_group: $(getent group 65534 | cut -d: -f1)" >>"$node/liaison.yaml"
node_start
same "the socket's mode" "$(stat -c %a "$node/liaison.sock")" 660
expect_exit 0 stranger user me --json
same "who it is" "$(jq -r .login <<<"$said")" rui
expect_exit 4 stranger user me --as admin
expect_exit 4 setpriv --reuid 65533 --regid 65533 --clear-groups "$liaison" --node "$node" user me
node_stop
sed -i '/^socket_group/s/:.*/: no-such-group-here/' "$node/liaison.yaml"
expect_exit 2 admin node serve --port 0
has "$said" "no group of this name"
