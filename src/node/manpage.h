#ifndef NODE_MANPAGE_H
#define NODE_MANPAGE_H

#include "base/buf.h"
#include "serve/feature.h"

/* manpage: the manual as man(7) text, made from the features' tables. */

/* liaison(1). */
void manpage_main(struct arena *a, const struct feature *const *features, struct buf *out);
/* liaison-NOUN(1). */
void manpage_noun(struct arena *a, const struct feature *const *features, struct str noun,
		  struct buf *out);
/* Any UTF-8 text as the text of a line: no request, escape or glyph of it acts. */
void manpage_text(struct buf *out, struct str s);

#endif
