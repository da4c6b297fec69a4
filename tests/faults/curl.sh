#!/usr/bin/env bash
# Stands for curl in such a story: what the node answered is kept in FAULT_DIR/answers.
exec "$FAULT_CURL" --trace-ascii "$(mktemp "$FAULT_DIR/answers/XXXXXX")" "$@"
