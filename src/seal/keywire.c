#include "seal/keywire.h"

#include <string.h>

#include "base/arena.h"

size_t
keywire_begin(struct buf *b, unsigned char first)
{
	size_t at = b->n;

	buf_add_u32(b, 0);
	buf_add_byte(b, (char)first);
	return at;
}

void
keywire_end(struct buf *b, size_t at)
{
	size_t n = b->n - at - 4;

	must(n <= KEYWIRE_BYTES_MAX);
	for (size_t i = 0; i < 4; i++)
		b->p[at + i] = (char)(unsigned char)(n >> (8 * (3 - i)));
}

void
keywire_add_name(struct buf *b, struct str s)
{
	must(s.n <= 255);
	buf_add_byte(b, (char)(unsigned char)s.n);
	buf_add(b, s);
}

void
keywire_add_text(struct buf *b, struct str s)
{
	must(s.n <= KEYWIRE_BYTES_MAX);
	buf_add_u32(b, (uint32_t)s.n);
	buf_add(b, s);
}

struct str
keywire_take(struct keywire_reader *r, size_t n)
{
	struct str s = {r->rest.p, n};

	if (r->bad || r->rest.n < n) {
		r->bad = true;
		return STR_NONE;
	}
	r->rest = str_sub(r->rest, n, r->rest.n);
	return s;
}

uint64_t
keywire_take_be(struct keywire_reader *r, unsigned bytes)
{
	struct str s = keywire_take(r, bytes);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (unsigned char)s.p[i];
	return v;
}

struct str
keywire_take_name(struct keywire_reader *r)
{
	return keywire_take(r, (size_t)keywire_take_be(r, 1));
}

struct str
keywire_take_text(struct keywire_reader *r)
{
	return keywire_take(r, (size_t)keywire_take_be(r, 4));
}

struct id
keywire_take_id(struct keywire_reader *r)
{
	struct str s = keywire_take(r, sizeof(struct id));
	struct id id = {{0}};

	if (s.n == sizeof id)
		memcpy(id.b, s.p, sizeof id.b);
	return id;
}

long
keywire_frame(struct str bytes, struct str *inside)
{
	struct keywire_reader r = {.rest = bytes};
	uint64_t n = keywire_take_be(&r, 4);

	if (r.bad)
		return 0;
	if (n < 1 || n > KEYWIRE_BYTES_MAX)
		return -1;
	*inside = keywire_take(&r, (size_t)n);
	return r.bad ? 0 : (long)n + 4;
}

enum rc
keywire_reply(struct str inside, unsigned *flags, struct str *body, struct err *err)
{
	struct keywire_reader r = {.rest = inside};
	uint64_t rc;
	struct str key;
	char name[sizeof err->key];

	*flags = (unsigned)keywire_take_be(&r, 1);
	rc = keywire_take_be(&r, 1);
	*body = r.rest;
	if (r.bad || rc >= RC_COUNT)
		return fail(err, RC_UNAVAILABLE, "keys", "the key process gave no proper answer");
	if (rc == RC_OK)
		return RC_OK;
	key = keywire_take_name(&r);
	if (r.bad || key.n >= sizeof name)
		return fail(err, RC_UNAVAILABLE, "keys", "the key process gave no proper answer");
	if (key.n > 0)
		memcpy(name, key.p, key.n);
	name[key.n] = '\0';
	return fail(err, (enum rc)rc, name, "%.*s", STR_ARG(str_sub(r.rest, 0, 400)));
}
