#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/str.h"

/* Bytes as text, for people and for standards that ask for it; NUL-terminated beyond n. */

/* Lower-case hexadecimal, in the arena. */
struct str hex_format(struct arena *a, const void *p, size_t n);
/* Exactly 2 * n digits of either case. */
MUST_USE bool hex_parse(struct str s, void *out, size_t n);
/* RFC 4648 section 4, with padding. */
struct str base64_format(struct arena *a, const void *p, size_t n);
/* Strict: padding there, no line breaks, no stray bits. *out lives in the arena. */
MUST_USE bool base64_parse(struct arena *a, struct str s, struct str *out);

#endif
