#ifndef NET_PROBLEM_H
#define NET_PROBLEM_H

#include "base/rc.h"

struct json_out;

/*
 * problem: an err as application/problem+json (RFC 9457): type "urn:liaison:problem:NAME",
 * title, status, detail, and key, file, line, column where known; with several faults (or one
 * among what could be several) they stand in errors, as problem_errors writes them.
 */
struct str problem_format(struct arena *a, const struct err *err, int status);

/*
 * The members errors and errors_left_out, where err has faults: each with detail, and pointer
 * (JSON Pointer into the body) and key where known.
 */
void problem_errors(const struct err *err, struct json_out *out);

#define PROBLEM_TYPE "application/problem+json"

#endif
