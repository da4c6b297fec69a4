#!/usr/bin/env bash
# A public list made ready as a file: the same answers from it, several lists searched as one, and a
# file that is damaged, old or cut off is refused with what to do about it.
set -eu
. "$(dirname "$0")/../lib.sh"

cat >"$work/list.csv" <<'END'
entity_id,type,names,dob,countries,ids,source
a1,person,Orvek TALUNETH|Orvek Talunet,1979-05-07,,X123456,t
a2,person,Dameru LOSHKAI,1988-11-03,,,t
END
cat >"$work/other.csv" <<'END'
entity_id,type,names,dob,countries,ids,source
b1,person,Ivessa KRONTAL,1990-01-02,,,t
END
cat >"$work/asked.csv" <<'END'
query_id,name,dob
q1,Taluneth Orvek,1979-05-07
q2,Dameru Loshkay,
q3,Ivessa Krontal,
END

"$liaison" match index --list "$work/list.csv" --out "$work/list.lsx" 2>"$work/told"
grep -q '^2 entries, 3 names$' "$work/told"
[ ! -e "$work/list.lsx.new" ]
"$liaison" match screen --list "$work/list.csv" --queries "$work/asked.csv" >"$work/from-csv"
"$liaison" match screen --list "$work/list.lsx" --queries "$work/asked.csv" >"$work/from-index"
cmp "$work/from-csv" "$work/from-index"
grep -q '^q1,a1,0.9' "$work/from-index"

# With a list beside it, and with another index: all are searched.
"$liaison" match screen --list "$work/list.lsx" --list "$work/other.csv" --queries "$work/asked.csv" >"$work/both"
grep -q '^q1,a1,' "$work/both"
grep -q '^q3,b1,' "$work/both"
"$liaison" match index --list "$work/other.csv" --out "$work/other.lsx"
"$liaison" match screen --list "$work/list.lsx" --list "$work/other.lsx" --queries "$work/asked.csv" >"$work/two"
cmp "$work/both" "$work/two"

# Damaged, cut off: the command fails, names the file, and says what to do. Nobody is screened.
refused() {
	status=0
	"$liaison" match screen --list "$work/bad.lsx" --queries "$work/asked.csv" >"$work/out" 2>"$work/told" || status=$?
	[ "$status" -eq 2 ]
	[ ! -s "$work/out" ]
	grep -q "bad.lsx\" $1" "$work/told"
	grep -q 'make it again with: liaison match index' "$work/told"
}
cp "$work/list.lsx" "$work/bad.lsx"
printf 'x' | dd of="$work/bad.lsx" bs=1 seek=1500 conv=notrunc status=none
refused 'is damaged'
head -c 1200 "$work/list.lsx" >"$work/bad.lsx"
refused 'is cut off'

# An index is made of lists, not of an index; lines that cannot be read are told and left out.
status=0
"$liaison" match index --list "$work/list.lsx" --out "$work/again.lsx" 2>"$work/told" || status=$?
[ "$status" -eq 2 ]
grep -q 'is an index already' "$work/told"
[ ! -e "$work/again.lsx" ]
printf 'c1,person,"Broken" name,,,,t\n' >>"$work/other.csv"
status=0
"$liaison" match index --list "$work/other.csv" --out "$work/other.lsx" 2>"$work/told" || status=$?
[ "$status" -eq 2 ]
grep -q 'other.csv:3' "$work/told"
"$liaison" match screen --list "$work/other.lsx" --queries "$work/asked.csv" | grep -q '^q3,b1,'
