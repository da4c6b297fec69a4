#ifndef LINK_INCIDENTS_RUN_H
#define LINK_INCIDENTS_RUN_H

#include <stdio.h>

#include "base/rc.h"

/*
 * run: the command `liaison link incidents`, with its options already parsed. CSV goes to out:
 * id,case for each incident in its order, the case -1 for one that belongs to none. Lines that
 * cannot be read are told on diag by number, skipped, and counted at the end with RC_INVALID,
 * after all others were linked. Files named for writing must not exist yet as anything but
 * ordinary files. Errors: incident_table_read; RC_UNAVAILABLE: a file cannot be written.
 */
struct incidents_options {
	const char *incidents;			     /* path, "-" for standard input */
	const char *helpers;			     /* NULL: none told */
	const char *facilitators, *routes, *explain; /* paths to write, NULL: not */
	bool json;				     /* the explanation instead of CSV */
};

MUST_USE enum rc incidents_run(const struct incidents_options *options, FILE *out, FILE *diag,
			       struct err *err);

#endif
