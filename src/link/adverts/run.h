#ifndef LINK_ADVERTS_RUN_H
#define LINK_ADVERTS_RUN_H

#include <stdio.h>

#include "base/rc.h"

struct adverts_options {
	const char *path, *helpers; /* helpers: NULL for none */
	unsigned threads;
};

/*
 * Group a file of adverts: id,cluster to out, in the order of the file. Contract: corpus_read;
 * RC_INVALID at the end when lines were skipped; RC_UNAVAILABLE: the output cannot be written.
 */
MUST_USE enum rc adverts_run(const struct adverts_options *o, FILE *out, FILE *diag,
			     struct err *err);

#endif
