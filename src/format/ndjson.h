#ifndef FORMAT_NDJSON_H
#define FORMAT_NDJSON_H

#include <jansson.h>

#include "base/rc.h"
#include "format/limits.h"
#include "format/source.h"

/* ndjson: one JSON value a line, read as a stream in flat memory; blank lines are passed over. */
struct ndjson;

enum ndjson_flags {
	NDJSON_REALS = 1 << 0 /* take numbers with fraction or exponent */
};

struct ndjson *ndjson_new(struct arena *a, struct source source, unsigned flags,
			  const struct limits *limits);

/*
 * The next value: *out is the caller's (json_decref), *line its line. RC_ABSENT at the end.
 * RC_INVALID and RC_TOO_LARGE name the line; a bad line is behind us, so the next call goes
 * on, unless ndjson_can_go_on() says no (bytes_max, rows_max, a source that fails).
 */
MUST_USE enum rc ndjson_next(struct ndjson *r, json_t **out, long *line, struct err *err);
/* The line itself, not parsed; the view lives until the next call. */
MUST_USE enum rc ndjson_next_text(struct ndjson *r, struct str *out, long *line, struct err *err);
bool ndjson_can_go_on(const struct ndjson *r);

#endif
