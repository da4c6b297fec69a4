#include "text/alphabet.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/readings.h"
#include "text/translit_tables.h"

#define WORD_LETTERS_MAX 64

struct letters {
	uint32_t at[WORD_LETTERS_MAX + 2]; /* 0 behind the last */
	size_t n;
};

static bool
letters_make(struct str word, uint32_t first, uint32_t last, struct letters *out)
{
	out->n = 0;
	for (size_t i = 0, used; i < word.n; i += used) {
		uint32_t c = utf8_decode(word.p + i, word.n - i, &used);

		/* Apostrophes and what else parts drop; a Latin letter is of another run. */
		if (c < 0x80 || (c >= 0x2000 && c < 0x2070) || (c >= 0x02b0 && c < 0x0370))
			continue;
		if (c < first || c > last || out->n == WORD_LETTERS_MAX)
			return false;
		out->at[out->n++] = c;
	}
	out->at[out->n] = out->at[out->n + 1] = 0;
	return out->n > 0;
}

/* Cyrillic. */
enum system { HABIT, ENGLISH, PASSPORT, UKRAINIAN, SCHOLARLY, SYSTEM_COUNT };

struct sound {
	uint32_t c;
	const char *as;
};

/* What differs from translit_letter(). */
static const struct sound passport[] = {{0x0439, "i"},	{0x044a, "ie"}, {0x044e, "iu"},
					{0x044f, "ia"}, {0x0451, "e"},	{0x0454, "ie"},
					{0x0457, "i"},	{0x045e, "u"},	{0, NULL}};
static const struct sound ukrainian[] = {
    {0x0433, "h"},  {0x0438, "y"},  {0x0439, "i"}, {0x044e, "iu"}, {0x044f, "ia"},
    {0x0451, "io"}, {0x0454, "ie"}, {0x0457, "i"}, {0x045e, "u"},  {0, NULL}};
static const struct sound scholarly[] = {
    {0x0436, "z"},  {0x0439, "j"},   {0x0445, "h"},  {0x0446, "c"},  {0x0447, "c"},
    {0x0448, "s"},  {0x0449, "sht"}, {0x044e, "ju"}, {0x044f, "ja"}, {0x0451, "jo"},
    {0x0453, "gj"}, {0x0454, "je"},  {0x0457, "ji"}, {0x045c, "kj"}, {0, NULL}};
static const struct sound none[] = {{0, NULL}};

static const struct sound *const systems[SYSTEM_COUNT] = {none, none, passport, ukrainian,
							  scholarly};

static const char *
sound_of(const struct sound *table, uint32_t c)
{
	for (; table->as != NULL; table++)
		if (table->c == c)
			return table->as;
	return NULL;
}

static bool
is_vowel(uint32_t c)
{
	return c == 0x0430 || c == 0x0435 || c == 0x0438 || c == 0x043e || c == 0x0443 ||
	       (c >= 0x044b && c <= 0x044f && c != 0x044c) || c == 0x0451 || c == 0x0454 ||
	       c == 0x0456 || c == 0x0457;
}

static bool
is_sign(uint32_t c)
{
	return c == 0x044a || c == 0x044c;
}

/* Where a letter sounds otherwise than it does by itself; *used letters are taken. */
static const char *
in_context(const struct letters *w, size_t i, enum system system, size_t *used)
{
	uint32_t c = w->at[i], next = w->at[i + 1], before = i > 0 ? w->at[i - 1] : 0;
	bool opens = i == 0 || is_vowel(before) || is_sign(before);

	*used = 1;
	/* The hard sign before a consonant is Bulgarian, and a vowel. */
	if (c == 0x044a)
		return next != 0 && !is_vowel(next) ? "a" : system == PASSPORT ? "ie" : "";
	if (c == 0x0451 && system != ENGLISH && system != SCHOLARLY)
		return "e";
	if (system == UKRAINIAN && i == 0 && (c == 0x0454 || c == 0x0457 || c == 0x0439))
		return c == 0x0454 ? "ye" : c == 0x0457 ? "yi" : "y";
	if (system == UKRAINIAN && i == 0 && (c == 0x044e || c == 0x044f))
		return c == 0x044e ? "yu" : "ya";
	if (system != ENGLISH)
		return NULL;
	if (c == 0x0435 && opens)
		return "ye";
	if (c == 0x0438 && i > 0 && is_sign(before))
		return "yi";
	if (c == 0x043a && next == 0x0441) {
		*used = 2;
		return "x";
	}
	if ((c == 0x0438 || c == 0x044b) && next == 0x0439 && w->at[i + 2] == 0) {
		*used = 2;
		return "y";
	}
	return NULL;
}

static struct str
cyrillic_spelled(struct arena *a, const struct letters *w, enum system system)
{
	struct buf out;

	buf_init(&out, a);
	for (size_t i = 0, used; i < w->n; i += used) {
		const char *as = in_context(w, i, system, &used);

		if (as == NULL)
			as = sound_of(systems[system], w->at[i]);
		if (as == NULL)
			as = translit_letter(w->at[i]);
		if (as == NULL)
			return STR_NONE;
		buf_add_z(&out, as);
	}
	return buf_str(&out);
}

/* Letters that only Serbian and Macedonian have. */
static bool
is_serbian(const struct letters *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->at[i] == 0x0452 || (w->at[i] >= 0x0458 && w->at[i] <= 0x045b) ||
		    w->at[i] == 0x045f)
			return true;
	return false;
}

static bool
cyrillic_read(struct arena *a, struct str word, struct readings *out)
{
	/* Serbs write their own Latin; the others mostly as English does. */
	static const enum system of_serbs[] = {SCHOLARLY, HABIT, PASSPORT};
	static const enum system of_others[] = {HABIT, ENGLISH, PASSPORT, UKRAINIAN, SCHOLARLY};
	struct letters w;
	bool serbian;
	size_t n;

	if (!letters_make(word, 0x0430, 0x04ff, &w))
		return false;
	serbian = is_serbian(&w);
	n = serbian ? COUNT_OF(of_serbs) : COUNT_OF(of_others);
	for (size_t i = 0; i < n; i++)
		readings_add(out, cyrillic_spelled(a, &w, serbian ? of_serbs[i] : of_others[i]));
	return out->n > 0;
}

/* Two or one letters; longest first within a first letter. */
struct pair {
	uint32_t first, second; /* second 0: one letter */
	const char *written, *spoken;
};

/* clang-format off */
static const struct pair greek[] = {
    {0x03b1, 0x03c5, "av", "af"}, {0x03b1, 0x03b9, "ai", "e"}, {0x03b1, 0, "a", "a"},
    {0x03b2, 0, "v", "v"},
    {0x03b3, 0x03b3, "ng", "ng"}, {0x03b3, 0x03ba, "gk", "g"}, {0x03b3, 0x03be, "nx", "nx"},
    {0x03b3, 0x03c7, "nch", "nh"}, {0x03b3, 0, "g", "g"},
    {0x03b4, 0, "d", "d"},
    {0x03b5, 0x03c5, "ev", "ef"}, {0x03b5, 0x03b9, "ei", "i"}, {0x03b5, 0, "e", "e"},
    {0x03b6, 0, "z", "z"},
    {0x03b7, 0x03c5, "iv", "if"}, {0x03b7, 0, "i", "i"},
    {0x03b8, 0, "th", "th"}, {0x03b9, 0, "i", "i"}, {0x03ba, 0, "k", "k"}, {0x03bb, 0, "l", "l"},
    {0x03bc, 0x03c0, "mp", "b"}, {0x03bc, 0, "m", "m"},
    {0x03bd, 0x03c4, "nt", "d"}, {0x03bd, 0, "n", "n"},
    {0x03be, 0, "x", "x"},
    {0x03bf, 0x03c5, "ou", "u"}, {0x03bf, 0x03b9, "oi", "i"}, {0x03bf, 0, "o", "o"},
    {0x03c0, 0, "p", "p"}, {0x03c1, 0, "r", "r"}, {0x03c2, 0, "s", "s"}, {0x03c3, 0, "s", "s"},
    {0x03c4, 0x03b6, "tz", "j"}, {0x03c4, 0, "t", "t"},
    {0x03c5, 0x03b9, "yi", "i"}, {0x03c5, 0, "y", "i"},
    {0x03c6, 0, "f", "ph"}, {0x03c7, 0, "ch", "h"}, {0x03c8, 0, "ps", "ps"}, {0x03c9, 0, "o", "o"},
};

/* Second column: the western dialect's sounds. */
static const struct pair armenian[] = {
    {0x0561, 0, "a", "a"}, {0x0562, 0, "b", "p"}, {0x0563, 0, "g", "k"}, {0x0564, 0, "d", "t"},
    {0x0565, 0x0582, "ev", "ev"}, {0x0565, 0, "e", "e"}, {0x0566, 0, "z", "z"}, {0x0567, 0, "e", "e"},
    {0x0568, 0, "y", "e"}, {0x0569, 0, "t", "t"}, {0x056a, 0, "zh", "j"}, {0x056b, 0, "i", "i"},
    {0x056c, 0, "l", "l"}, {0x056d, 0, "kh", "kh"}, {0x056e, 0, "ts", "dz"}, {0x056f, 0, "k", "g"},
    {0x0570, 0, "h", "h"}, {0x0571, 0, "dz", "ts"}, {0x0572, 0, "gh", "gh"}, {0x0573, 0, "ch", "j"},
    {0x0574, 0, "m", "m"}, {0x0575, 0, "y", "h"}, {0x0576, 0, "n", "n"}, {0x0577, 0, "sh", "sh"},
    {0x0578, 0x0582, "u", "ou"}, {0x0578, 0x0587, "vev", "vev"}, {0x0578, 0, "o", "o"},
    {0x0579, 0, "ch", "ch"}, {0x057a, 0, "p", "b"}, {0x057b, 0, "j", "ch"}, {0x057c, 0, "r", "r"},
    {0x057d, 0, "s", "s"}, {0x057e, 0, "v", "v"}, {0x057f, 0, "t", "d"}, {0x0580, 0, "r", "r"},
    {0x0581, 0, "ts", "ts"}, {0x0582, 0, "v", "v"}, {0x0583, 0, "p", "p"}, {0x0584, 0, "k", "k"},
    {0x0585, 0, "o", "o"}, {0x0586, 0, "f", "f"}, {0x0587, 0, "ev", "ev"},
};

static const struct pair georgian[] = {
    {0x10d0, 0, "a", "a"}, {0x10d1, 0, "b", "b"}, {0x10d2, 0, "g", "g"}, {0x10d3, 0, "d", "d"},
    {0x10d4, 0, "e", "e"}, {0x10d5, 0, "v", "v"}, {0x10d6, 0, "z", "z"}, {0x10d7, 0, "t", "th"},
    {0x10d8, 0, "i", "i"}, {0x10d9, 0, "k", "k"}, {0x10da, 0, "l", "l"}, {0x10db, 0, "m", "m"},
    {0x10dc, 0, "n", "n"}, {0x10dd, 0, "o", "o"}, {0x10de, 0, "p", "p"}, {0x10df, 0, "zh", "j"},
    {0x10e0, 0, "r", "r"}, {0x10e1, 0, "s", "s"}, {0x10e2, 0, "t", "t"}, {0x10e3, 0, "u", "u"},
    {0x10e4, 0, "p", "f"}, {0x10e5, 0, "k", "q"}, {0x10e6, 0, "gh", "g"}, {0x10e7, 0, "q", "k"},
    {0x10e8, 0, "sh", "sh"}, {0x10e9, 0, "ch", "ch"}, {0x10ea, 0, "ts", "c"}, {0x10eb, 0, "dz", "z"},
    {0x10ec, 0, "ts", "tz"}, {0x10ed, 0, "ch", "tch"}, {0x10ee, 0, "kh", "h"}, {0x10ef, 0, "j", "dj"},
    {0x10f0, 0, "h", "h"},
};
/* clang-format on */

struct alphabet {
	const struct pair *pairs;
	size_t n;
	uint32_t first, last;
	bool hears_ends; /* Armenian: a first e is ye, a first o vo */
};

static const struct alphabet alphabets[] = {
    {greek, COUNT_OF(greek), 0x03b1, 0x03c9, false},
    {armenian, COUNT_OF(armenian), 0x0561, 0x0587, true},
    {georgian, COUNT_OF(georgian), 0x10d0, 0x10f0, false},
};

static struct str
spelled(struct arena *a, const struct alphabet *alphabet, const struct letters *w, bool spoken)
{
	struct buf out;

	buf_init(&out, a);
	for (size_t i = 0; i < w->n;) {
		const struct pair *p = alphabet->pairs;
		const char *as;

		while (p < alphabet->pairs + alphabet->n &&
		       (p->first != w->at[i] || (p->second != 0 && p->second != w->at[i + 1])))
			p++;
		if (p == alphabet->pairs + alphabet->n)
			return STR_NONE;
		as = spoken ? p->spoken : p->written;
		if (alphabet->hears_ends && i == 0 && p->second == 0 && w->n > 1 &&
		    (p->first == 0x0565 || p->first == 0x0587))
			buf_add_byte(&out, 'y');
		if (alphabet->hears_ends && i == 0 && p->second == 0 && p->first == 0x0578)
			buf_add_byte(&out, 'v');
		/* Before a voiced sound Greek av, ev stay; b and d only open a word, or follow. */
		if (spoken && i > 0 && p->second != 0 &&
		    (p->second == 0x03c0 || p->second == 0x03c4))
			as = p->written;
		buf_add_z(&out, as);
		i += p->second != 0 ? 2 : 1;
	}
	return buf_str(&out);
}

/* Accents and breathings of Greek: the letter under them. */
static uint32_t
greek_plain(uint32_t c)
{
	switch (c) {
	case 0x03ac: return 0x03b1;
	case 0x03ad: return 0x03b5;
	case 0x03ae: return 0x03b7;
	case 0x03af:
	case 0x03ca:
	case 0x0390: return 0x03b9;
	case 0x03cc: return 0x03bf;
	case 0x03cd:
	case 0x03cb:
	case 0x03b0: return 0x03c5;
	case 0x03ce: return 0x03c9;
	default: return c;
	}
}

static struct str
greek_without_accents(struct arena *a, struct str word)
{
	struct buf out;

	buf_init(&out, a);
	for (size_t i = 0, used; i < word.n; i += used) {
		uint32_t c = utf8_decode(word.p + i, word.n - i, &used);
		uint32_t plain = greek_plain(c);
		char bytes[4];

		/* An accent on the first, or dots on the second, part two vowels. */
		if ((c == 0x03ca || c == 0x0390 || c == 0x03cb || c == 0x03b0) && out.n > 0)
			buf_add_z(&out, "'");
		buf_add_bytes(&out, bytes, utf8_encode(plain, bytes));
	}
	return buf_str(&out);
}

bool
alphabet_read(struct arena *a, struct str word, struct readings *out)
{
	size_t used;
	uint32_t first = word.n > 0 ? utf8_decode(word.p, word.n, &used) : 0;

	if (first >= 0x0400 && first <= 0x04ff)
		return cyrillic_read(a, word, out);
	if (first >= 0x0390 && first <= 0x03ce)
		word = greek_without_accents(a, word);
	for (size_t i = 0; i < COUNT_OF(alphabets); i++) {
		const struct alphabet *alphabet = &alphabets[i];
		struct letters w;

		if (!letters_make(word, alphabet->first, alphabet->last, &w))
			continue;
		readings_add(out, spelled(a, alphabet, &w, false));
		if (out->n > 0)
			readings_add(out, spelled(a, alphabet, &w, true));
		return out->n > 0;
	}
	return false;
}

/* Lower case; in Unicode's order. */
static const struct sound latin[] = {
    {0x00e4, "ae"}, {0x00e5, "aa"}, {0x00e7, "ch"}, {0x00f1, "ny"}, {0x00f6, "oe"}, {0x00f8, "oe"},
    {0x00fc, "ue"}, {0x0107, "ch"}, {0x010d, "ch"}, {0x0111, "dj"}, {0x011b, "ie"}, {0x0161, "sh"},
    {0x017e, "zh"}, {0x0159, "rz"}, {0x015f, "sh"}, {0x0163, "ts"}, {0x0219, "sh"}, {0x021b, "ts"},
    {0x0259, "e"},  {0x011f, "gh"}, {0, NULL}};

void
alphabet_latin_read(struct arena *a, struct str word, struct readings *out)
{
	struct buf spelled_out;
	bool found = false;

	buf_init(&spelled_out, a);
	for (size_t i = 0, used; i < word.n; i += used) {
		uint32_t c = utf8_decode(word.p + i, word.n - i, &used);
		const char *as = c < 0x80 ? NULL : sound_of(latin, c);

		found |= as != NULL;
		if (as != NULL)
			buf_add_z(&spelled_out, as);
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_add_byte(&spelled_out, (char)c);
		else if (c >= 0x80)
			return; /* another letter: the key alone */
	}
	if (found)
		readings_add(out, buf_str(&spelled_out));
}
