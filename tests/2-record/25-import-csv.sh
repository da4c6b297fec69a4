#!/usr/bin/env bash
# Tables of one type: no column is lost without a word, our own export comes back whole, and a
# file that could not be read is in nobody's way.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

node_init

story "A mapping that does not come true, or leaves a column out, takes nothing in"
printf 'full,birth\nAnna Lefevre,1990-01-02\n' >"$work/p.csv"
bad() { # bad FIELDS PATTERN [OPTION...]
	fields=$1 pattern=$2
	shift 2
	expect_exit 2 L record import "$work/p.csv" --type person --format csv --fields "$fields" "$@"
	has "$said" "$pattern"
	hasnt "$said" "went in, as"
	has "$said" "Nothing went in."
	hasnt "$said" "resume"
}
bad 'nome=full,birth_date=birth' 'nome is no field of a person'
bad 'name=full,birth_date=nocol' 'no column "nocol"'
bad 'name=full,name=birth' 'name is given two columns'
bad 'name=full,birth_date=full' 'given to two fields'
bad 'name=full,number=birth' 'filled in by the node'
bad 'name.first=full,birth_date=birth' 'name.first is no field'
bad 'name=full' 'p.csv:1:6: header: "birth": column 2 is no field of a person'
bad 'name=full' 'no column "Birth"' --ignore Birth
same "persons" "$(L record list person --json | jq '.items | length')" 0

story "What is named to be left out is left out; none of the refusals blocks the file"
expect_exit 0 L record import "$work/p.csv" --type person --format csv --fields name=full --ignore birth
has "$said" "1 of 1 rows went in"
same "the date" "$(L record export --format ndjson --type person --reveal --reason test | jq -c '.fields | [.name, .birth_date]')" '["Anna Lefevre",null]'
expect_exit 5 L record import "$work/p.csv" --type person --format csv --fields name=full,birth_date=birth
has "$said" "--again"
hasnt "$said" "resume"

story "A wrong type makes no job at all; a wrong encoding takes nothing in, and can be told"
jobs=$(L job list --json | jq '.. | .kind? // empty' | wc -l)
expect_exit 2 L record import "$work/p.csv" --type persona --format csv --again
same "jobs" "$(L job list --json | jq '.. | .kind? // empty' | wc -l)" "$jobs"
printf 'name,position\nJos\xe9 Lund,a van\nMira Tarn,a van\n' >"$work/l.csv"
expect_exit 2 L record import "$work/l.csv" --type person --format csv
has "$said" "l.csv:2:1: "
has "$said" "--latin1"
expect_exit 0 L record import "$work/l.csv" --type person --format csv --latin1 --again
same "his name" "$(L record export --format ndjson --type person --reveal --reason test | jq -r 'select(.fields.name | startswith("Jos")) | .fields.name')" "José Lund"
printf 'nam\xe9,position\nMira Tarn,a van\n' >"$work/h.csv"
expect_exit 2 L record import "$work/h.csv" --type person --format csv
has "$said" "h.csv:1:1: "
expect_exit 0 L record import "$work/h.csv" --type person --format csv --latin1 --fields 'name=namé'
mkdir "$work/folder"
expect_exit 2 L record import "$work/folder" --type person
has "$said" "is a folder"

story "A table that ends early: what is whole goes in, and the place is told"
{
	echo '{"name":"First One"}'
	echo '{"name":"Second One"}'
	printf '{"name":"%s"}\n' "$(head -c 20000000 /dev/zero | tr '\0' x)"
} >"$work/long.ndjson"
expect_exit 2 L record import "$work/long.ndjson" --type person
has "$said" "long.ndjson:3"
has "$said" "2 of 3 rows went in"
echo '[{"htcds":"2.0","prs_FirstName":"Dana","hte_Description":"One"},{"htcds":"2.0","prs_FirstName":"Edo","hte_Description":"Two"},
{"htcds":' >"$work/cut.json"
expect_exit 2 L record import "$work/cut.json" --format htcds
has "$said" "cut.json:2:"
has "$said" "2 rows are done"

story "Our own CSV comes back whole: empty cells, identifiers, lists, places"
node=$work/from
node_init
cat >"$work/person.ndjson" <<'E'
{"name":"Bare Name"}
{"name":"Ana Tarn","also_called":["Anna | A","Ani"],"citizenship":["QN","QR"],"children":"2","birth_place":{"city":"Ulmere","country":"QN"},"identity_number":{"kind":"other","value":"B: 12"},"email":{"kind":"email","value":"ana@example.org"},"documents":[{"kind":"passport","value":"X1234567","issuer":"QN"},{"kind":"driving_licence","value":"D88"}]}
{"name":"Bero Lund","also_called":["Bero, the \"tall\"","[B]"],"documents":[{"kind":"passport","value":"Y1"},{"kind":"other","value":"Z 2"}],"email":{"kind":"email","value":"b@example.org"}}
E
cat >"$work/account.ndjson" <<'E'
{"kind":"bank","account":{"kind":"account_number","value":"0012345"}}
E
cat >"$work/organisation.ndjson" <<'E'
{"name":"Harbour mission","registration":[{"kind":"tax_number","value":"T 1"},{"kind":"registration_number","value":"R1"}]}
E
there=$work/from
again=$work/again
node=$again
node_init
fields() { # what a person filled in, without what the node did
	L record export --format ndjson --type "$1" --reveal --reason test 2>/dev/null | jq -cS '.fields | del(.number, .origin_id)' | sort -u
}
for type in person account organisation; do
	node=$there
	expect_exit 0 L record import "$work/$type.ndjson" --type "$type"
	expect_exit 0 L record export --format csv --type "$type" --reveal --reason test --out "$work/$type.csv"
	hasnt "$(cat "$work/$type.csv")" ',:,'
	fields "$type" >"$work/was"
	node=$again
	expect_exit 0 L record import "$work/$type.csv" --type "$type" --format csv
	fields "$type" >"$work/is"
	cmp "$work/was" "$work/is" || wrong "$type: $(diff "$work/was" "$work/is")"
	[ -s "$work/is" ] || wrong "no $type came"
done

story "What a row refers to must be there for whoever imports it, and of the right type"
node=$there
expect_exit 0 L record create incident --set kind=observation --set summary_basis=assessment --set summary=crates --json
incident=$(field id <<<"$said")
expect_exit 0 L record create person --set name="Mira Tarn" --json
person=$(field id <<<"$said")
other=$(tr 0-9a-f 1-9a-f0 <<<"$incident")
printf 'person,in,category,category_basis\n%s,%s,UNDETERMINED,assessment\n%s,%s,UNDETERMINED,assessment\n%s,%s,UNDETERMINED,assessment\n' \
	"$person" "$incident" "$person" "$other" "$incident" "$incident" >"$work/involved.csv"
expect_exit 2 L record import "$work/involved.csv" --type involvement --format csv
has "$said" "1 of 3 rows went in"
has "$said" "involved.csv:3"
has "$said" "involved.csv:4"
same "refusals that the log tells" "$(L audit search --action denied --purpose oversight --json 2>/dev/null | jq '.items | length > 0')" true

story "No room to hand a file over: told with a remedy, and nothing waits for ever"
printf 'name\nMira Tarn\n' >"$work/m.csv"
node_start
rm -r "$node/blobs" && touch "$node/blobs"
expect_exit 6 L record import "$work/m.csv" --type person --format csv
has "$said" "make room there"
same "its state" "$(L job list --json | jq -r '[.. | objects | select(.kind? == "import")][0].state')" stopped
rm "$node/blobs"
node_stop
job=$(L job list --json | jq -r '[.. | objects | select(.kind? == "import")][0].id')
expect_exit 5 L job resume "$job"
has "$said" "as a new job"
expect_exit 0 L record import "$work/m.csv" --type person --format csv
