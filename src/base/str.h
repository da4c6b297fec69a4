#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/banned.h"
#include "base/base.h"

struct arena;

/*
 * str: a borrowed view of bytes, passed by value. It owns nothing and lives as long as
 * what it points into. Text is valid UTF-8 from the edge inward. p may be NULL when n is 0.
 */
struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
/* For constant tables, where a compound literal is no constant. */
#define STR_INIT(lit)                                                                              \
	{                                                                                          \
		"" lit, sizeof(lit) - 1                                                            \
	}
#define STR_NONE ((struct str){NULL, 0})
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

/* View a NUL-terminated string; NULL gives the empty view. */
struct str str_from(const char *z);
/* Copy into the arena; the copy is also NUL-terminated (beyond n). */
struct str str_copy(struct arena *a, struct str s);
/* A NUL-terminated copy, only where a C library wants one. Must hold no NUL itself. */
char *str_z(struct arena *a, struct str s);
/* Format into the arena. */
struct str str_fmt(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

bool str_eq(struct str a, struct str b);
bool str_eq_z(struct str a, const char *z);
/* Byte order; a prefix comes first. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_empty(struct str s);
/* Position of the first such byte, or -1. */
ptrdiff_t str_chr(struct str s, char c);
/* Position of the first such run of bytes, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);
/* Bytes from..to, clipped to the string. */
struct str str_sub(struct str s, size_t from, size_t to);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/*
 * Cut *rest at the first sep: returns what stands before it, leaves what follows in *rest.
 * Without a sep, returns all and leaves *rest with p == NULL, so that
 * `while (rest.p != NULL) { part = str_cut(&rest, ','); ... }` sees every part.
 */
struct str str_cut(struct str *rest, char sep);
/* ASCII only: equality without case, and a lower-case copy. */
bool str_eq_ascii_case(struct str a, struct str b);
struct str str_lower_ascii(struct arena *a, struct str s);
/* Whole string as a decimal integer; false when it is not one or does not fit. */
MUST_USE bool str_to_i64(struct str s, int64_t *out);
/* 64-bit FNV-1a; for hash tables only, never for secrets. */
uint64_t str_hash(struct str s);

#endif
