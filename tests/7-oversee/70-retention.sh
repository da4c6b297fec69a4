#!/usr/bin/env bash
# What is kept has its days; a plan says what goes, two people let it go, a legal hold keeps it; what
# was erased opens from no older copy of the database, and the log proves the erasing.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq sqlite3

long_ago=-4015
at_days $long_ago node_init --shared-account
echo "retention_wait: 0" >>"$node/liaison.yaml"
admin=$(at_days $long_ago L user list --purpose administration --json | jq -r '.items[0].login')
export LIAISON_AS=$admin
at_days $long_ago L user add bert --name Bert --roles supervisor,administrator --system-account "$(id -u)" --purpose administration >/dev/null
at_days $long_ago L user add mona --name Mona --roles monitor --system-account "$(id -u)" --purpose administration >/dev/null

person() { # person DAYS NAME: recorded then; time in a node's log only goes on
	at_days "$1" L record create person --set name="$2" --set position=cook --json | field id
}
plan() { L oversee retention plan --purpose administration --json; }

story "Eleven years ago three people were recorded, later one more; one today"
mei=$(person $long_ago "Mei Chen")
tariq=$(person $long_ago "Tariq Haddad")
sala=$(person $long_ago "Sala Oren")
ravi=$(person -3600 "Ravi Sen")
nia=$(person 0 "Nia Ford")

story "Each has its days, by its type"
said=$(L record show person "$nia" --json)
same "review of the new one" "$(field review_on <<<"$said")" "$(date -u -d '+365 days' +%F)"
same "erasing of the new one" "$(field erase_on <<<"$said")" "$(date -u -d '+3650 days' +%F)"
same "unanswered reviews" "$(L record list person --due --json | jq -r '[.items[].id] | sort | join(" ")')" \
	"$(printf '%s\n' "$mei" "$tariq" "$sala" "$ravi" | sort | paste -sd' ')"
expect_exit 0 L oversee retention due
has "$said" "$mei"
hasnt "$said" "$nia"

story "The plan is counts, without content, and for those who answer for the node"
said=$(plan)
same "to be erased" "$(jq .erase <<<"$said")" 3
same "what happens to their key" "$(jq -r '.items[] | select(.erase == 3) | .class + " " + .key' <<<"$said")" "case destroyed"
hasnt "$said" "$mei"
hasnt "$said" Mei
first=$(field plan <<<"$said")
expect_exit 0 L oversee retention plan --as mona --purpose oversight
expect_exit 4 L oversee retention apply "$first" --as mona --purpose administration
expect_exit 0 L user add ana --name Ana --roles analyst --system-account "$(id -u)" --purpose administration
expect_exit 4 L oversee retention plan --as ana --purpose administration
expect_exit 4 L oversee retention plan

story "The node's own unit and agency are nobody's data: people end those, no plan"
same "past their day and left to people" "$(plan | jq '[.items[] | select(.class == "organisation") | .open] | add')" 2

story "A court needs one of them: held, readable for it alone, erased by nobody"
expect_exit 2 L record create legal_hold --purpose prosecution --set records="$sala" --set court="Court of Ulmere" \
	--set ground="An appeal is open" --set ordered_on="$(date -u +%F)" --set until="$(date -u -d '+200 days' +%F)"
has "$said" "six months"
expect_exit 0 L record show person "$sala"
hold=$(L record create legal_hold --purpose prosecution --set records="$sala" --set court="Court of Ulmere" \
	--set law="Criminal Procedure Act, section 12" --set ground="An appeal is open" --set ordered_on="$(date -u +%F)" \
	--set until="$(date -u -d '+90 days' +%F)" --json | field id)
expect_exit 3 L record show person "$sala"
expect_exit 3 L record show person "$sala" --as ana
hasnt "$(L record list person --json)" "$sala"
hasnt "$(L record search Oren --json)" "$sala"
same "for the court" "$(L record show person "$sala" --purpose prosecution --json | jq .held)" true
version=$(L record show person "$sala" --purpose prosecution --json | jq .version)
expect_exit 5 L record erase person "$sala" --version "$version" --yes
has "$said" "Court of Ulmere"
has "$said" "section 12"
me=$(L user list --purpose administration --json | jq -r --arg a "$admin" '.items[] | select(.login == $a) | .id')
asked=$(L record create retention_decision --purpose subject_rights --set records="$sala" --set outcome=erase --set court_asked=yes --json | field id)
expect_exit 5 L record move retention_decision "$asked" decided --version 1 --purpose subject_rights --set decided_by="$me" --reason "the person asked for it"
has "$said" "legal hold covers"
said=$(plan)
same "to be erased, and held" "$(jq -c '[.erase, .held]' <<<"$said")" "[2,1]"
same "what happens to the key now" "$(jq -r '.items[] | select(.erase == 2) | .key' <<<"$said")" renewed

story "The plan of before is no plan any more; one person alone applies none"
expect_exit 5 L oversee retention apply "$first" --purpose administration
has "$said" "look at it again"
second=$(plan | field plan)
sed -i 's/^shared_account: yes/shared_account: no/' "$node/liaison.yaml"
job=$(L oversee retention apply "$second" --purpose administration --json 2>/dev/null | field job)
expect_exit 0 L record show person "$mei"
expect_exit 4 L job resume "$job"
expect_exit 4 L job resume "$job" --as bert
has "$said" "one system account"
sed -i 's/^shared_account: no/shared_account: yes/' "$node/liaison.yaml"

story "A plan that changed before the second person started it erases nothing"
expect_exit 0 L record set person "$mei" --version 1 --set position=cleaner
expect_exit 5 L job resume "$job" --as bert
has "$said" "another by now"
expect_exit 0 L record show person "$mei"

# What a thief has, or a backup: the database as it is now.
old=$(store_copy "$work/old.db")
node_start
done_erasing() { # until nothing waits for its new key
	for _ in $(seq 150); do
		[ "$(store_rows 'SELECT count(*) FROM record_erase_bucket')" != 0 ] ||
			[ "$(store_rows 'SELECT count(*) FROM serve_job WHERE state IN (1, 2)')" != 0 ] || return 0
		sleep 0.1
	done
	wrong "the erasing does not end"
}

story "Two people: erased, but for what is held"
job=$(L oversee retention apply "$(plan | field plan)" --purpose administration --json 2>/dev/null | field job)
expect_exit 0 L job resume "$job" --as bert --json
same "erased" "$(jq .result.erased <<<"$said")" 2
done_erasing
expect_exit 3 L record show person "$mei"
expect_exit 3 L record show person "$tariq"
expect_exit 0 L record show person "$nia"
same "the held one" "$(L record show person "$sala" --purpose prosecution --reveal position --reason "the court asks" --json | jq -r .fields.position)" cook
same "still to be erased" "$(plan | jq .erase)" 0

story "The proof: the bucket, its key, the leaf, and until when backups hold it"
said=$(L oversee retention erasures --purpose oversight --as mona --json)
same "key, records, backups" "$(jq -r '.items[0] | .key + " " + (.erased | tostring) + " " + .in_backups_until' <<<"$said")" \
	"renewed 2 $(date -u -d '+30 days' +%F)"
leaf=$(jq '.items[0].leaf' <<<"$said")
has "$(L audit search --action job --purpose oversight --as mona --json)" "\"leaf\":$leaf"

story "A hold that runs is not erased either: that would lift it without a word"
expect_exit 5 L record erase legal_hold "$hold" --version 1 --yes --purpose prosecution
has "$said" "lift it first"

story "Nor does one person end it by an edit: sooner, or for some of its records"
expect_exit 4 L record set legal_hold "$hold" --version 1 --purpose prosecution --set until="$(date -u -d '+2 days' +%F)"
has "$said" "two people"
expect_exit 4 L record set legal_hold "$hold" --version 1 --purpose prosecution --set records="$nia"
same "the held one" "$(L record show person "$sala" --purpose prosecution --json | jq .held)" true
expect_exit 0 L record set legal_hold "$hold" --version 1 --purpose prosecution --set until="$(date -u -d '+120 days' +%F)"

story "The hold is lifted by two, with a reason: what was to go by then goes at once, and the whole key with it"
expect_exit 5 L record move legal_hold "$hold" lifted --version 2 --purpose prosecution
lift() { L record move legal_hold "$hold" lifted --version 2 --purpose prosecution --set lift_reason="The ruling is final." --as "$1"; }
expect_exit 0 lift "$admin"
same "lifted by one" "$(L record show legal_hold "$hold" --purpose prosecution --json | jq -r .state)" active
expect_exit 0 lift bert
for _ in $(seq 100); do
	[ "$(store_rows "SELECT count(*) FROM record WHERE length(body) > 0 AND hex(id) = upper('$(tr -d - <<<"$sala")')")" != 0 ] || break
	sleep 0.1
done
done_erasing
expect_exit 3 L record show person "$sala" --purpose prosecution
same "its bucket's key" "$(L oversee retention erasures --purpose oversight --json | jq -r '.items[0].key')" destroyed
expect_exit 0 L audit verify --open

story "Two people decide to keep one for two years more, and to erase another at once"
same "how the node's own look ended" "$(store_rows "SELECT count(*) FROM retention_proposal")" 1
olga=$(person 0 "Olga Lin")
decide() { # decide RECORD FIELDS...: by two people; prints the decision
	record=$1
	shift
	id=$(L record create retention_decision --purpose subject_rights --set records="$record" "$@" --json | field id)
	for who in $admin bert; do
		L record move retention_decision "$id" decided --version 1 --as "$who" --purpose subject_rights --set decided_by="$me" \
			--reason "two of us looked at it" >/dev/null || wrong "$who could not decide"
	done
	echo "$id"
}
same "to be reviewed" "$(plan | jq '[.items[] | select(.class == "case") | .review] | add')" 1
keep=$(decide "$ravi" --set outcome=keep --set keep_until="$(date -u -d '+700 days' +%F)" --set ground="a civil claim is open")
same "its new day" "$(L record show person "$ravi" --json | field erase_on)" "$(date -u -d '+700 days' +%F)"
late=$(L record create retention_decision --purpose subject_rights --set records="$ravi" --set outcome=keep \
	--set keep_until="$(date -u -d '+5000 days' +%F)" --json | field id)
L record move retention_decision "$late" decided --version 1 --purpose subject_rights --set decided_by="$me" --reason "ever longer" >/dev/null
expect_exit 5 L record move retention_decision "$late" decided --version 1 --as bert --purpose subject_rights --set decided_by="$me" --reason "ever longer"
has "$said" "whole period"
expect_exit 5 L record move retention_decision "$(L record create retention_decision --purpose subject_rights --set records="$olga" --set outcome=erase --json | field id)" \
	decided --version 1 --purpose subject_rights --set decided_by="$me" --reason "asked for"
has "$said" "were court, appeal and defence asked"
gone=$(decide "$olga" --set outcome=erase --set court_asked=yes --set person_told=yes)
for _ in $(seq 100); do
	[ "$(L record show retention_decision "$gone" --purpose subject_rights --json | jq -r .state)" != carried_out ] || break
	sleep 0.1
done
said=$(L record show retention_decision "$gone" --purpose subject_rights --json)
same "the decision" "$(jq -r '.state + " " + .fields.in_backups_until' <<<"$said")" "carried_out $(date -u -d '+30 days' +%F)"
expect_exit 3 L record show person "$olga"
same "the one that is kept" "$(L record show retention_decision "$keep" --purpose subject_rights --json | jq -r .state)" decided
node_stop

story "Sixty days on, that old copy of the database beside today's key file opens nothing of it"
at_days 60 expect_exit 7 "$liaison" node serve --node "$node" --port 0 --store "$old"
has "$said" "is an old copy"
at_days 60 expect_exit 0 L node accept-log --store "$old" --reason "to see what a thief would see"
at_days 60 node_start --store "$old"
for erased in "$mei" "$tariq" "$sala"; do
	expect_exit 3 L record show person "$erased" --purpose prosecution
done
node_stop
