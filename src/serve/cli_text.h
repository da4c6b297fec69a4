#ifndef SERVE_CLI_TEXT_H
#define SERVE_CLI_TEXT_H

#include "base/buf.h"

/*
 * cli_text: text of others on a terminal: measured in its cells (Unicode Standard Annex 11),
 * and made harmless. Control characters, bidi overrides and isolates of foreign text and
 * invisible format characters become U+FFFD, as do bytes that are no UTF-8.
 */

/* Cells it takes; wide characters two, combining marks and format characters none. */
size_t text_width(struct str s);
/* lines: line feeds and tabs stay; else all white space becomes a space. */
void text_harmless(struct buf *out, struct str s, bool lines);
/* One table cell: harmless, cut to width_max cells with an ellipsis (0: not), and inside
 * FSI and PDI when it holds right-to-left characters, so that it cannot turn the row. */
struct str text_cell(struct arena *a, struct str s, size_t width_max);
/* Words of s in lines of at most `width` cells, each after `indent` spaces. */
void text_wrap(struct buf *out, struct str s, size_t indent, size_t width);
void text_spaces(struct buf *out, size_t n);

#endif
