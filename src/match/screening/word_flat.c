#include "match/screening/word_flat.h"

#include <string.h>

#include "match/screening/bits.h"
#include "text/token.h"

/*
 * Flags, how many other readings, the sign (four bytes, the lowest first); then the word and each
 * reading as: length of the key, of the skeleton, letters (four bytes), key, skeleton.
 */
#define HEAD 6
#define FORM_HEAD 6
#define FLAGS_MAX 0xffu

static void
put_u32(unsigned char *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static uint32_t
get_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static size_t
flatten_form(const struct word *w, unsigned char *out)
{
	must(w->key.n > 0 && w->key.n <= TOKEN_KEY_MAX);
	out[0] = (unsigned char)w->key.n;
	out[1] = w->skeleton_n;
	put_u32(out + 2, w->letters);
	memcpy(out + FORM_HEAD, w->key.p, w->key.n);
	memcpy(out + FORM_HEAD + w->key.n, w->skeleton, w->skeleton_n);
	return FORM_HEAD + w->key.n + w->skeleton_n;
}

size_t
word_flatten(const struct word *w, unsigned char out[WORD_FLAT_MAX])
{
	size_t n = HEAD;

	must(w->flags <= FLAGS_MAX && w->readings_n <= TOKEN_ALTERNATES_MAX);
	out[0] = (unsigned char)w->flags;
	out[1] = w->readings_n;
	put_u32(out + 2, w->sign);
	n += flatten_form(w, out + n);
	for (size_t i = 0; i < w->readings_n; i++)
		n += flatten_form(&w->readings[i], out + n);
	return n;
}

static size_t
form_size(const unsigned char *bytes)
{
	return FORM_HEAD + (size_t)bytes[0] + bytes[1];
}

static bool
is_ascii(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] > '~')
			return false;
	return true;
}

size_t
word_flat_size(const unsigned char *bytes, size_t left)
{
	size_t n = HEAD;

	if (left < HEAD || bytes[1] > TOKEN_ALTERNATES_MAX)
		return 0;
	for (unsigned i = 0; i <= bytes[1]; i++) {
		if (left - n < FORM_HEAD || bytes[n] == 0 || bytes[n] > TOKEN_KEY_MAX ||
		    bytes[n + 1] > SKELETON_MAX || form_size(bytes + n) > left - n ||
		    !is_ascii(bytes + n + FORM_HEAD, form_size(bytes + n) - FORM_HEAD))
			return 0;
		n += form_size(bytes + n);
	}
	return n;
}

struct str
word_flat_key(const unsigned char *bytes)
{
	return (struct str){(const char *)bytes + HEAD + FORM_HEAD, bytes[HEAD]};
}

uint32_t
word_flat_letters(const unsigned char *bytes)
{
	return get_u32(bytes + HEAD + 2);
}

size_t
word_flat_readings(const unsigned char *bytes)
{
	return bytes[1];
}

bool
word_flat_may_be(const unsigned char *bytes, const struct word *w)
{
	/* As word_likeness: three edits at most, from nine letters on; each changes two letters. */
	int a = bytes[HEAD], b = (int)w->key.n, shorter = a < b ? a : b;
	int limit = shorter >= 9 ? 3 : shorter >= 6 ? 2 : 1;

	if (bytes[1] > 0 || w->readings_n > 0)
		return true;
	return a - b <= limit && b - a <= limit &&
	       (int)bits_count(word_flat_letters(bytes) ^ w->letters) <= 2 * limit;
}

static void
unflatten_form(const unsigned char *bytes, unsigned flags, struct word *out)
{
	out->key = (struct str){(const char *)bytes + FORM_HEAD, bytes[0]};
	out->original = STR_NONE;
	out->flags = flags;
	out->letters = get_u32(bytes + 2);
	out->sign = 0;
	out->skeleton_n = bytes[1];
	out->readings_n = 0;
	out->readings = NULL;
	memcpy(out->skeleton, bytes + FORM_HEAD + bytes[0], bytes[1]);
}

void
word_unflatten(const unsigned char *bytes, struct word *out, struct word *readings)
{
	const unsigned char *at = bytes + HEAD;

	unflatten_form(at, bytes[0], out);
	out->sign = get_u32(bytes + 2);
	out->readings_n = bytes[1];
	if (bytes[1] == 0)
		return;
	out->readings = readings;
	for (unsigned i = 0; i < bytes[1]; i++) {
		at += form_size(at);
		unflatten_form(at, bytes[0], &readings[i]);
	}
}
