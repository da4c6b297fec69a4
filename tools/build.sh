#!/usr/bin/env bash
# tools/build.sh PRESET [TARGET...]: configure build/PRESET once (CMake repeats it when it must),
# then build. Quiet when there is nothing to do.
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" --log-level=WARNING >/dev/null
exec ninja --quiet -C "build/$preset" "$@"
