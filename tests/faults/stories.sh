#!/usr/bin/env bash
# tests/faults/stories.sh: the stories, each time with one call failing in them: the n-th allocation
# of our own code (own) or of anything (alloc; served: in a process that serves), the n-th I/O on files and connections (io), over all
# processes of the story; or the n-th call to the store on each connection of the first node that
# serves (store). What a story expects may then not come, and it ends where it does; but what
# look.sh says must hold does, each time.
# FAULT_PAIRS: how many (story, call) pairs; FAULT_SECONDS: no new one after so long;
# FAULT_STORIES: patterns of names; LIAISON_SEED chooses; FAULT_ONE="STORY KIND N" does that one.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
export FAULT_BUILD=${LIAISON_BUILD:-$root/build/dev}
pairs=${FAULT_PAIRS:-8} seconds=${FAULT_SECONDS:-15} engine=${LIAISON_TEST_ENGINE:-sqlite}
[ -x "$FAULT_BUILD/tests/fail_state" ] && [ -x "$FAULT_BUILD/liaison" ] || { echo "skipped: fail_state is not built"; exit 77; }
for program in jq curl sqlite3; do
	command -v $program >/dev/null || { echo "skipped: there is no $program here"; exit 77; }
done
[ "$engine" = sqlite ] || [ -n "${LIAISON_TEST_POSTGRES:-}" ] || { echo "skipped: no PostgreSQL was started"; exit 77; }
seed=${LIAISON_SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$((seed % 32768))
# A sanitizer brings an allocator of its own.
kinds=(own own alloc served io io store store)
if nm -D "$FAULT_BUILD/liaison" 2>/dev/null | grep -q '__asan_init\|__tsan_init'; then
	kinds=(store)
fi

top=$(mktemp -d "${TMPDIR:-/tmp}/liaison-faults.XXXXXX")
trap 'rm -rf "$top"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$top/build/bin"
chmod 755 "$top" # a story has somebody with another account
ln -s "$root/tests/faults/liaison.sh" "$top/build/liaison"
ln -s "$root/tests/faults/curl.sh" "$top/build/bin/curl"
for there in tests libclock_shift.so; do ln -s "$FAULT_BUILD/$there" "$top/build/$there"; done
FAULT_CURL=$(command -v curl)
export FAULT_CURL

# Not among them: stories about a fault of their own, or that change or put back the database
# behind the node's back (what was acknowledged is then rightly not there, or the log rightly does
# not verify), and those that need npm packages or take the node away.
left_out() {
	case $1 in
	*-long | */14-kill-nine | */*-faults | */22-store-lost | */25-store-hangs | */27-no-memory | */28-disk-full) return 0 ;; # faults
	# back and forth
	*/30-keys | */40-backup | */42-operator | */43-restore-cut | */26-import-killed | */18-copy | */70-retention | */22-erase | */46-sign-in) return 0 ;;
	*/30-verify-and-tamper | */32-hand-in-the-database | */34-flipped-bytes | */36-not-its-database | */38-witness | */33-damaged-rows | */35-damaged-among-others | */84-holds) return 0 ;;
	# a command killed, or read while it runs: here a script stands before it
	*/28-export | */44-backup-killed) return 0 ;;
	*/42-openapi | */44-walk | */44-abuse | */50-api-doc | */50-demo) return 0 ;;
	esac
	return 1
}
stories=()
for file in "$root"/tests/[0-9]-*/*.sh; do
	name=${file#"$root"/tests/}
	name=${name%.sh}
	left_out "$name" && continue
	set -f # patterns, not files
	for pattern in ${FAULT_STORIES:-*}; do
		# shellcheck disable=SC2254
		case $name in $pattern) stories+=("$name") && break ;; esac
	done
	set +f
done

met=0 done_pairs=0 nothing_to_look_at=0
run() { # run STORY KIND N: its last word in $looked, counts in $top/counts
	export FAULT_DIR=$top/run FAULT_KIND=$2 FAULT_AT=$3 FAULT_STORE="" FAULT_PRELOAD=$FAULT_BUILD/libfail_nth.so
	rm -rf "$FAULT_DIR"
	mkdir -p "$FAULT_DIR/words" "$FAULT_DIR/answers"
	chmod 1777 "$FAULT_DIR/words" "$FAULT_DIR/answers"
	"$FAULT_BUILD/tests/fail_state" --new "$FAULT_DIR/state"
	[ "$2" != store ] || FAULT_STORE=$3 FAULT_AT=0
	[ "${#kinds[@]}" -gt 1 ] || FAULT_PRELOAD=
	FAULT_LOOK=$root/tests/faults/look.sh LIAISON_BUILD=$top/build PATH=$top/build/bin:$PATH \
		timeout 420 bash "$root/tests/$1.sh" >"$FAULT_DIR/story" 2>&1
	ended=$?
	looked=$(tail -1 "$FAULT_DIR/looked" 2>/dev/null)
}
hit() {
	case $1 in
	store) grep -rqs 'a fault made for a test' "$FAULT_DIR" ;;
	*) grep -q '^hit' "$FAULT_DIR/told" 2>/dev/null ;;
	esac
}
judge() { # judge STORY KIND N
	# Nothing here waits so long: somebody waits for what does not come.
	[ "$ended" != 124 ] || looked="the story did not end"
	case $looked in
	"looked: "*) ;;
	*)
		echo "FAILED: $1 with $2 $3 (the story ended with $ended; seed $seed): ${looked:-it ended without a look}"
		sed 's/^/    /' "$FAULT_DIR/looked" 2>/dev/null | tail -n 60
		tail -n 8 "$FAULT_DIR/story" | sed 's/^/    | /'
		failed=$((failed + 1))
		;;
	esac
}
failed=0 skipped=0
if [ -n "${FAULT_ONE:-}" ]; then
	# shellcheck disable=SC2086
	run $FAULT_ONE
	# shellcheck disable=SC2086
	judge $FAULT_ONE
	cat "$FAULT_DIR/told"
	tail -n 5 "$FAULT_DIR/story"
	echo "$looked; the story ended with $ended"
	exit $((failed > 0))
fi
declare -A calls=() served_in=()
began=$(date +%s)
more() { # one pair at least, however slow the machine is
	[ "$done_pairs" = 0 ] || { [ "$done_pairs" -lt "$pairs" ] && [ $(($(date +%s) - began)) -lt "$seconds" ]; }
}
while more; do
	story=${stories[RANDOM % ${#stories[@]}]}
	if [ -z "${calls[$story]:-}" ]; then
		# Without a fault: it goes well, holds, and tells how many calls there are to fail.
		run "$story" own 0
		[ "$ended" != 77 ] || { calls[$story]=skipped; skipped=$((skipped + 1)); [ $skipped -lt ${#stories[@]} ] || exit 77; continue; }
		judge "$story" nothing 0
		[ "$ended" = 0 ] || { echo "FAILED: $story without a fault ends with $ended"; tail -n 20 "$FAULT_DIR/story"; failed=$((failed + 1)); }
		calls[$story]=$(sed -n 's/^count //p' "$FAULT_DIR/told")
		[ ! -e "$FAULT_DIR/served" ] || served_in[$story]=yes
	fi
	[ "${calls[$story]}" != skipped ] || continue
	read -r own alloc served io <<<"${calls[$story]}"
	# Some of one story while its counts are known; the long run comes back to each often enough.
	for _ in 1 2 3 4; do
		more || break
		kind=${kinds[RANDOM % ${#kinds[@]}]}
		[ "$kind" != store ] || [ -n "${served_in[$story]:-}" ] || kind=io
		case $kind in own) most=$own ;; alloc) most=$alloc ;; served) most=$served ;; io) most=$io ;; store) most=900 ;; esac
		n=$(((RANDOM * 32768 + RANDOM) % (most > 0 ? most : 1) + 1))
		run "$story" $kind $n
		judge "$story" $kind $n
		done_pairs=$((done_pairs + 1))
		was=" (not met)"
		if hit $kind; then met=$((met + 1)) was=; fi
		[[ $looked != "looked: 0 "* ]] || nothing_to_look_at=$((nothing_to_look_at + 1))
		echo "$story: $kind $n of $most failed$was, the story ended with $ended; $looked"
	done
done
echo "seed $seed: $done_pairs (story, call) pairs of $(printf '%s\n' "${!calls[@]}" | wc -l) stories in $(($(date +%s) - began)) s, $met of them met; $nothing_to_look_at ended before there was a node; $failed failed"
[ "$done_pairs" -gt 0 ] && [ "$failed" = 0 ]
