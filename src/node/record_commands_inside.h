#ifndef NODE_RECORD_COMMANDS_INSIDE_H
#define NODE_RECORD_COMMANDS_INSIDE_H

#include <jansson.h>

#include "serve/cli.h"

/* record_commands_inside: what the files of `liaison record ...` share. Inside node/ only. */

/* "/api/v1/records/TYPE[/ID]REST", type and id percent-encoded; in the cli's arena. */
struct str record_target(struct cli *cli, struct str type, struct str id, const char *rest);
/* RC_USAGE: not n arguments. */
MUST_USE enum rc record_arguments(const struct cli *cli, size_t n, struct err *err);
/* body (borrowed) may be NULL; if_match 0: none. */
MUST_USE enum rc record_send(struct cli *cli, const char *method, struct str target, json_t *body,
			     int64_t if_match, struct cli_answer *answer, struct err *err);

/* record_commands_erase.c */
MUST_USE enum rc record_run_erase(struct cli *cli, struct err *err);
MUST_USE enum rc record_run_links(struct cli *cli, struct err *err);

#endif
