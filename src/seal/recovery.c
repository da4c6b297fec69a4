#include "seal/recovery.h"

#include <sodium.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "seal/hash.h"
#include "seal/secret.h"

#define WORD "liaison recovery key 1 "
/* A half: which (1), name of the key (8), share (32), check sum (9). 50 bytes are 80 letters. */
#define HALF_BYTES 50
#define SUM_AT 41
#define SHARE_AT 9
#define LETTERS (HALF_BYTES * 8 / 5)

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

_Static_assert(RECOVERY_KEY_BYTES == crypto_box_SECRETKEYBYTES, "X25519");
_Static_assert(RECOVERY_SEALED_EXTRA == crypto_box_SEALBYTES, "sealed box");

static void
check_sum(const unsigned char *half, unsigned char sum[HALF_BYTES - SUM_AT])
{
	struct hash h;

	sha256((struct str){(const char *)half, SUM_AT}, &h);
	memcpy(sum, h.b, HALF_BYTES - SUM_AT);
}

static struct str
half_format(struct arena *a, const unsigned char half[HALF_BYTES])
{
	struct buf b;
	unsigned bits = 0, n = 0;

	buf_init(&b, a);
	buf_addf(&b, "LH1-%c", half[0]);
	for (size_t i = 0, letter = 0; i < HALF_BYTES; i++) {
		bits = bits << 8 | half[i];
		for (n += 8; n >= 5; n -= 5, letter++) {
			if (letter % 5 == 0)
				buf_add_byte(&b, '-');
			buf_add_byte(&b, alphabet[bits >> (n - 5) & 31]);
		}
	}
	return buf_str(&b);
}

void
recovery_make(struct arena *a, struct recovery_public *public, struct str halves[2])
{
	unsigned char *secret = secret_new(RECOVERY_KEY_BYTES), *half = secret_new(HALF_BYTES);
	unsigned char *pad = secret_new(RECOVERY_KEY_BYTES);
	struct hash name;

	seal_ready();
	must(crypto_box_keypair(public->b, secret) == 0);
	randombytes_buf(pad, RECOVERY_KEY_BYTES);
	sha256((struct str){(const char *)public->b, sizeof public->b}, &name);
	for (int i = 0; i < 2; i++) {
		half[0] = (unsigned char)('A' + i);
		memcpy(half + 1, name.b, 8);
		for (size_t k = 0; k < RECOVERY_KEY_BYTES; k++)
			half[SHARE_AT + k] = i == 0 ? pad[k] : pad[k] ^ secret[k];
		check_sum(half, half + SUM_AT);
		halves[i] = half_format(a, half);
	}
	secret_free(pad);
	secret_free(half);
	secret_free(secret);
}

struct str
recovery_name(struct arena *a, const struct recovery_public *public)
{
	struct hash name;

	sha256((struct str){(const char *)public->b, sizeof public->b}, &name);
	return hex_format(a, name.b, 8);
}

void
recovery_seal(const struct recovery_public *public, struct str plain, struct buf *out)
{
	unsigned char *to = (unsigned char *)buf_room(out, plain.n + RECOVERY_SEALED_EXTRA);

	seal_ready();
	must(crypto_box_seal(to, (const unsigned char *)plain.p, plain.n, public->b) == 0);
}

/* Letters that people take for others are taken as meant (Crockford). */
static int
letter_value(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = c != '\0' ? strchr(alphabet, c) : NULL;
	return at != NULL ? (int)(at - alphabet) : -1;
}

static bool
half_parse(struct str text, unsigned char half[HALF_BYTES])
{
	unsigned char sum[HALF_BYTES - SUM_AT];
	unsigned bits = 0, n = 0;
	size_t bytes = 0;

	text = str_trim(text);
	if (text.n < 5 || !str_eq_ascii_case(str_sub(text, 0, 4), STR("LH1-")))
		return false;
	for (size_t i = 5; i < text.n; i++) {
		int value = letter_value(text.p[i]);

		if (text.p[i] == '-' || text.p[i] == ' ')
			continue;
		if (value < 0 || bytes == HALF_BYTES)
			return false;
		bits = (bits << 5 | (unsigned)value) & 0xfff;
		if ((n += 5) >= 8)
			half[bytes++] = (unsigned char)(bits >> (n -= 8));
	}
	if (bytes != HALF_BYTES || n != 0)
		return false;
	check_sum(half, sum);
	return memcmp(sum, half + SUM_AT, sizeof sum) == 0;
}

enum rc
recovery_join(struct str one, struct str other, unsigned char secret[RECOVERY_KEY_BYTES],
	      struct err *err)
{
	unsigned char *a = secret_new(HALF_BYTES), *b = secret_new(HALF_BYTES);
	struct recovery_public public;
	struct hash name;
	enum rc rc = RC_OK;

	if (!half_parse(one, a) || !half_parse(other, b))
		rc = fail(err, RC_INVALID, "half",
			  "a half is mistyped: its check sum does not hold");
	else if (memcmp(a + 1, b + 1, 8) != 0)
		rc = fail(err, RC_INVALID, "half", "these are halves of two different keys");
	else if (a[0] == b[0])
		rc = fail(err, RC_INVALID, "half", "this is the same half twice");
	for (size_t i = 0; rc == RC_OK && i < RECOVERY_KEY_BYTES; i++)
		secret[i] = a[SHARE_AT + i] ^ b[SHARE_AT + i];
	if (rc == RC_OK) {
		must(crypto_scalarmult_base(public.b, secret) == 0);
		sha256((struct str){(const char *)public.b, sizeof public.b}, &name);
		if (memcmp(name.b, a + 1, 8) != 0)
			rc = fail(err, RC_INVALID, "half", "these halves make no key");
	}
	secret_free(a);
	secret_free(b);
	return rc;
}

void
recovery_public_of(const unsigned char secret[RECOVERY_KEY_BYTES], struct recovery_public *out)
{
	seal_ready();
	must(crypto_scalarmult_base(out->b, secret) == 0);
}

enum rc
recovery_open(const unsigned char secret[RECOVERY_KEY_BYTES], struct str sealed, struct arena *a,
	      struct str *plain, struct err *err)
{
	unsigned char public[RECOVERY_KEY_BYTES];
	char *to;

	seal_ready();
	if (sealed.n < RECOVERY_SEALED_EXTRA)
		return fail(err, RC_DENIED, "", "this was not sealed for a recovery key");
	to = arena_bytes(a, sealed.n - RECOVERY_SEALED_EXTRA + 1);
	must(crypto_scalarmult_base(public, secret) == 0);
	if (crypto_box_seal_open((unsigned char *)to, (const unsigned char *)sealed.p, sealed.n,
				 public, secret) != 0)
		return fail(err, RC_DENIED, "half",
			    "this was sealed for another recovery key, or is damaged");
	*plain = (struct str){to, sealed.n - RECOVERY_SEALED_EXTRA};
	return RC_OK;
}

struct str
recovery_public_format(struct arena *a, const struct recovery_public *public)
{
	return str_fmt(a, WORD "%.*s\n", STR_ARG(hex_format(a, public->b, sizeof public->b)));
}

enum rc
recovery_public_parse(struct str text, struct recovery_public *out, struct err *err)
{
	struct str word = STR(WORD);

	text = str_trim(text);
	if (!str_starts(text, word) ||
	    !hex_parse(str_sub(text, word.n, text.n), out->b, sizeof out->b))
		return fail(err, RC_INVALID, "recovery-key",
			    "is no recovery key: `liaison node recovery-key make` makes one");
	return RC_OK;
}
