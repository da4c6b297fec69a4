#include "match/screening/keys.h"

#include "text/name_data.h"

/* Kinds of keys must not meet: a skeleton is not a spelling. */
enum key_kind { KEY_SPELLED = 17, KEY_SKELETON = 29, KEY_SKELETON_LESS = 31, KEY_KIN = 37 };

/* FNV-1a of a key without its letter `skip` (n: none), mixed so that high bits vary. */
static uint32_t
hash_without(const char *p, size_t n, size_t skip, enum key_kind kind)
{
	uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)kind;

	for (size_t i = 0; i < n; i++)
		if (i != skip)
			h = (h ^ (unsigned char)p[i]) * 0x100000001b3u;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9u;
	return (uint32_t)(h >> 32);
}

static size_t
near_of_form(const struct word *w, uint32_t *out)
{
	size_t n = 0;
	bool abjad = (w->flags & TOKEN_ABJAD) != 0;

	out[n++] = hash_without(w->key.p, w->key.n, w->key.n, KEY_SPELLED);
	if (w->skeleton_n >= 2)
		out[n++] = hash_without(w->skeleton, w->skeleton_n, w->skeleton_n, KEY_SKELETON);
	for (size_t i = 0; w->key.n >= 3 && !abjad && i < w->key.n; i++)
		if (i == 0 || w->key.p[i] != w->key.p[i - 1])
			out[n++] = hash_without(w->key.p, w->key.n, i, KEY_SPELLED);
	return n;
}

static size_t
keys_of_form(const struct word *w, uint32_t *out)
{
	size_t n = near_of_form(w, out);

	for (size_t i = 0; w->skeleton_n >= 4 && i <= w->skeleton_n; i++)
		out[n++] = hash_without(w->skeleton, w->skeleton_n, i, KEY_SKELETON_LESS);
	if ((w->flags & WORD_KIN) != 0) {
		struct name_class kin = name_class(w->key);

		for (unsigned char i = 0; i < kin.n; i++)
			out[n++] = hash_without((const char *)&kin.number[i], sizeof kin.number[i],
						sizeof kin.number[i], KEY_KIN);
	}
	return n;
}

size_t
keys_near(const struct word *w, uint32_t out[KEYS_MAX])
{
	size_t n = near_of_form(w, out);

	for (size_t i = 0; i < w->readings_n; i++)
		n += near_of_form(&w->readings[i], out + n);
	return n;
}

size_t
keys_of(const struct word *w, uint32_t out[KEYS_MAX])
{
	size_t n = keys_of_form(w, out);

	for (size_t i = 0; i < w->readings_n; i++)
		n += keys_of_form(&w->readings[i], out + n);
	must(n <= KEYS_MAX);
	return n;
}

uint32_t
keys_joined(const struct word *both)
{
	if (both->skeleton_n >= 2)
		return hash_without(both->skeleton, both->skeleton_n, both->skeleton_n,
				    KEY_SKELETON);
	return hash_without(both->key.p, both->key.n, both->key.n, KEY_SPELLED);
}

size_t
keys_for_joined(const struct word *w, uint32_t out[KEYS_MAX])
{
	size_t n = 0;

	out[n++] = keys_joined(w);
	for (size_t i = 0; w->skeleton_n >= 3 && i < w->skeleton_n; i++)
		out[n++] = hash_without(w->skeleton, w->skeleton_n, i, KEY_SKELETON);
	for (size_t i = 0; i < w->readings_n; i++)
		out[n++] = keys_joined(&w->readings[i]);
	return n;
}

uint32_t
keys_of_id(struct str canonical)
{
	return (uint32_t)(str_hash(canonical) >> 16);
}
