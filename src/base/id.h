#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/str.h"

/*
 * id: 16 bytes that sort by time (UUID version 7, RFC 9562 section 5.7): 48 bits of
 * milliseconds, then random bits. Text form: 36 lower-case characters with hyphens.
 */
struct id {
	unsigned char b[16];
};

#define ID_TEXT 36

/* A new id from a time and 10 random bytes (base stays free of the random source). */
struct id id_make(int64_t ms, const unsigned char random[10]);
struct str id_format(struct arena *a, struct id id);
MUST_USE bool id_parse(struct str s, struct id *out);
bool id_eq(struct id a, struct id b);
bool id_is_zero(struct id a);
int id_cmp(struct id a, struct id b);
/* Milliseconds in an id made by id_make. */
int64_t id_time_ms(struct id id);

#endif
