#!/usr/bin/env bash
# The same words give the same answers whether the node runs or is stopped: output, and exit code.
set -eu
. "$(dirname "$0")/../lib.sh"
need jq

node_init
expect_exit 0 L record create person --set name="Olena Kovalenko" --set "birth_date=1994-03" --json
person=$(field id <<<"$said")
expect_exit 0 L record create incident --set kind=hotline --set "summary=A caller asks for help" --set summary_basis=fact --json
incident=$(field id <<<"$said")
expect_exit 0 L record create involvement --set person="$person" --set in="$incident" --set category=UNDETERMINED --set category_basis=assessment --json

# Each line is a command; what it says on both streams and its exit code are written down.
# (The log's leaves grow with every reading, so what counts them is left out.)
commands() {
	cat <<-END
		model list
		model show incident
		model check
		node settings
		node routes
		node gates
		user me
		user list
		record list person
		record list person --json
		record list incident --state reported
		record list incident --state nonsense
		record show person $person
		record show person $person --json
		record show person $person --reveal name,birth_date --reason twice
		record show person $person --reveal nonsense
		record show person $person --version 1
		record show person $person --version 9
		record show incident $person
		record links incident $incident
		record search Kovalenko
		record search --identifier nothing
		record create person --set nonsense=1
		record set person $person --set position=cook
		record set person $person --version 7 --set position=cook
		record move incident $incident dismissed --version 1
		record mark person $person GREEN --version 7
		record erase person $person
		audit vkey
		audit search
		audit prove nonsense
		job list
		record nonsense
		record show
	END
}

transcript() {
	while read -r line; do
		code=0
		echo "\$ liaison $line"
		# shellcheck disable=SC2086
		L $line 2>&1 </dev/null || code=$?
		echo "= $code"
	done < <(commands) >"$work/$1"
}

story "Everything is said to the stopped node"
transcript stopped
story "And to the running one"
node_start
transcript running
node_stop
diff "$work/stopped" "$work/running" >&2 || wrong "the running node answers otherwise than the stopped one"
same "commands compared" "$(grep -c '^\$' "$work/running")" "$(commands | wc -l)"
for code in 0 2 3 5; do
	grep -q "^= $code\$" "$work/running" || wrong "no command ended with $code, so the story tests too little"
done

story "Two commands at once on a stopped node wait for each other"
pids=
for i in 1 2 3 4; do
	L record show person "$person" >"$work/at-once.$i" 2>&1 &
	pids="$pids $!"
done
for pid in $pids; do wait "$pid" || wrong "a command at the same time as others failed: $(cat "$work"/at-once.*)"; done

story "While a node starts or ends, a command finds the one or the other"
node_start
L record show person "$person" >"$work/during.1" 2>&1 &
a=$!
node_stop
L record show person "$person" >"$work/during.2" 2>&1 || wrong "after the end: $(cat "$work/during.2")"
code=0
wait $a || code=$?
case $code in
0 | 6) ;; # answered, or told that the node was ending
*) wrong "a command while the node ended: $code $(cat "$work/during.1")" ;;
esac
