#include "base/hex.h"

#include "base/arena.h"
#include "base/buf.h"

/* With a NUL behind it, as str_copy has, so that .p serves printf too. */
static struct str
ended(struct buf *b)
{
	buf_add_byte(b, '\0');
	b->n--;
	return buf_str(b);
}

struct str
hex_format(struct arena *a, const void *p, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_hex(&b, p, n);
	return ended(&b);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_parse(struct str s, void *out, size_t n)
{
	unsigned char *to = out;

	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(s.p[2 * i]), lo = hex_digit(s.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		to[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct str
base64_format(struct arena *a, const void *p, size_t n)
{
	const unsigned char *from = p;
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)from[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)from[i + 1] << 8;
		if (i + 2 < n)
			v |= from[i + 2];
		buf_add_byte(&b, alphabet[v >> 18]);
		buf_add_byte(&b, alphabet[v >> 12 & 63]);
		buf_add_byte(&b, i + 1 < n ? alphabet[v >> 6 & 63] : '=');
		buf_add_byte(&b, i + 2 < n ? alphabet[v & 63] : '=');
	}
	return ended(&b);
}

bool
base64_parse(struct arena *a, struct str s, struct str *out)
{
	struct buf b;

	if (s.n % 4 != 0)
		return false;
	buf_init(&b, a);
	for (size_t i = 0; i < s.n; i += 4) {
		uint32_t v = 0;
		int pad = 0;

		for (size_t k = 0; k < 4; k++) {
			char c = s.p[i + k];
			const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

			if (c == '=' && i + 4 == s.n && k >= 2)
				pad++;
			else if (at == NULL || pad > 0)
				return false;
			v = v << 6 | (c == '=' ? 0 : (uint32_t)(at - alphabet));
		}
		if ((pad == 1 && (v & 0xff) != 0) || (pad == 2 && (v & 0xffff) != 0))
			return false;
		buf_add_byte(&b, (char)(unsigned char)(v >> 16));
		if (pad < 2)
			buf_add_byte(&b, (char)(unsigned char)(v >> 8 & 0xff));
		if (pad < 1)
			buf_add_byte(&b, (char)(unsigned char)(v & 0xff));
	}
	*out = buf_str(&b);
	return true;
}
