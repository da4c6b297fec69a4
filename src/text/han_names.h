#ifndef TEXT_HAN_NAMES_H
#define TEXT_HAN_NAMES_H

#include "base/str.h"

/* han_names: surnames in Chinese characters, for text/han.h. */

/* Spellings of a surname of one character, parted by spaces, Mandarin first; NULL: not known. */
const char *han_surname(uint32_t c);

/* Readings of a character in Japanese given names, parted by spaces; NULL: not known. */
const char *han_given(uint32_t c);

/* The Japanese family name of two or three characters that s starts with, and its bytes; or NULL.
 */
const char *han_family(struct str s, size_t *bytes);

/* For the tests. */
bool han_names_are_sorted(void);

#endif
