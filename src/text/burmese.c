#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/readings.h"
#include "text/southeast.h"

#define BLOCK 0x1000u

/* Consonants from U+1000. */
static const char *const firsts[] = {
    "k",  "kh", "g", "g", "ng", "s",  "s", "z", "z", "ny", "ny", "t", "ht", "d",  "d", "n", "t",
    "ht", "d",	"d", "n", "p",	"ph", "b", "b", "m", "y",  "y",	 "l", "w",  "th", "h", "l", ""};

enum sign {
	AA_TALL = 0x2b,
	AA = 0x2c,
	I = 0x2d,
	II = 0x2e,
	U = 0x2f,
	UU = 0x30,
	E = 0x31,
	AI = 0x32,
	ANUSVARA = 0x36,
	STACKER = 0x39,
	ASAT = 0x3a,
	MEDIAL_Y = 0x3b,
	MEDIAL_R = 0x3c,
	MEDIAL_W = 0x3d,
	MEDIAL_H = 0x3e
};

struct syllable {
	unsigned first, last; /* last: the consonant with asat; 0xff none */
	bool y, w, h, i, u, e, aa, ai, nasal;
};

struct rhyme {
	unsigned last; /* consonant, or 0xff */
	const char *plain, *after_w, *i, *u, *iu, *eaa;
};

/* What vowel and last consonant make; names' usual spelling. NULL: not met. */
static const struct rhyme rhymes[] = {
    {0x00, "et", "wet", "eik", "ok", "aik", "auk"}, {0x04, "in", "win", "in", "on", "aing", "aung"},
    {0x05, "it", "wit", "it", "ok", "aik", "auk"},  {0x0a, "i", "we", "i", "i", "i", "i"},
    {0x09, "in", "win", "in", "in", "in", "in"},    {0x10, "at", "ut", "eik", "ok", "ok", "auk"},
    {0x14, "an", "un", "ein", "on", "on", "aung"},  {0x15, "at", "ut", "eik", "ok", "ok", "auk"},
    {0x19, "an", "un", "ein", "on", "on", "aung"},  {0x1a, "e", "we", "e", "e", "e", "aw"},
};

static const char *
rhyme_of(const struct syllable *s)
{
	for (size_t k = 0; k < COUNT_OF(rhymes); k++) {
		const struct rhyme *r = &rhymes[k];

		if (r->last != s->last && !(s->nasal && s->last == 0xff && r->last == 0x14))
			continue;
		if (s->e && s->aa)
			return r->eaa;
		if (s->i)
			return s->u ? r->iu : r->i;
		return s->u ? r->u : s->w ? r->after_w : r->plain;
	}
	if (s->e && s->aa)
		return "aw";
	if (s->e || s->ai)
		return s->w ? "we" : s->e ? "ay" : "e";
	if (s->i)
		return s->u ? "o" : s->w ? "wi" : "i";
	return s->u ? "u" : s->w ? "wa" : "a";
}

/* The other habit: ay as aye or e, o as oe, u as oo. */
static const char *
other_rhyme(const char *rhyme)
{
	static const char *const others[][2] = {{"ay", "e"},	 {"o", "oe"},	{"u", "oo"},
						{"i", "ee"},	 {"on", "one"}, {"ok", "ote"},
						{"ein", "eint"}, {"in", "int"}, {"et", "ek"}};

	for (size_t k = 0; k < COUNT_OF(others); k++)
		if (strcmp(others[k][0], rhyme) == 0)
			return others[k][1];
	return rhyme;
}

static struct str
spelled(struct arena *a, const struct syllable *s, const char *rhyme, bool ch)
{
	const char *first = firsts[s->first];

	/* kh and y are ch; sh is y or r with h. */
	if (s->y && s->first == 0x01 && ch)
		return str_fmt(a, "ch%s", rhyme);
	if (s->h && (s->first == 0x1a || s->first == 0x1b))
		return str_fmt(a, "sh%s", rhyme);
	return str_fmt(a, "%s%s%s%s", s->h ? "h" : "", first, s->y ? "y" : "", rhyme);
}

static uint32_t
place_at(struct str s, size_t i, size_t *used)
{
	uint32_t c = i < s.n ? utf8_decode(s.p + i, s.n - i, used) : 0;

	return c >= BLOCK && c < BLOCK + 0xa0 ? c - BLOCK : 0xff;
}

/* Signs behind the first consonant; returns where they end. */
static size_t
signs_read(struct str s, size_t at, struct syllable *out)
{
	for (size_t used = 0, behind; at < s.n; at += used) {
		uint32_t place = place_at(s, at, &used);

		switch (place) {
		case AA_TALL:
		case AA: out->aa = true; continue;
		case I:
		case II: out->i = true; continue;
		case U:
		case UU: out->u = true; continue;
		case E: out->e = true; continue;
		case AI: out->ai = true; continue;
		case ANUSVARA: out->nasal = true; continue;
		case MEDIAL_Y:
		case MEDIAL_R: out->y = true; continue;
		case MEDIAL_W: out->w = true; continue;
		case MEDIAL_H: out->h = true; continue;
		case 0x37:
		case 0x38:
		case ASAT: continue;
		default: break;
		}
		/* A consonant with asat, or above another, ends the syllable. */
		if (place < COUNT_OF(firsts) && out->last == 0xff) {
			uint32_t next = place_at(s, at + used, &behind);

			if (next == 0x37) /* the dot may stand before asat */
				next = place_at(s, at + used + behind, &behind);
			if (next == ASAT || next == STACKER) {
				out->last = place;
				continue;
			}
		}
		if (place == STACKER)
			return at + used;
		return at;
	}
	return at;
}

size_t
burmese_syllable(struct arena *a, struct str *rest, struct readings *out)
{
	struct syllable s = {.last = 0xff};
	size_t used = 0, end;
	uint32_t place = place_at(*rest, 0, &used);
	const char *rhyme;

	if (place >= 0x23 && place <= 0x2a) {
		static const char *const alone[] = {"i", "i", "u", "u", "e", "u", "aw", "aw"};

		s.first = 0x21;
		end = signs_read(*rest, used, &s);
		readings_add(out, str_from(alone[place - 0x23]));
	} else if (place < COUNT_OF(firsts)) {
		s.first = place;
		end = signs_read(*rest, used, &s);
		rhyme = rhyme_of(&s);
		readings_add(out, spelled(a, &s, rhyme, true));
		readings_add(out, spelled(a, &s, other_rhyme(rhyme), true));
		readings_add(out, spelled(a, &s, rhyme, false));
		if (s.first == 0x11 || s.first == 0x16)
			readings_add(out, str_fmt(a, "%s%s%s", s.first == 0x11 ? "t" : "hp",
						  s.y ? "y" : "", rhyme));
		if (s.first == 0x1b)
			readings_add(out, str_fmt(a, "r%s", rhyme));
	} else {
		return 0;
	}
	*rest = str_sub(*rest, end, rest->n);
	return end;
}
