#!/usr/bin/env bash
# A stream of people, bookings and payments against a list and rules, on files alone: alerts in the
# order of the input, no line lost or silent, rules that may not be, what people decided.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

cat >"$work/list.csv" <<'END'
entity_id,type,names,dob,countries,ids,source
a1,person,Orvek Taluneth,1979-05-07,,X123456,t
a2,person,Dameru Loshkai,1988-11-03,,,t
END
cat >"$work/rules.yaml" <<'END'
rules:
  - id: third-payer
    purpose: screening
    authorisation: AUTH-2026-17
    expires: 2099-03-31
    stream: itineraries
    expected_false_hits: 20
    when:
      - {field: travellers.count, at_least: 3}
      - {field: payer.travels, is: no}
    unless:
      - {field: phone, in: ["+999 555 0001"]}
  - id: kept-passport
    purpose: screening
    authorisation: AUTH-2026-18
    expires: 2099-03-31
    stream: payments
    when: [{field: remittance_information, contains: [passport]}]
END
booking() { # booking ID PHONE
	printf '{"kind":"itinerary","id":"%s","travellers":[{"name":"Dameru Loshkai","birth_date":"1988-11-03"},{"name":"Tirelu Ona"},{"name":"Sunelo Bra"}],"payment":{"payer":{"name":"Quentara Bole"}},"contact":{"phones":["%s"]}}\n' "$1" "$2"
}
{
	echo '{"kind":"person","id":"p1","name":"Taluneth, Orvek","birth_date":"1979-05-07","documents":[{"number":"Z 77"}]}'
	echo '{"kind":"person","id":"p2","name":"Nobody Atall"}'
	echo 'not json'
	booking b1 "+999 555 0199"
	echo
	booking b2 "+999 555 0001"
	echo '{"kind":"person","id":"p3","name":"Orvek Taluneth","birth_date":"19/20/2000"}'
	echo '{"kind":"payment","id":"t1","debtor":{"name":"Ulmere Cannery"},"remittance_information":"fee for PASSPORT, May"}'
} >"$work/events.ndjson"
stream() { "$liaison" match stream --min-score 0.5 --list "$work/list.csv" --rules "$work/rules.yaml" "$@" <"$work/events.ndjson" 2>"$work/told"; }

story "Alerts come in the order of the input, each once; bad lines are told by number, and the end is not 0"
code=0
stream >"$work/alerts" || code=$?
same "exit" "$code" 2
same "alerts" "$(jq -rc '[.line, .event, .listing // .rule] | join(" ")' "$work/alerts")" "1 p1 a1
4 b1 a2
4 b1 third-payer
6 b2 a2
7 p3 a1
8 t1 kept-passport"
has "$(cat "$work/told")" "line 3: this is not well-formed JSON; skipped"
has "$(cat "$work/told")" "line 7: birth_date: is no date"
has "$(cat "$work/told")" "rule third-payer: looked at 2, hits 1 (5000.0 in 10,000; expected 0.0 and 20.0 false); decided: 0 confirmed, 0 false"
same "the pieces sum to the bits" "$(jq -s '[.[] | .hits[].why | ((.evidence | map(.bits) | add) - .bits) | fabs < 0.000001] | all' "$work/alerts")" true

story "Threads change nothing"
stream --threads 1 >"$work/one" || true
stream --threads 3 >"$work/three" || true
cmp "$work/one" "$work/three" || wrong "threads change the alerts"
cmp "$work/one" "$work/alerts" || wrong "threads change the alerts"

story "What people decided is counted by rule, and a cleared document does not alert on that listing again"
jq -c '. + {decision: (if .rule == "kept-passport" then "confirmed" else "false" end)}' "$work/alerts" >"$work/decided"
stream --decided "$work/decided" --json >"$work/again" || true
same "alerts now" "$(jq -rc '[.event, .listing // .rule] | join(" ")' "$work/again")" "b1 a2
b1 third-payer
b2 a2
p3 a1
t1 kept-passport"
same "the record of the rules" "$(grep '^{"people"' "$work/told" | jq -c '.rules | map([.id, .screened, .hits, .confirmed, .false_hits])')" \
	'[["third-payer",2,1,0,1],["kept-passport",1,1,1,0]]'

story "A rule on what somebody is, or without a basis, is refused before anything is read"
cat >"$work/bad.yaml" <<'END'
- id: who
  purpose: screening
  authorisation: AUTH-1
  expires: 2099-01-01
  stream: people
  when: [{field: nationality, is: QN}, {field: gender, is: F}]
- {id: bare, stream: people, when: [{field: listed, at_least: 0.9}]}
END
expect_exit 2 "$liaison" match stream --list "$work/list.csv" --rules "$work/bad.yaml" <"$work/events.ndjson"
has "$said" 'bad.yaml:6:*rule "who" can alert on nationality, gender alone'
has "$said" 'bad.yaml:7:*rule "bare" has no purpose'
hasnt "$said" '"event"'
expect_exit 2 "$liaison" match rules "$work/bad.yaml"

story "An expired rule does not run; the others do, and it is told"
sed 's/2099-03-31/2020-03-31/' "$work/rules.yaml" | sed '0,/2020-03-31/s//2099-03-31/' >"$work/half.yaml"
expect_exit 2 "$liaison" match stream --rules "$work/half.yaml" <"$work/events.ndjson"
has "$said" 'rule "kept-passport" expired on 2020-03-31 and does not run'
has "$said" '"rule":"third-payer"'
hasnt "$said" '"rule":"kept-passport"'
has "$said" "1 expired rules did not run"
expect_exit 5 "$liaison" match rules "$work/half.yaml"
sed 's/2099-03-31/2020-03-31/' "$work/rules.yaml" >"$work/none.yaml"
expect_exit 5 "$liaison" match stream --rules "$work/none.yaml" <"$work/events.ndjson"
has "$said" "no rule is in force"

story "A feed that pauses has its alerts at once"
mkfifo "$work/feed"
"$liaison" match stream --list "$work/list.csv" <"$work/feed" >"$work/live" 2>/dev/null &
exec 7>"$work/feed"
sed -n 1p "$work/events.ndjson" >&7
for _ in $(seq 200); do
	[ ! -s "$work/live" ] || break
	sleep 0.05
done
same "the alert of the line that came" "$(jq -r .event "$work/live")" p1
exec 7>&-
wait $!

story "No line is lost among many, and memory does not grow with them"
lines() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "{\"kind\":\"person\",\"id\":\"p%d\",\"name\":\"%s\"}\n", i, i % 100 ? "Nobody Atall" : "Orvek Taluneth" }'; }
lines 30000 | "$liaison" match stream --list "$work/list.csv" --min-score 0.5 2>/dev/null | jq -r .event >"$work/many"
same "alerts of 30,000 lines, in order" "$(cat "$work/many")" "$(seq 0 100 29999 | sed 's/^/p/')"
# A sanitizer keeps what was freed for a while.
if [ -x /usr/bin/time ] && ! grep -qaE '__[at]san_init' "$liaison"; then
	peak() { lines "$1" | /usr/bin/time -f %M -o "$work/peak" "$liaison" match stream --list "$work/list.csv" >/dev/null 2>&1 || true; tail -1 "$work/peak"; }
	few=$(peak 5000)
	many=$(peak 60000)
	[ "$many" -lt $((few + 16384)) ] || wrong "memory grew from $few to $many KiB"
fi
