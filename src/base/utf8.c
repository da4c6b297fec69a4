#include "base/utf8.h"

/* Bytes of the sequence that starts here, or 0 when it is not valid. */
static size_t
sequence(const unsigned char *p, size_t n)
{
	size_t len;
	uint32_t c;

	if (p[0] < 0x80)
		return 1;
	len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < len)
		return 0;
	c = p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if ((len == 3 && c < 0x800) || (len == 4 && c < 0x10000) || c > 0x10ffff ||
	    (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

size_t
utf8_bad_at(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, k;

	while (i < s.n) {
		uint64_t eight;

		/* Most text is ASCII, which is passed over eight bytes at a time. */
		while (s.n - i >= sizeof eight) {
			memcpy(&eight, p + i, sizeof eight);
			if ((eight & UINT64_C(0x8080808080808080)) != 0)
				break;
			i += sizeof eight;
		}
		if (i == s.n)
			break;
		if ((k = sequence(p + i, s.n - i)) == 0)
			return i;
		i += k;
	}
	return s.n;
}

bool
utf8_is_valid(struct str s)
{
	return utf8_bad_at(s) == s.n;
}

uint32_t
utf8_decode(const char *p, size_t n, size_t *used)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t len = sequence(u, n);
	uint32_t c;

	must(len > 0);
	*used = len;
	if (len == 1)
		return u[0];
	c = u[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (u[i] & 0x3f);
	return c;
}

size_t
utf8_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(unsigned char)(0xc0 | c >> 6);
		out[1] = (char)(unsigned char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(unsigned char)(0xe0 | c >> 12);
		out[1] = (char)(unsigned char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(unsigned char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(unsigned char)(0xf0 | c >> 18);
	out[1] = (char)(unsigned char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(unsigned char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(unsigned char)(0x80 | (c & 0x3f));
	return 4;
}

size_t
utf8_count(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}
