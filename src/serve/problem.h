#ifndef SERVE_PROBLEM_H
#define SERVE_PROBLEM_H

#include <jansson.h>

#include "base/rc.h"

struct arena;
struct call;
struct reply;

/* The answer of a call, from a handler's reply. */
void answer_reply(struct call *call, const struct reply *reply);
/*
 * RFC 9457: type "urn:liaison:problem:stale" (its last part is rc_name), title, status, detail,
 * key, errors. current (borrowed, or NULL) goes along for RC_STALE: the record as it is now.
 */
void answer_problem(struct call *call, const struct err *err, json_t *current);
/* The same, with Retry-After in seconds where it is known (0: it is not). */
void answer_problem_after(struct call *call, const struct err *err, json_t *current,
			  int64_t retry_s);
/* As a reply of a handler that has something to write all the same. */
void reply_problem(struct reply *reply, struct arena *a, const struct err *err);

#endif
