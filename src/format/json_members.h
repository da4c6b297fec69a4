#ifndef FORMAT_JSON_MEMBERS_H
#define FORMAT_JSON_MEMBERS_H

#include <stdbool.h>

#include "base/str.h"

/*
 * json_members: the members of an object one after the other, as they stand in its text, so
 * that a stored body can be shown in parts without being read into values and written again.
 * Only for canonical text (json_canonical) that this program wrote itself and kept under a
 * seal: what is inside a value is passed over and not judged. It never leaves the text.
 */
struct json_members {
	struct str rest;
	bool begun, bad;
};

struct json_member_text {
	struct str key;	  /* without its quotes; a key holds no escapes here */
	struct str value; /* JSON */
	struct str whole; /* "key":value */
};

/* Begin with {.rest = OBJECT}. False: at the end; bad is set when the text is no object, or holds
 * white space, or a key with an escape. */
bool json_members_next(struct json_members *m, struct json_member_text *out);

#endif
