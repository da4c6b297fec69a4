#ifndef FORMAT_JSON_SPLIT_H
#define FORMAT_JSON_SPLIT_H

#include "base/rc.h"
#include "format/limits.h"
#include "format/source.h"

/*
 * json_split: the objects of a stream, one after the other, as text: whether they stand one a
 * line, one alone over many lines, or in one array. Flat memory. For this folder only.
 */
struct json_split;

struct json_split *json_split_new(struct arena *a, struct source source,
				  const struct limits *limits);
/* *out lives until the next call; *line is where it starts. RC_ABSENT at the end; after any
 * other error nothing follows. */
MUST_USE enum rc json_split_next(struct json_split *s, struct str *out, long *line,
				 struct err *err);

#endif
