#!/usr/bin/env bash
# The same as 14-kill-nine, 250 times on each engine, the PostgreSQL itself among those killed.
LIAISON_KILL_SERVER=yes LIAISON_KILLS=${LIAISON_KILLS:-250} exec bash "$(dirname "$0")/14-kill-nine.sh"
