#include "match/screening/word_flat.h"

#include <string.h>

#include "text/token.h"

#define FLAGS_MAX 0xffu

static void
put_u32(unsigned char *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static size_t
flatten_form(const struct word *w, unsigned char *out)
{
	must(w->key.n > 0 && w->key.n <= TOKEN_KEY_MAX);
	out[0] = (unsigned char)w->key.n;
	out[1] = w->skeleton_n;
	put_u32(out + 2, w->letters);
	memcpy(out + WORD_FLAT_FORM, w->key.p, w->key.n);
	memcpy(out + WORD_FLAT_FORM + w->key.n, w->skeleton, w->skeleton_n);
	return WORD_FLAT_FORM + w->key.n + w->skeleton_n;
}

size_t
word_flatten(const struct word *w, unsigned char out[WORD_FLAT_MAX])
{
	size_t n = WORD_FLAT_HEAD;

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
	return WORD_FLAT_FORM + (size_t)bytes[0] + bytes[1];
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
	size_t n = WORD_FLAT_HEAD;

	if (left < WORD_FLAT_HEAD || bytes[1] > TOKEN_ALTERNATES_MAX)
		return 0;
	for (unsigned i = 0; i <= bytes[1]; i++) {
		if (left - n < WORD_FLAT_FORM || bytes[n] == 0 || bytes[n] > TOKEN_KEY_MAX ||
		    bytes[n + 1] > SKELETON_MAX || form_size(bytes + n) > left - n ||
		    !is_ascii(bytes + n + WORD_FLAT_FORM, form_size(bytes + n) - WORD_FLAT_FORM))
			return 0;
		n += form_size(bytes + n);
	}
	return n;
}

size_t
word_flat_readings(const unsigned char *bytes)
{
	return bytes[1];
}

static void
unflatten_form(const unsigned char *bytes, unsigned flags, struct word *out)
{
	out->key = (struct str){(const char *)bytes + WORD_FLAT_FORM, bytes[0]};
	out->original = STR_NONE;
	out->flags = flags;
	out->letters = word_flat_u32(bytes + 2);
	out->sign = 0;
	out->skeleton_n = bytes[1];
	out->readings_n = 0;
	out->readings = NULL;
	memcpy(out->skeleton, bytes + WORD_FLAT_FORM + bytes[0], bytes[1]);
}

void
word_unflatten(const unsigned char *bytes, struct word *out, struct word *readings)
{
	const unsigned char *at = bytes + WORD_FLAT_HEAD;

	unflatten_form(at, bytes[0], out);
	out->sign = word_flat_u32(bytes + 2);
	out->readings_n = bytes[1];
	if (bytes[1] == 0)
		return;
	out->readings = readings;
	for (unsigned i = 0; i < bytes[1]; i++) {
		at += form_size(at);
		unflatten_form(at, bytes[0], &readings[i]);
	}
}
