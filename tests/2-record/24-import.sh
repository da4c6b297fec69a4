#!/usr/bin/env bash
# Somebody hands over files as people really send them. What is good goes in, what is not is
# named by line, column and field, and never by its text.
set -eu
. "$(dirname "$0")/../lib.sh"
need iconv jq

node_init
head='prs_FirstName,prs_SecondName,prs_Gender,prs_Citizenship,vic_TraffickingStatus,vic_MethodsOfControl,per_RoleInProcess,hte_Type,hte_Date,hte_City,hte_Description'

story "A file with a BOM, CRLF, quotes over lines, labels instead of values, and a short row"
printf '\xef\xbb\xbf%s\r\n' "$head" >"$work/a.csv"
printf 'Asel,Tarn,Feminine,QN,Possible victim of trafficking,"Psychological Abuse; TakesEarnings",,Recruitment,2026-03,Ulmere,"Said: ""he took it"",\r\nand left"\r\n' >>"$work/a.csv"
printf 'Bero,Lund,Masculine,QR,,,Transporter,Transit,2026-03-02,,A van was seen\r\n' >>"$work/a.csv"
printf 'Cila,Marn,Feminine,QN,ActualVictimOfTrafficking\r\n' >>"$work/a.csv"
expect_exit 0 L record import "$work/a.csv"
has "$said" "3 of 3 rows went in"

story "Nobody becomes a suspect but for a role that only those who take part have"
categories=$(L record list involvement --json | jq -r '.. | .category? // empty' | sort | tr '\n' ' ')
same categories "$categories" "SUSPECT UNDETERMINED VICTIM "

story "The same file again is refused, unless somebody means it"
expect_exit 5 L record import "$work/a.csv"
has "$said" "--again"
expect_exit 0 L record import "$work/a.csv" --again

story "UTF-16 of either order, and JSON, say the same"
tail -n +1 "$work/a.csv" | sed '1s/^\xef\xbb\xbf//' | iconv -f UTF-8 -t UTF-16 >"$work/b.csv"
expect_exit 0 L record import "$work/b.csv"
has "$said" "3 of 3 rows went in"
sed '1s/^\xef\xbb\xbf//' "$work/a.csv" | iconv -f UTF-8 -t UTF-16BE | { printf '\xfe\xff'; cat; } >"$work/c.csv"
expect_exit 0 L record import "$work/c.csv"
has "$said" "3 of 3 rows went in"
echo '[{"htcds":"2.0","prs_FirstName":"Dana","hte_Type":"Exploitation","hte_Description":"Kept in a cellar"}]' >"$work/d.json"
expect_exit 0 L record import "$work/d.json" --format htcds
has "$said" "1 of 1 rows went in"

story "Bad rows fail alone; the error has their place and no word of them"
{
	echo "$head"
	echo 'Good,One,Feminine,QN,,,,Transit,2026-01-01,X,First'
	echo 'Secretname,Two,Feminine,Atlantis,,,,Transit,2026-01-01,X,Second'
	echo 'Good,Three,Feminine,QN,,,,Transit,2026-02-31,X,Third'
	echo 'Good,Four,Feminine,QN,NoSuchStatus,,,Transit,2026-01-01,X,Fourth'
	echo 'Good,"Five" x,Feminine,QN,,,,Transit,2026-01-01,X,Fifth'
	echo 'Good,Six,Feminine,QN,,,,Transit,2026-01-01,X,Sixth'
} >"$work/e.csv"
expect_exit 2 L record import "$work/e.csv"
has "$said" "e.csv:3:25: prs_Citizenship"
has "$said" "e.csv:4:"
has "$said" "hte_Date"
has "$said" "e.csv:5:"
has "$said" "vic_TraffickingStatus"
hasnt "$said" "Secretname"
hasnt "$said" "Atlantis"
has "$said" "the other"
first=$(L record list incident --json | jq '[.. | .title? // empty] | length')

story "Somebody without the role for it imports nothing, and is told so"
"$liaison" --node "$node" user add carla --name Carla --roles monitor --system-account "$(id -u)" --as admin >/dev/null
expect_exit 4 L record import "$work/e.csv" --again --as carla
has "$said" "none of your roles"
same incidents "$(L record list incident --as admin --json | jq '[.. | .title? // empty] | length')" "$first"

story "Records of a type from CSV with other names in its header, and from NDJSON"
printf 'Nummer,Gebrauch\n+999 30 1111,mobile\n+999302222,landline\n' >"$work/f.csv"
expect_exit 0 L record import "$work/f.csv" --as admin --type phone --fields 'phone=Nummer,use=Gebrauch'
has "$said" "2 of 2 rows went in"
echo '{"website":"https://harbour.example"}' >"$work/g.ndjson"
expect_exit 2 L record import "$work/g.ndjson" --as admin --type organisation
echo '{"name":"Harbour mission"}' >"$work/g.ndjson"
expect_exit 0 L record import "$work/g.ndjson" --as admin --type organisation
