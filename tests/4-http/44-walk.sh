#!/usr/bin/env bash
# Every operation of the node's own document, asked with values good and bad: no answer that the
# document has not, none that does not fit, no 500, and a log that holds.
set -eu
. "$(dirname "$0")/../lib.sh"
need node
[ -d tests/npm/node_modules/ajv ] || { echo "skipped: tools/setup.sh test installs the judges"; exit 77; }

node_init
node_start
token=$(L user token --purposes investigation,protection,screening,prosecution,oversight,administration --days 1 2>/dev/null)

story "A program tries everything, for a while"
node tests/npm/walk.js "$url" "$token" "${LIAISON_SEED:-1}" "${LIAISON_SECONDS:-20}" || wrong "the walk found faults"

story "The node lives, and its log holds"
curl -sf "$url/healthz" >/dev/null || wrong "the node does not answer"
expect_exit 0 L audit verify
