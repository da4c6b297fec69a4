#!/usr/bin/env bash
# Take build/ away. A mount below it (an interrupted `make fresh` on an old kernel) is refused, so
# that nothing behind a mount is ever deleted.
set -eu
cd "$(dirname "$0")/.."
if grep -qs " $PWD/build/" /proc/self/mountinfo; then
	echo "clean: something is mounted below $PWD/build; unmount it first:" >&2
	grep -o " $PWD/build/[^ ]*" /proc/self/mountinfo | sed 's/^/	umount/' >&2
	exit 1
fi
rm -rf --one-file-system build
