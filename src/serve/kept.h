#ifndef SERVE_KEPT_H
#define SERVE_KEPT_H

#include "base/buf.h"

/*
 * kept: texts that are made once a start, at the first asking, and hold as long as the node is
 * open: documents made of tables and model. Few, each under a name of its own.
 */
struct kept;
struct serve;

struct kept *kept_new(void);
void kept_free(struct kept *k);

/* Makes the text; once. */
typedef void kept_make(const struct serve *s, struct arena *a, struct buf *out);
/* *etag: quoted, changes with the text. Both hold until the node is closed. Any thread. */
void kept_get(struct serve *s, const char *name, kept_make *make, struct str *text,
	      struct str *etag);

#endif
