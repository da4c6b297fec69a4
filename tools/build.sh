#!/usr/bin/env bash
# tools/build.sh PRESET [TARGET...]: configure build/PRESET once (CMake repeats it when it must),
# then build. Quiet when there is nothing to do. The target "generated" is all generated headers.
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" --log-level=WARNING >/dev/null
if [ "${1:-}" = generated ]; then
	# shellcheck disable=SC2046 -- a list of words
	set -- $(ninja -C "build/$preset" -t targets all | sed -n 's/^\(gen\/.*\.h\): .*/\1/p')
fi
exec ninja --quiet -C "build/$preset" "$@"
