#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

/* UTF-8 as RFC 3629 has it: no surrogates, nothing above U+10FFFF, shortest form only. */

/* Offset of the first byte that is not valid, or s.n when all is. */
size_t utf8_bad_at(struct str s);
bool utf8_is_valid(struct str s);
/* Decode one code point at p[0..n) known to be valid; *used says how many bytes it took. */
uint32_t utf8_decode(const char *p, size_t n, size_t *used);
/* Encode into out (4 bytes at most); returns how many. */
size_t utf8_encode(uint32_t c, char out[4]);
/* Code points in a valid string. */
size_t utf8_count(struct str s);

#endif
