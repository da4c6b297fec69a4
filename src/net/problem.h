#ifndef NET_PROBLEM_H
#define NET_PROBLEM_H

#include "base/rc.h"

/*
 * problem: an err as application/problem+json (RFC 9457): type "urn:liaison:problem:NAME",
 * title, status, detail, and key, file, line, column where known.
 */
struct str problem_format(struct arena *a, const struct err *err, int status);

#define PROBLEM_TYPE "application/problem+json"

#endif
