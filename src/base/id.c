#include "base/id.h"

#include "base/arena.h"
#include "base/hex.h"

struct id
id_make(int64_t ms, const unsigned char random[10])
{
	struct id id;

	for (int i = 0; i < 6; i++)
		id.b[i] = (unsigned char)((uint64_t)ms >> (8 * (5 - i)));
	memcpy(id.b + 6, random, 10);
	id.b[6] = (unsigned char)(0x70 | (id.b[6] & 0x0f));
	id.b[8] = (unsigned char)(0x80 | (id.b[8] & 0x3f));
	return id;
}

struct str
id_format(struct arena *a, struct id id)
{
	static const char digits[] = "0123456789abcdef";
	char *p = arena_bytes(a, ID_TEXT + 1);
	size_t n = 0;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			p[n++] = '-';
		p[n++] = digits[id.b[i] >> 4];
		p[n++] = digits[id.b[i] & 15];
	}
	p[n] = '\0';
	return (struct str){p, n};
}

bool
id_parse(struct str s, struct id *out)
{
	static const unsigned char cuts[6] = {0, 9, 14, 19, 24, 37};
	size_t done = 0;

	if (s.n != ID_TEXT || s.p[8] != '-' || s.p[13] != '-' || s.p[18] != '-' || s.p[23] != '-')
		return false;
	for (int i = 0; i < 5; i++) {
		struct str part = str_sub(s, cuts[i], (size_t)cuts[i + 1] - 1);

		if (!hex_parse(part, out->b + done, part.n / 2))
			return false;
		done += part.n / 2;
	}
	return done == 16;
}

bool
id_eq(struct id a, struct id b)
{
	return memcmp(a.b, b.b, 16) == 0;
}

bool
id_is_zero(struct id a)
{
	static const struct id zero;

	return id_eq(a, zero);
}

int
id_cmp(struct id a, struct id b)
{
	return memcmp(a.b, b.b, 16);
}

int64_t
id_time_ms(struct id id)
{
	uint64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id.b[i];
	return (int64_t)ms;
}
