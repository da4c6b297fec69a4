#!/usr/bin/env bash
# Stands for liaison in a story that tests/faults/stories.sh runs: the program of FAULT_BUILD, in
# which a call fails, and beside it, in FAULT_DIR/words, what it was told, how it ended and what it
# said, so that what was acknowledged is known.
real=$FAULT_BUILD/liaison
here=. words=("$@")
for ((i = 0; i < $#; i++)); do
	case ${words[i]} in --node) here=${words[i + 1]:-} ;; --node=*) here=${words[i]#--node=} ;; esac
done
number=$(mktemp "$FAULT_DIR/words/$(date +%s%N).XXXX")
store=()
if [ -n "${FAULT_STORE:-}" ] && [ -s "$here/liaison.yaml" ] && [[ " $* " == *" node serve "* ]] && mkdir "$FAULT_DIR/store" 2>/dev/null; then
	# The first node that serves does so on a store whose n-th call on each connection fails.
	url=$(sed -n 's/^store: "\(.*\)"/\1/p' "$here/liaison.yaml")
	url=${url:-sqlite:$here/node.db}
	case $url in *\?*) url="$url&fail_at=$FAULT_STORE" ;; *) url="$url?fail_at=$FAULT_STORE" ;; esac
	store=(--store "faulty:$url")
fi
export FAULT_STATE=$FAULT_DIR/state
[ -z "${FAULT_PRELOAD:-}" ] || export LD_PRELOAD="$FAULT_PRELOAD${LD_PRELOAD:+:$LD_PRELOAD}"
case " $* " in
*" node serve "* | *" demo run "* | *" --follow "*)
	printf '%s\n' "serving" "$here" "$*" >"$number"
	[[ " $* " != *" node serve "* ]] || touch "$FAULT_DIR/served"
	exec "$real" "$@" "${store[@]}"
	;;
esac
code=0
"$real" "$@" >"$number.out" 2>"$number.err" || code=$?
unset LD_PRELOAD
printf '%s\n' "$code" "$here" "$*" >"$number"
cat "$number.out"
cat "$number.err" >&2
exit "$code"
