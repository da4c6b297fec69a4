#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdint.h>

#include "base/str.h"

/*
 * buf: builds bytes in an arena. buf_str gives a view that holds until the next append.
 */
struct buf {
	struct arena *arena;
	char *p;
	size_t n, cap;
};

void buf_init(struct buf *b, struct arena *a);
void buf_add(struct buf *b, struct str s);
void buf_add_z(struct buf *b, const char *z);
void buf_add_byte(struct buf *b, char c);
void buf_add_bytes(struct buf *b, const void *p, size_t n);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);
/* Big-endian, as the sealed and hashed encodings want. */
void buf_add_u32(struct buf *b, uint32_t v);
void buf_add_u64(struct buf *b, uint64_t v);
/* Lower-case hexadecimal. */
void buf_add_hex(struct buf *b, const void *p, size_t n);
/* Room for n more bytes, uninitialised; the caller writes them all. */
char *buf_room(struct buf *b, size_t n);
/* Bytes to come, for a buffer whose size is known well enough; a hint. */
void buf_reserve(struct buf *b, size_t n);
struct str buf_str(const struct buf *b);
/* Keep the memory, forget the bytes. */
void buf_clear(struct buf *b);

#endif
