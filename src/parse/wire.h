#ifndef PARSE_WIRE_H
#define PARSE_WIRE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * wire: values as the parser process writes them and the node reads them. Numbers are
 * big-endian, text is its length and its bytes. The reader trusts nothing: text is valid
 * UTF-8 without NUL, a JSON value has no more levels, no larger integers and no key twice,
 * as json_read has it. What does not hold makes it bad, for good, and all reads give nothing.
 */
struct wire {
	const char *p;
	size_t n;
	bool bad;
};

#define WIRE_DEPTH_MAX 40

void wire_add_u8(struct buf *b, unsigned v);
void wire_add_i64(struct buf *b, int64_t v);
void wire_add_text(struct buf *b, struct str text);
/* No reals: what reads JSON for the node refuses them. */
void wire_add_json(struct buf *b, const json_t *value);

struct wire wire_of(struct str bytes);
uint8_t wire_u8(struct wire *w);
uint32_t wire_u32(struct wire *w);
int64_t wire_i64(struct wire *w);
/* A line or column: 0 or more. */
long wire_place(struct wire *w);
/* Number of items that follow, each at least item_bytes long. */
size_t wire_count(struct wire *w, size_t item_bytes);
/* A view into the bytes. */
struct str wire_text(struct wire *w);
/* The caller's (json_decref); NULL when it is bad. */
json_t *wire_json(struct wire *w);
/* All was good, and nothing is left. */
bool wire_end(const struct wire *w);

#endif
