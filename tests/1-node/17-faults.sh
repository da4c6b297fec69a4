#!/usr/bin/env bash
# A call fails in the middle of what people do: whatever becomes of the story, no process crashes,
# what is refused is refused with a word, the node starts again and verifies, and what was
# acknowledged is there. A few pairs of short stories and calls; `make long` runs all stories.
set -eu
export FAULT_STORIES=${FAULT_STORIES:-"1-node/10-* 2-record/20-* 6-match/60-* 7-oversee/72-* 8-oversee/*"}
exec bash "$(dirname "$0")/../faults/stories.sh"
