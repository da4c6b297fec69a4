#!/usr/bin/env bash
# Somebody is in danger at 3 a.m.: a duty officer opens a survivor's record, and everybody hears of it.
set -eu
. "$(dirname "$0")/../lib.sh"

node_init
me=$(id -u)
for who in "tomas duty_officer" "ana support_worker" "ruth supervisor" "olga monitor" "adm administrator"; do
	set -- $who
	L user add "$1" --roles "$2" --system-account "$me" --as admin >/dev/null
done

story "Ana keeps a survivor's record, how to reach them, and what they said of us"
survivor=$(L record create survivor --set chosen_name=Tirelu --set 'needs=Cannot sleep.' --as ana --purpose protection --json | field id)
contact=$(L record create safe_contact --set survivor="$survivor" --set keeper="$(L user list --as admin --json | jq -r '.items[]|select(.login=="ana").id')" --as ana --purpose protection --json | field id)
feedback=$(L record create feedback --set topic="$(sed -n 2p model/codes/feedback_topic.csv | cut -d, -f1)" --set 'words=Nobody asked me.' --as ruth --purpose protection --json | field id)
note=$(L record create note --set 'text=Ana heard something.' --as ana --purpose protection --json | field id)

story "Tomas' desk does not open it, and says so without a word on whether it is there"
expect_exit 4 L record show survivor "$survivor" --as tomas --purpose protection
has "$said" "it is for: support_worker, supervisor"

story "Without an emergency said in words the glass stays whole"
expect_exit 4 L record open "$survivor" --break-glass --as tomas --purpose protection
expect_exit 4 L record open "$survivor" --break-glass --reason x --as tomas --purpose protection
expect_exit 2 L record open "$survivor" --as tomas --purpose protection

story "With one it opens, masked fields by name"
opened=$(L record open "$survivor" --break-glass --reveal chosen_name --reason "They called: somebody is at the door." --as tomas --purpose protection --json)
same "the name" "$(echo "$opened" | jq -r .fields.chosen_name)" Tirelu
same "what was not asked for" "$(echo "$opened" | jq -r .fields.needs)" null

story "For three hours he may read it again, and nothing else of its kind"
L record show survivor "$survivor" --as tomas --purpose protection >/dev/null
other=$(L record create survivor --set chosen_name=Sunelo --as ana --purpose protection --json | field id)
expect_exit 3 L record show survivor "$other" --as tomas --purpose protection
expect_exit 4 L record list survivor --as tomas --purpose protection
expect_exit 4 L record set survivor "$survivor" --version 1 --set tag=7 --as tomas --purpose protection

story "A safe contact, feedback and a quick note open to nobody, as if they were not there"
for id in "$contact" "$feedback" "$note" 0192f0c1-0000-7000-8000-000000000000; do
	expect_exit 3 L record open "$id" --break-glass --reason "They called: somebody is at the door." --as tomas --purpose protection
	has "$said" "there is no such record"
done
story "Nor does an administrator or monitor break any"
expect_exit 4 L record open "$survivor" --break-glass --reason "They called: somebody is at the door." --as adm --purpose protection
expect_exit 4 L record open "$survivor" --break-glass --reason "They called: somebody is at the door." --as olga --purpose protection

story "The log says what it was, and which readings rested on it"
same "openings" "$(L audit search --action break_glass --as olga --purpose oversight --json | jq '.items|length')" 1
same "marked" "$(L audit search --as olga --purpose oversight --json | jq '[.items[]|select(.mark=="break_glass")]|length')" 2

story "The overseer's message stands in the outbox, and says nothing of whom it was about"
box=$(L oversee outbox --as olga --purpose oversight --json)
same "messages" "$(echo "$box" | jq '.items|length')" 1
has "$box" break_glass
hasnt "$box" "$survivor"
hasnt "$box" Tirelu
hasnt "$box" "at the door"

story "The unit's supervisor and the overseer see what to look at; Tomas does not"
review=$(L record list access_review --as ruth --purpose oversight --json | field id)
has "$(L record show access_review "$review" --as ruth --purpose oversight --json)" '"cause":"break_glass"'
L record show access_review "$review" --as olga --purpose oversight >/dev/null
expect_exit 4 L record list access_review --as tomas --purpose oversight
L user set tomas --roles duty_officer,supervisor --as admin >/dev/null
expect_exit 3 L record show access_review "$review" --as tomas --purpose oversight
hasnt "$(L record list access_review --as tomas --purpose oversight --json)" "$review"

story "Nobody makes or changes one by hand, and the overseer does not answer for the unit"
expect_exit 4 L record create access_review --set cause=break_glass --as ruth --purpose oversight
expect_exit 4 L record move access_review "$review" confirmed --version 1 --set answer=Fine --as olga --purpose oversight

story "Ruth contests it, and the record is closed at once"
L user set tomas --roles duty_officer --as admin >/dev/null
L record move access_review "$review" contested --version 1 --set 'answer=Nobody had called.' --as ruth --purpose oversight >/dev/null
expect_exit 4 L record show survivor "$survivor" --as tomas --purpose protection

story "The log verifies"
L audit verify --open --as olga --purpose oversight >/dev/null
