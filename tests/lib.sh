# tests/lib.sh: what the stories share. A story begins
#	set -eu; . "$(dirname "$0")/../lib.sh"
# and gets a folder of its own that is gone at the end, with every node it started.
# LIAISON_BUILD names the build (standard: build/dev).
: "${LIAISON_BUILD:=$PWD/build/dev}"
liaison=$LIAISON_BUILD/liaison
work=$(mktemp -d "${TMPDIR:-/tmp}/liaison-story.XXXXXX")
node=$work/node
node_pid= also_pid= also_port=
port=

finish() {
	code=$?
	trap - EXIT
	[ -z "$also_pid" ] || { kill -9 "$also_pid" && wait "$also_pid"; } 2>/dev/null || true
	[ -z "$node_pid" ] || { kill -9 "$node_pid" && wait "$node_pid"; } 2>/dev/null || true
	[ $code = 0 ] || [ $code = 77 ] || [ ! -s "$work/node.log" ] || tail -n 60 "$work/node.log" | sed 's/^/node: /' >&2
	# Where a call failed in the story (tests/faults), this says whether what must hold did.
	[ -z "${FAULT_LOOK:-}" ] || bash "$FAULT_LOOK" "$work" >"$FAULT_DIR/looked" 2>&1 || echo "failed" >>"$FAULT_DIR/looked"
	rm -rf "$work"
	exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

need() { # need PROGRAM...: the story is skipped where one is missing
	for program in "$@"; do
		command -v "$program" >/dev/null || { echo "skipped: there is no $program here"; exit 77; }
	done
}
[ -x "$liaison" ] || { echo "skipped: $liaison is not built"; exit 77; }

story() { echo; echo "# $*"; } # what happens next, in words
wrong() { echo "WRONG: $*" >&2; exit 1; }

# L WORDS...: liaison on the story's node. The purpose is the story's, unless --purpose says another.
purpose=investigation
L() {
	case " $* " in
	*" --purpose "*) "$liaison" --node "$node" "$@" ;;
	*) "$liaison" --node "$node" --purpose "$purpose" "$@" ;;
	esac
}

expect_exit() { # expect_exit CODE COMMAND...: fails unless it ends so; $said is all it said
	wanted=$1
	shift
	got=0
	said=$("$@" 2>&1) || got=$?
	[ "$got" = "$wanted" ] || wrong "exit $got instead of $wanted: $* said: $said"
}

has() { # has TEXT PATTERN: a shell pattern that must be somewhere in the text
	case "$1" in *$2*) ;; *) wrong "\"$2\" is not in: $1" ;; esac
}

hasnt() {
	case "$1" in *$2*) wrong "\"$2\" must not be in: $1" ;; *) ;; esac
}

same() { # same WHAT GOT WANTED
	[ "$2" = "$3" ] || wrong "$1: got \"$2\", wanted \"$3\""
}

# Where LIAISON_TEST_ENGINE is postgres, a story's nodes each get a database of tests/postgres.sh.
[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || [ -n "${LIAISON_TEST_POSTGRES:-}" ] ||
	{ echo "skipped: no PostgreSQL was started (tests/postgres.sh)"; exit 77; }
postgres_new() { # prints the URL of a new database
	[ -n "${LIAISON_TEST_POSTGRES:-}" ] || return 1
	name=n$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	psql "$LIAISON_TEST_POSTGRES" -qc "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'" ||
		wrong "no new database"
	made=$(echo "$LIAISON_TEST_POSTGRES" | sed "s#/postgres?#/$name?#")
	psql "$made" -qc "CREATE EXTENSION amcheck" || wrong "no amcheck"
	echo "$made"
}
# store_rows SQL: rows of the node's database, columns parted by |. hex() is there on both engines.
store_rows() {
	if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
		sqlite3 "$node/node.db" "$1"
	else
		psql "$(store_url)" -qAtc "SET client_min_messages = error;
			CREATE OR REPLACE FUNCTION hex(bytea) RETURNS text LANGUAGE sql AS \$\$ SELECT upper(encode(\$1, 'hex')) \$\$;
			CREATE OR REPLACE FUNCTION hex(text) RETURNS text LANGUAGE sql AS \$\$ SELECT upper(encode(convert_to(\$1, 'UTF8'), 'hex')) \$\$;" -c "$1"
	fi
}
store_url() { sed -n 's/^store: "\(.*\)"/\1/p' "$node/liaison.yaml"; }
store_copy() { # store_copy FILE: a thief's copy of a stopped node's database; prints its URL
	if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
		cp "$node/node.db" "$1"
		echo "sqlite:$1"
	else
		copy=copy$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
		psql "$LIAISON_TEST_POSTGRES" -qc "CREATE DATABASE $copy TEMPLATE $(store_url | sed 's#.*/\([a-z0-9]*\)?.*#\1#')" ||
			wrong "no copy"
		store_url | sed "s#/[a-z0-9]*?#/$copy?#"
	fi
}
# store_keep, store_restore: the database of a stopped node as it was, for what is tried on it. What
# the key process knows of the log goes with it; without (30-keys.sh) it sees an old copy.
store_keep() {
	kept=$(store_copy "$work/kept.db")
	cp "$node/keys.state" "$work/kept.state"
}
store_restore() {
	cp "$work/kept.state" "$node/keys.state"
	if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then
		rm -f "$node/node.db-wal" "$node/node.db-shm"
		cp "$work/kept.db" "$node/node.db"
	else
		name=$(store_url | sed 's#.*/\([a-z0-9]*\)?.*#\1#')
		psql "$LIAISON_TEST_POSTGRES" -qc "DROP DATABASE $name" \
			-c "CREATE DATABASE $name TEMPLATE $(sed 's#.*/\([a-z0-9]*\)?.*#\1#' <<<"$kept")" || wrong "not restored"
	fi
}
store_bytes() { # store_bytes HEX: those bytes in SQL
	if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then echo "x'$1'"; else echo "'\\x$1'::bytea"; fi
}
store_text() { # the same as a text
	if [ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ]; then echo "CAST(x'$1' AS TEXT)"; else echo "convert_from('\\x$1', 'UTF8')"; fi
}
on_sqlite() { # the story looks into the file node.db
	[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || { echo "skipped: it looks into SQLite's file"; exit 77; }
}

node_init() { # node_init [OPTIONS...]: a new node, whose administrator also works on cases
	store=
	[ "${LIAISON_TEST_ENGINE:-sqlite}" = sqlite ] || store=$(postgres_new)
	"$liaison" node init --node "$node" --name "North Coast Police" --country PT \
		--roles analyst,supervisor ${store:+--store "$store"} "$@" >"$work/init.out" 2>&1 || wrong "$(cat "$work/init.out")"
}

node_unlimited() { # what is measured, or looks at all it wrote, opens more than a person does
	echo "opens_a_minute: 0" >>"$node/liaison.yaml"
}

node_start() { # node_start [OPTIONS of node serve...]: on a free port
	: >"$work/serve.out"
	"$liaison" node serve --node "$node" --port 0 "$@" >"$work/serve.out" 2>>"$work/node.log" &
	node_pid=$!
	for _ in $(seq 300); do
		! grep -q '^Serving' "$work/serve.out" || break
		kill -0 "$node_pid" 2>/dev/null || { wait "$node_pid" || true; node_pid=; wrong "the node did not start: $(cat "$work/node.log")"; }
		sleep 0.05
	done
	port=$(sed -n 's/^Serving .* on http.*:\([0-9]*\) and .*/\1/p' "$work/serve.out")
	[ -n "$port" ] || wrong "the node did not say where it listens: $(cat "$work/serve.out")"
	url=http://127.0.0.1:$port
}

node_also_start() { # a second process beside it, on a PostgreSQL
	: >"$work/also.out"
	"$liaison" node serve --node "$node" --port 0 "$@" >"$work/also.out" 2>>"$work/node.log" &
	also_pid=$!
	for _ in $(seq 300); do
		! grep -q '^Serving' "$work/also.out" || break
		kill -0 "$also_pid" 2>/dev/null || { also_pid=; wrong "the second process did not start: $(tail -3 "$work/node.log")"; }
		sleep 0.05
	done
	also_port=$(sed -n 's/^Serving .* on http.*:\([0-9]*\) and .*/\1/p' "$work/also.out")
	[ -n "$also_port" ] || wrong "the second process did not say where it listens: $(cat "$work/also.out")"
}
node_also_kill() {
	kill -9 "$also_pid" 2>/dev/null || true
	wait "$also_pid" 2>/dev/null || true
	also_pid=
}

node_stop() {
	kill -TERM "$node_pid"
	code=0
	wait "$node_pid" || code=$?
	node_pid=
	same "exit of a node told to end" "$code" 0
}

node_kill() { # as a power cut of the process: no time for a last word
	kill -9 "$node_pid" 2>/dev/null || true
	wait "$node_pid" 2>/dev/null || true
	node_pid=
}

at_days() { # at_days N COMMAND...: run it as if it were N days from now (negative: ago)
	[ -e "$LIAISON_BUILD/libclock_shift.so" ] || { echo "skipped: libclock_shift.so is not built"; exit 77; }
	days=$1
	shift
	CLOCK_SHIFT_S=$((days * 86400)) ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 LD_PRELOAD=$LIAISON_BUILD/libclock_shift.so "$@"
}

field() { # field NAME: the first text or number of that name in the JSON on standard input
	jq -r --arg name "$1" '[.. | objects | select(has($name)) | .[$name]] | first // empty'
}
