#include "text/indic.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/readings.h"

#define SOUNDS_MAX 64

/* Letters by their place in the block; NULL: none of ours. */
static const char *const vowels[] = {
    /* 05 */ "a", "a", "i", "i",  "u", "u", "ri", "li",
    "e",	  "e", "e", "ai", "o", "o", "o",  "au"};
static const char *const consonants[] = {
    /* 15 */ "k", "kh", "g", "gh", "n", "ch", "chh", "j",  "jh", "n",  "t", "th", "d",
    "dh",	  "n",	"t", "th", "d", "dh", "n",   "n",  "p",	 "ph", "b", "bh", "m",
    "y",	  "r",	"r", "l",  "l", "zh", "v",   "sh", "sh", "s",  "h"};
static const char *const signs[] = {
    /* 3e */ "a", "i", "i",  "u", "u", "ri", "ri", "e",
    "e",	  "e", "ai", "o", "o", "o",  "au"};

/* Long i and u as English hears them. */
static const char *
english(const char *vowel, uint32_t place)
{
	if (place == 0x08 || place == 0x40)
		return "ee";
	if (place == 0x0a || place == 0x42)
		return "oo";
	return vowel;
}

struct sound {
	const char *text;
	bool consonant, inherent; /* inherent: the vowel that is not written */
};

struct spoken {
	struct sound at[SOUNDS_MAX];
	size_t n;
};

static bool
say(struct spoken *s, const char *text, bool consonant, bool inherent)
{
	if (s->n == SOUNDS_MAX)
		return false;
	s->at[s->n++] = (struct sound){text, consonant, inherent};
	return true;
}

/* A dot under a letter makes it another sound (Persian and flapped ones). */
static const char *
dotted(uint32_t place)
{
	switch (place) {
	case 0x15: return "q";
	case 0x16: return "kh";
	case 0x17: return "gh";
	case 0x1c: return "z";
	case 0x21: return "r";
	case 0x22: return "rh";
	case 0x2b: return "f";
	default: return NULL;
	}
}

static bool
hear(struct str word, uint32_t block, bool as_english, struct spoken *out)
{
	uint32_t letter = 0; /* the last consonant's place */

	out->n = 0;
	for (size_t i = 0, used; i < word.n; i += used) {
		uint32_t c = utf8_decode(word.p + i, word.n - i, &used);
		uint32_t place = c - block;
		struct sound *last = out->n > 0 ? &out->at[out->n - 1] : NULL;
		bool fits = true;

		if (c < 0x80 || (c >= 0x2000 && c < 0x2070))
			continue;
		if (place >= 0x80)
			return false;
		if (place <= 0x02 || place == 0x70) {
			fits = say(out, "n", true, false);
		} else if (place == 0x03 || place == 0x71) {
			continue;
		} else if (place >= 0x05 && place < 0x05 + COUNT_OF(vowels)) {
			const char *v = vowels[place - 0x05];

			fits = say(out, as_english ? english(v, place) : v, false, false);
		} else if (place >= 0x15 && place < 0x15 + COUNT_OF(consonants)) {
			letter = place;
			fits = say(out, consonants[place - 0x15], true, false) &&
			       say(out, "a", false, true);
		} else if (place == 0x3c) {
			if (dotted(letter) != NULL && last != NULL && last->inherent)
				out->at[out->n - 2].text = dotted(letter);
		} else if (place >= 0x3e && place < 0x3e + COUNT_OF(signs) && last != NULL) {
			const char *v = signs[place - 0x3e];

			if (!last->inherent)
				return false;
			*last = (struct sound){as_english ? english(v, place) : v, false, false};
		} else if (place == 0x4d && last != NULL && last->inherent) {
			out->n--;
		} else if (place >= 0x66 && place <= 0x6f) {
			return false;
		}
		if (!fits)
			return false;
	}
	return out->n > 0;
}

/* Consonant and vowel follow, or a consonant that r, l or y glides from. */
static bool
syllable_follows(const struct spoken *s, size_t i)
{
	const char *second;

	if (i + 1 >= s->n || !s->at[i].consonant)
		return false;
	if (!s->at[i + 1].consonant)
		return true;
	second = s->at[i + 1].text;
	return i + 2 < s->n && !s->at[i + 2].consonant && second[1] == '\0' &&
	       (second[0] == 'r' || second[0] == 'l' || second[0] == 'y');
}

/* The inherent vowel that is not spoken: at the end, and in VC_CV, from the end on. */
static void
leave_out(struct spoken *s)
{
	for (size_t i = s->n; i-- > 1;) {
		bool last = i + 1 == s->n;
		bool between = i >= 2 && s->at[i - 1].consonant && !s->at[i - 2].consonant &&
			       syllable_follows(s, i + 1);

		if (!s->at[i].inherent || !(last ? s->n > 2 : between))
			continue;
		for (size_t k = i; k + 1 < s->n; k++)
			s->at[k] = s->at[k + 1];
		s->n--;
	}
}

static struct str
written(struct arena *a, const struct spoken *s, const char *v, const char *inherent)
{
	struct buf out;

	buf_init(&out, a);
	for (size_t i = 0; i < s->n; i++) {
		const char *text = s->at[i].text;

		/* Sinh is written Singh. */
		if (text[0] == 'h' && i + 1 == s->n && i > 0 && s->at[i - 1].text[0] == 'n')
			buf_add_byte(&out, 'g');
		if (s->at[i].inherent)
			text = inherent;
		buf_add_z(&out, text[0] == 'v' ? v : text);
	}
	return buf_str(&out);
}

static bool
indian_read(struct arena *a, struct str word, uint32_t block, struct readings *out)
{
	bool north = block <= 0x0a80, bengali = block == 0x0980;
	struct spoken s, whole;

	if (!hear(word, block, false, &s))
		return false;
	whole = s;
	if (north)
		leave_out(&s);
	readings_add(out, written(a, &s, bengali ? "b" : "v", "a"));
	if (bengali)
		readings_add(out, written(a, &s, "b", "o"));
	if (hear(word, block, true, &s)) {
		if (north)
			leave_out(&s);
		readings_add(out, written(a, &s, "v", "a"));
	}
	readings_add(out, written(a, &whole, "w", "a"));
	readings_add(out, written(a, &whole, "v", "a"));
	return true;
}

/* Ethiopic: rows of eight from U+1200; an empty place is no letter of names. */
static const char *const ethiopic_rows[] = {
    "h",  "l", "h", "m", "s",  "r", "s", "sh", "q",  "q",  "q",	 "q", "b", "v",	 "t",
    "ch", "h", "h", "n", "ny", "",  "k", "k",  "kh", "kh", "w",	 "",  "z", "zh", "y",
    "d",  "d", "j", "g", "g",  "g", "t", "ch", "p",  "ts", "ts", "f", "p"};
static const char *const ethiopic_vowels[] = {"e", "u", "i", "a", "e", "", "o", "wa"};

static struct str
ethiopic_written(struct arena *a, struct str word, const char *q)
{
	struct buf out;
	size_t consonants_before = 0;

	buf_init(&out, a);
	for (size_t i = 0, used; i < word.n; i += used) {
		uint32_t c = utf8_decode(word.p + i, word.n - i, &used), place = c - 0x1200;
		const char *lead, *vowel;

		if (c < 0x1200 || place / 8 >= COUNT_OF(ethiopic_rows))
			return STR_NONE;
		lead = ethiopic_rows[place / 8];
		vowel = ethiopic_vowels[place % 8];
		/* h and the glottal letters have a in the first order too. */
		if (place % 8 == 0 && (lead[0] == '\0' || lead[0] == 'h'))
			vowel = "a";
		if (lead[0] == '\0' && vowel[0] == '\0')
			vowel = "i";
		buf_add_z(&out, lead[0] == 'q' ? q : lead);
		consonants_before = lead[0] != '\0' ? consonants_before + 1 : 0;
		if (vowel[0] == '\0' && consonants_before == 2 && i + used < word.n) {
			size_t width;
			uint32_t next =
			    utf8_decode(word.p + i + used, word.n - i - used, &width) - 0x1200;

			if (next % 8 == 5)
				vowel = "i";
		}
		buf_add_z(&out, vowel);
		if (vowel[0] != '\0')
			consonants_before = 0;
	}
	return buf_str(&out);
}

bool
indic_read(struct arena *a, struct str word, struct readings *out)
{
	size_t used;
	uint32_t first = word.n > 0 ? utf8_decode(word.p, word.n, &used) : 0;

	if (first >= 0x0900 && first < 0x0d80)
		return indian_read(a, word, first & ~(uint32_t)0x7f, out);
	if (first >= 0x1200 && first < 0x1360) {
		readings_add(out, ethiopic_written(a, word, "k"));
		readings_add(out, ethiopic_written(a, word, "q"));
		return out->n > 0;
	}
	return false;
}
