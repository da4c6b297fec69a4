#!/usr/bin/env bash
# Somebody looks up themselves, a colleague and a colleague's address: their supervisor hears of it, they do not.
set -eu
. "$(dirname "$0")/../lib.sh"

node_init
me=$(id -u)
L user add tomas --name "Tomas Ilke Brandis" --roles analyst --system-account "$me" --as admin >/dev/null
L user add lena --name "Lena Ostrava" --roles analyst --system-account "$me" --as admin >/dev/null
L user add ruth --name "Ruth Kaldor" --roles supervisor --system-account "$me" --as admin >/dev/null
L user add olga --name "Olga Weiss" --roles monitor --system-account "$me" --as admin >/dev/null
L user address lena "12 Quay Street, Port Ulmere" --as admin >/dev/null
looks() { L record list access_review --as ruth --purpose oversight --json | jq '.items|length'; }

story "A search for somebody else asks nobody to look"
L record search --name "Orvek Taluneth" --as tomas >/dev/null
same looks "$(looks)" 0

story "For oneself, in another order and case, it does"
L record search --name "BRANDIS tomas" --as tomas >/dev/null
same looks "$(looks)" 1
review=$(L record list access_review --as ruth --purpose oversight --json | field id)
has "$(L record show access_review "$review" --as ruth --purpose oversight --json)" '"found_by":"own name"'
L record show access_review "$review" --as olga --purpose oversight >/dev/null

story "Again within the hour it says so once"
L record search --name "Tomas Brandis" --as tomas >/dev/null
same looks "$(looks)" 1

story "He opens the records of a colleague, and of somebody who lives where she does"
lena=$(L record create person --set name="Lena Ostrava" --as ruth --json | field id)
there=$(L record create person --set 'address={"street":"12 Quay Street","city":"Port Ulmere"}' --as ruth --json | field id)
town=$(L record create person --set 'address={"city":"Port Ulmere"}' --as ruth --json | field id)
for id in "$lena" "$there" "$town"; do
	out=$(L record show person "$id" --as tomas --json)
	hasnt "$out" access_review
done
same looks "$(looks)" 3
found=$(L record list access_review --as ruth --purpose oversight --json | jq -r '.items[].id' | while read -r id; do
	L record show access_review "$id" --as ruth --purpose oversight --json | jq -r .fields.found_by
done | sort | tr '\n' ';')
same "what was found" "$found" "a colleague's address;a colleague's name;own name;"

story "He sees none of it, nor an alarm in what he may ask of the log"
expect_exit 4 L record list access_review --as tomas --purpose oversight
expect_exit 3 L audit show "$review" --as tomas
hasnt "$(L audit show "$lena" --as tomas --json)" alarm

story "Nobody reads a name or an address out of the table"
hasnt "$(store_rows "SELECT hex(user_id) || word FROM serve_own_word")" Quay

story "How many records there are is for those who run the node"
hasnt "$(L node status --as tomas --json)" '"records"'
hasnt "$(L node status --as tomas --json)" '"leaves"'
has "$(L node status --as admin --json)" '"records"'

story "A word whose kind is damaged is nobody's; the others are still known, and nobody is kept out"
store_rows "UPDATE serve_own_word SET kind = 7 + 4294967296 WHERE user_id = (SELECT user_id FROM serve_own_word ORDER BY user_id LIMIT 1)"
L record search --name "Tomas Brandis" --as tomas >/dev/null
L record search --name "Lena Ostrava" --as lena >/dev/null
[ "$(looks)" -ge 3 ] || wrong "what was asked before is gone"

story "The log verifies"
L audit verify --open --as olga --purpose oversight >/dev/null
