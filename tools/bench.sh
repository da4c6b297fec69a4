#!/usr/bin/env bash
# tools/bench.sh [NAME...]: run bench/NAME/run.sh (all without names), which print command and figure.
# A bench that needs data which is not there exits 77 and says so.
set -u
cd "$(dirname "$0")/.."
export LIAISON_BUILD="$PWD/build/release"
bad=0
found=0
for run in bench/*/run.sh; do
	name=$(basename "$(dirname "$run")")
	[ -f "$run" ] || continue
	[ $# = 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
	found=1
	echo "== $name"
	bash "$run" </dev/null
	case $? in
	0) ;;
	77) echo "skipped" ;;
	*) echo "bench $name failed" >&2; bad=1 ;;
	esac
done
[ $found = 1 ] || { echo "bench: no bench/NAME/run.sh for: ${*:-all}" >&2; exit 2; }
exit $bad
