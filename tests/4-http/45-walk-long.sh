#!/usr/bin/env bash
# The walk of 44-walk.sh for three minutes, each time by another seed, which it prints.
exec env LIAISON_SEED="${LIAISON_SEED:-random}" LIAISON_SECONDS="${LIAISON_SECONDS:-180}" bash "$(dirname "$0")/44-walk.sh"
