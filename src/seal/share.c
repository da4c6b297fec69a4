#include "seal/share.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/hex.h"
#include "seal/hash.h"
#include "seal/random.h"
#include "seal/secret.h"

#define WORD "liaison-share-1 "

/* In GF(2^8) modulo x^8 + x^4 + x^3 + x + 1; no table and no branch on a secret. */
static unsigned char
times(unsigned char a, unsigned char b)
{
	unsigned product = 0, x = a;

	for (int i = 0; i < 8; i++) {
		product ^= x & (0u - ((b >> i) & 1u));
		x = (x << 1) ^ (0x11bu & (0u - (x >> 7)));
	}
	return (unsigned char)product;
}

/* a^254, which is 1/a (and 0 for 0). */
static unsigned char
inverse(unsigned char a)
{
	unsigned char r = 1;

	for (int i = 0; i < 254; i++)
		r = times(r, a);
	return r;
}

static void
checksum(const char *text, size_t n, char out[9])
{
	struct hash h;

	sha256((struct str){text, n}, &h);
	for (int i = 0; i < 4; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", h.b[i]);
}

void
share_make(const unsigned char secret[SHARE_SECRET_BYTES],
	   const unsigned char name[SHARE_NAME_BYTES], struct shares *out)
{
	unsigned char slope[SHARE_SECRET_BYTES];

	memset(out, 0, sizeof *out);
	random_bytes(slope, sizeof slope);
	for (unsigned x = 1; x <= SHARE_COUNT; x++) {
		char *text = out->text[x - 1];
		size_t n = (size_t)snprintf(text, SHARE_TEXT_BYTES, WORD);

		for (int i = 0; i < SHARE_NAME_BYTES; i++)
			n += (size_t)snprintf(text + n, 3, "%02x", name[i]);
		n += (size_t)snprintf(text + n, 4, " %u ", x);
		for (int i = 0; i < SHARE_SECRET_BYTES; i++)
			n += (size_t)snprintf(text + n, 3, "%02x",
					      secret[i] ^ times(slope[i], (unsigned char)x));
		checksum(text, n, text + n + 1);
		text[n] = ' ';
	}
	secret_wipe(slope, sizeof slope);
}

bool
share_is(struct str text)
{
	return str_starts(text, STR(WORD));
}

struct point {
	unsigned char x, y[SHARE_SECRET_BYTES];
};

static bool
read_share(struct str line, unsigned char name[SHARE_NAME_BYTES], struct point *out)
{
	struct str rest = str_sub(line, sizeof WORD - 1, line.n), part;
	char check[9];

	if (!share_is(line) || !hex_parse(str_cut(&rest, ' '), name, SHARE_NAME_BYTES))
		return false;
	part = str_cut(&rest, ' ');
	if (part.n != 1 || part.p[0] < '1' || part.p[0] > '0' + SHARE_COUNT)
		return false;
	out->x = (unsigned char)(part.p[0] - '0');
	if (!hex_parse(str_cut(&rest, ' '), out->y, sizeof out->y) || rest.n != 8)
		return false;
	checksum(line.p, line.n - 9, check);
	return memcmp(rest.p, check, 8) == 0;
}

/* The line through both points, at 0. */
static void
at_zero(const struct point *a, const struct point *b, unsigned char out[SHARE_SECRET_BYTES])
{
	unsigned char down = inverse(a->x ^ b->x);

	for (int i = 0; i < SHARE_SECRET_BYTES; i++)
		out[i] = times((unsigned char)(times(a->y[i], b->x) ^ times(b->y[i], a->x)), down);
}

enum rc
share_join(struct str lines, const unsigned char name[SHARE_NAME_BYTES],
	   unsigned char secret[SHARE_SECRET_BYTES], struct err *err)
{
	unsigned char of[SHARE_NAME_BYTES];
	struct point points[2] = {{.x = 0}}, one;
	enum rc rc = RC_OK;
	size_t n = 0;

	while (lines.p != NULL && rc == RC_OK) {
		struct str line = str_trim(str_cut(&lines, '\n'));

		if (line.n == 0)
			continue;
		if (!read_share(line, of, &one))
			rc = fail(err, RC_INVALID, "share", "is no share, or one typed wrongly");
		else if (memcmp(of, name, sizeof of) != 0)
			rc = fail(err, RC_DENIED, "share",
				  "is of another passphrase: shares are made anew with each one");
		else if (n < 2 && (n == 0 || points[0].x != one.x))
			points[n++] = one;
	}
	if (rc == RC_OK && n < 2)
		rc = fail(err, RC_DENIED, "share",
			  "takes two different ones of the three; one alone tells nothing");
	if (rc == RC_OK)
		at_zero(&points[0], &points[1], secret);
	secret_wipe(points, sizeof points);
	secret_wipe(&one, sizeof one);
	return rc;
}
