#include "base/buf.h"

#include "base/arena.h"

void
buf_init(struct buf *b, struct arena *a)
{
	*b = (struct buf){.arena = a};
}

static void
grow(struct buf *b, size_t cap)
{
	char *p = arena_bytes(b->arena, cap);

	if (b->n > 0)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->cap = cap;
}

char *
buf_room(struct buf *b, size_t n)
{
	/* An empty buffer gets its room for 0 bytes too: NULL + 0 is undefined in C. */
	if (b->p == NULL || b->cap - b->n < n) {
		size_t cap = b->cap > 0 ? b->cap * 2 : 256;

		grow(b, cap - b->n < n ? b->n + n : cap);
	}
	b->n += n;
	return b->p + b->n - n;
}

void
buf_reserve(struct buf *b, size_t n)
{
	if (b->cap - b->n < n)
		grow(b, b->n + n);
}

void
buf_add_bytes(struct buf *b, const void *p, size_t n)
{
	if (n > 0)
		memcpy(buf_room(b, n), p, n);
}

void
buf_add(struct buf *b, struct str s)
{
	buf_add_bytes(b, s.p, s.n);
}

void
buf_add_z(struct buf *b, const char *z)
{
	buf_add(b, str_from(z));
}

void
buf_add_byte(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
}

void
buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	must(n >= 0);
	(void)buf_room(b, (size_t)n + 1);
	b->n -= (size_t)n + 1;
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

static void
add_big_endian(struct buf *b, uint64_t v, size_t bytes)
{
	char *p = buf_room(b, bytes);

	for (size_t i = 0; i < bytes; i++)
		p[i] = (char)(unsigned char)(v >> (8 * (bytes - 1 - i)));
}

void
buf_add_u32(struct buf *b, uint32_t v)
{
	add_big_endian(b, v, 4);
}

void
buf_add_u64(struct buf *b, uint64_t v)
{
	add_big_endian(b, v, 8);
}

void
buf_add_hex(struct buf *b, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = p;
	char *to = buf_room(b, 2 * n);

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = digits[from[i] >> 4];
		to[2 * i + 1] = digits[from[i] & 15];
	}
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){b->p, b->n};
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
}
