#ifndef NODE_REPLY_H
#define NODE_REPLY_H

#include <jansson.h>

#include "serve/request.h"

/* Put a value into the reply's object, which takes the reference. */
static inline void
reply_set(struct reply *reply, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(reply->json, key, value) == 0);
}

#endif
