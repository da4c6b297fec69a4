#ifndef SERVE_PROBLEM_H
#define SERVE_PROBLEM_H

#include <jansson.h>

#include "base/rc.h"

struct call;
struct reply;

/* The answer of a call, from a handler's reply. */
void answer_reply(struct call *call, const struct reply *reply);
/*
 * RFC 9457: type "urn:liaison:problem:stale" (its last part is rc_name), title, status, detail,
 * key. current (borrowed, or NULL) goes along for RC_STALE: the record as it is now.
 */
void answer_problem(struct call *call, const struct err *err, json_t *current);

#endif
