#!/usr/bin/env bash
# What 17-faults does, with all stories, for half an hour on each engine.
set -eu
export FAULT_PAIRS=${FAULT_PAIRS:-100000} FAULT_SECONDS=${FAULT_SECONDS:-1800}
exec bash "$(dirname "$0")/../faults/stories.sh"
