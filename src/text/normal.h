#ifndef TEXT_NORMAL_H
#define TEXT_NORMAL_H

#include "base/str.h"

struct arena;

/*
 * normal: text brought to one form before it is compared or indexed (Unicode 15 by ICU 72).
 * All functions read at most TEXT_INPUT_MAX bytes, cut at a code point, so that the output
 * is bounded too (NFKC grows a text at most 18 times, in bytes 11). Bytes that are not UTF-8
 * become U+FFFD; nothing here fails. Results live in the arena; ASCII input, the usual case,
 * never reaches ICU. Any thread.
 */
#define TEXT_INPUT_MAX 65536

/* NFKC_Casefold (UAX 44): compatibility forms, case and default ignorables folded. */
struct str text_fold(struct arena *a, struct str s);

/* NFC, for text that is kept and shown. */
struct str text_compose(struct arena *a, struct str s);

/* White space of any script becomes one space; none at the ends. */
struct str text_squeeze(struct arena *a, struct str s);

/* Decimal digits of any script become 0-9; the rest stays. */
struct str text_digits(struct arena *a, struct str s);

bool text_is_ascii(struct str s);

/* The code point is white space (Unicode White_Space). */
bool text_is_space(uint32_t c);

#endif
