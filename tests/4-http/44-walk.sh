#!/usr/bin/env bash
# Every operation of the node's own document: by somebody who works, and then with values good and bad.
# No answer that the document has not, none that does not fit, no 500, and a log that holds. The seed is
# LIAISON_SEED, 1 if it is not set; "random" draws one (make long). It is printed.
set -eu
. "$(dirname "$0")/../lib.sh"
need node jq
[ -d tests/npm/node_modules/ajv ] || { echo "skipped: tools/setup.sh test installs the judges"; exit 77; }
seed=${LIAISON_SEED:-1}
[ "$seed" != random ] || seed=$(($(date +%N | sed 's/^0*//') + 1))

node_init
node_unlimited
L user add keeper --roles analyst,duty_officer,prosecutor,support_worker,supervisor,coordinator,monitor,administrator \
	--system-account "$(id -u)" --as admin >/dev/null
L user add second --roles prosecutor,supervisor,administrator --system-account 54321 --as admin >/dev/null
export LIAISON_AS=keeper
node_start
(umask 077 && echo 'gravel lantern otter seventeen' >"$work/password")
L user password --password-file "$work/password" >/dev/null # before the token: a new one ends tokens
token=$(L user token --days 1 --purposes investigation,protection,screening,prosecution,deconfliction,response,oversight,statistics,subject_rights,administration 2>/dev/null)
code=$(L user invite second --purpose administration 2>/dev/null)

story "A program does all that can be done, and then tries everything"
node tests/npm/walk.js "$url" "$token" "$seed" "${LIAISON_SECONDS:-15}" "$code" || wrong "the walk found faults; again: LIAISON_SEED=$seed"

story "The node lives, and its log holds"
curl -sf "$url/healthz" >/dev/null || wrong "the node does not answer"
expect_exit 0 L audit verify
