#!/usr/bin/env bash
# Somebody asks what is held about them: first who they are, then everything that names them, without
# who told us; what is withheld has a ground; what was corrected was changed, and recipients hear of it.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

node_init --shared-account
admin=$(L user list --purpose administration --json | jq -r '.items[0].login')
export LIAISON_AS=$admin
expect_exit 0 L user add bert --name Bert --roles supervisor --system-account "$(id -u)" --purpose administration
expect_exit 0 L user add sol --name Sol --roles support_worker --system-account "$(id -u)" --purpose administration

mei=$(L record create person --set name="Mei Chen" --set position=cook --json | field id)
tariq=$(L record create person --set name="Tariq Haddad" --json | field id)
task=$(L record create task --set what="Call her back" --set of="$mei" --json | field id)
another=$(L record create task --set what="Call him back" --set of="$tariq" --json | field id)
purpose=subject_rights
request=$(L record create subject_request --set rights=access --set channel=letter --set received_on="$(date -u +%F)" \
	--set asks="What do you hold about me?" --json | field id)
[ -n "$request" ] || wrong "no request: $(L record create subject_request --set rights=access 2>&1)"

story "Nothing is gathered for somebody unknown, or by somebody else"
expect_exit 5 L oversee subject-request gather "$request"
has "$said" "who asks"
expect_exit 5 L record move subject_request "$request" identified --version 1 --set identified_how=yes
has "$said" "sentence"
expect_exit 0 L record move subject_request "$request" identified --version 1 --set identified_how="came in person, passport seen"
expect_exit 5 L oversee subject-request gather "$request"
has "$said" "no record of the person"
expect_exit 0 L record set subject_request "$request" --version 2 --set records="$mei"
expect_exit 4 L oversee subject-request gather "$request" --as sol
expect_exit 4 L oversee subject-request gather "$request" --purpose investigation

story "All that names the person, and nothing that names another"
expect_exit 0 L oversee subject-request gather "$request" --json
same "her record and the task" "$(jq -r '[.items[].id] | sort | join(" ")' <<<"$said")" "$(printf '%s\n' "$mei" "$task" | sort | paste -sd' ')"
hasnt "$said" "$another"
has "$(L audit search --action export --purpose oversight --json)" "about a person"

story "An answer that withholds says on which ground, and tells of the authority"
answer=(--set answer="In part" --set answered_on="$(date -u +%F)" --reason "answered by letter")
move() { L record move subject_request "$request" answered --version 3 "${answer[@]}" "$@"; }
expect_exit 5 move --set answer_kinds=given_in_part --set told_of_authority=yes
has "$said" "on which ground"
expect_exit 5 move --set answer_kinds=given --set told_of_authority=no
has "$said" "authority"

story "Corrected is what was changed since they asked; recipients hear of it"
expect_exit 5 move --set answer_kinds=corrected --set told_of_authority=yes --set at_peers="Riverland"
has "$said" "none of the records was changed"
sleep 0.1
expect_exit 0 L record set person "$mei" --version 1 --set position=cleaner --purpose investigation
expect_exit 0 move --set answer_kinds=corrected --set told_of_authority=yes --set at_peers="Riverland"
expect_exit 0 move --set answer_kinds=corrected --set told_of_authority=yes --set at_peers="Riverland" --as bert
has "$(L record list task --purpose oversight --json)" "Tell a recipient"
