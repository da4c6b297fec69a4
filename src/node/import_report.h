#ifndef NODE_IMPORT_REPORT_H
#define NODE_IMPORT_REPORT_H

#include <jansson.h>

#include "base/rc.h"

/*
 * import_report: what `record import` says when its job has ended. The node keeps neither the
 * names of files nor a word of what is in them; both are at hand here, so errors get them back.
 */
struct cli;

/* Only the last name: where a file lies on somebody's machine is nobody's business. */
struct str import_file_name(struct str path);

/* The job is done. RC_INVALID: some rows did not go in. */
MUST_USE enum rc import_report(struct cli *cli, struct str id, json_t *job, struct err *err);

/* It failed or was stopped, as err says; err gets the place in the files, where that is why. */
void import_report_failure(struct cli *cli, struct str id, json_t *job, struct err *err);

#endif
