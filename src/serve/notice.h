#ifndef SERVE_NOTICE_H
#define SERVE_NOTICE_H

#include <jansson.h>

#include "serve/serve.h"

/*
 * notice: what others did to somebody's way in (a one-time link, a password set by it), told to
 * them at each sign-in and by /me for NOTICE_DAYS. Nobody takes one back, so that whoever came in
 * in their place cannot hide it. A row that is not what was written is told as "unreadable".
 */
#define NOTICE_DAYS 30

/* In a changing door; by is the door's actor. kind: one word. *id (or NULL): the notice's. */
MUST_USE enum rc notice_add(struct door *d, struct id user, const char *kind, struct id *id,
			    struct err *err);
/* [{"at", "what", "by"}], newest first, 20 at most; a new reference. by: a login, where known. */
MUST_USE enum rc notice_list(struct door *d, struct id user, json_t **out, struct err *err);

#endif
