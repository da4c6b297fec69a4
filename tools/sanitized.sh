#!/usr/bin/env bash
# tools/sanitized.sh clang|asan|tsan: the tests of that build. TSan sees the floors with threads;
# long stories are left to `make long`.
set -eu
cd "$(dirname "$0")/.."
preset=$1
select=
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
alone=
case $preset in
clang) exit 0 ;; # building it is the gate
asan) ;;
tsan)
	select='-R ^unit/(base|store|net|audit|record|serve|node)_'
	# clang 14's runtime cannot map its shadow where the kernel randomises 32 bits.
	setarch "$(uname -m)" -R true 2>/dev/null && alone="setarch $(uname -m) -R" ;;
esac
for symbolizer in /usr/bin/llvm-symbolizer-14 /usr/lib/llvm-14/bin/llvm-symbolizer; do
	[ -x $symbolizer ] && export {ASAN,TSAN,UBSAN}_SYMBOLIZER_PATH=$symbolizer
done
# shellcheck disable=SC2086 -- lists of words
exec $alone ctest --test-dir "build/$preset" --output-on-failure -j2 --no-tests=error -LE long $select
