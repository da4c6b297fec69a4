#ifndef NODE_DEMO_SHELL_H
#define NODE_DEMO_SHELL_H

#include <stdio.h>
#include <sys/types.h>

#include <jansson.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * demo_shell: runs this very program's commands as a person would type them, shows the line
 * and what it prints, and keeps what came back, so that the demo can check it.
 */
struct demo_shell {
	struct arena *arena;
	const char *program; /* this binary */
	const char *dir;     /* the node's folder, passed as --node */
	FILE *out;
};

struct demo_result {
	int exit_code;
	struct str out, notes;
	json_t *json; /* of --json; the caller's, or NULL */
};

/*
 * words: the command after `liaison`, ended by NULL. shown: print "$ liaison ..." and the
 * output. json: add --json and parse; the line is then shown without its output.
 */
enum demo_run { DEMO_QUIET = 0, DEMO_SHOWN = 1 << 0, DEMO_JSON = 1 << 1 };
MUST_USE enum rc demo_run(struct demo_shell *sh, unsigned how, const char *const *words,
			  struct demo_result *out, struct err *err);

/* Start a command that stays (node serve) and wait for its first line of output. */
MUST_USE enum rc demo_start(struct demo_shell *sh, const char *const *words, pid_t *pid,
			    struct str *first_line, struct err *err);
/* SIGTERM, and wait for its end. */
void demo_stop(pid_t pid);

#endif
