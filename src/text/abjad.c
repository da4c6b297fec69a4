#include "text/abjad.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/abjad_words.h"
#include "text/normal.h"
#include "text/translit_tables.h"

/* Each letter has two bytes in UTF-8. */
#define LETTER 2

/* A word in the letters that are compared, and where each comes from. */
struct letters {
	struct str word; /* as given */
	bool alike;	 /* from[] says bytes of word; else parts show the whole word */
	size_t n;
	char text[ABJAD_LETTERS_MAX * LETTER];
	size_t from[ABJAD_LETTERS_MAX + 1];
};

struct parts {
	struct arena *arena;
	const struct letters *letters;
	struct abjad_part *at;
	size_t n;
};

/* The letter that c is taken for; 0: it is dropped. */
static uint32_t
plain_letter(uint32_t c)
{
	switch (c) {
	case 0x0621: /* hamza */
	case 0x0640: /* tatweel */
	case 0x0670: return 0;
	case 0x0622:
	case 0x0623:
	case 0x0625:
	case 0x0671: return 0x0627; /* alef */
	case 0x0624: return 0x0648; /* waw */
	case 0x0626:
	case 0x0649:
	case 0x06cc:
	case 0x06cd:
	case 0x06d0:
	case 0x06d2:
	case 0x06d3: return 0x064a; /* ya */
	case 0x0629:
	case 0x06be:
	case 0x06c0:
	case 0x06c1:
	case 0x06c2:
	case 0x06c3:
	case 0x06d5: return 0x0647; /* ha */
	case 0x06a9:
	case 0x06aa: return 0x0643; /* kaf */
	case 0x06ab: return 0x06af; /* gaf */
	case 0x0679:
	case 0x067c: return 0x062a; /* ta */
	case 0x0688:
	case 0x0689: return 0x062f; /* dal */
	case 0x0691:
	case 0x0693: return 0x0631; /* ra */
	case 0x06ba:
	case 0x06bc: return 0x0646; /* nun */
	default: break;
	}
	if ((c >= 0x064b && c <= 0x065f) || (c >= 0x06d6 && c <= 0x06ed) ||
	    (c >= 0x0591 && c <= 0x05c7))
		return 0;
	return c;
}

/* No vowel mark, no sign: what translit_letter() has a sound for, or the letters of Pashto. */
static bool
is_letter(uint32_t c)
{
	return (c >= 0x05d0 && c <= 0x05ea) || (c >= 0x0620 && c <= 0x064a) || c == 0x067e ||
	       c == 0x0681 || c == 0x0685 || c == 0x0686 || c == 0x0696 || c == 0x0698 ||
	       c == 0x069a || c == 0x06af || c == 0x06a4 || c == 0x06c6 || c == 0x06ce ||
	       c == 0x06b5 || c == 0x0695;
}

static bool
letters_make(struct arena *a, struct str word, struct letters *out)
{
	struct str folded = text_fold(a, word);

	out->word = word;
	out->alike = str_eq(folded, word);
	out->n = 0;
	for (size_t i = 0, used; i < folded.n; i += used) {
		uint32_t given = utf8_decode(folded.p + i, folded.n - i, &used);
		uint32_t c = plain_letter(given);

		/* What parts drop (apostrophes, joiners) and marks of no letter are passed over. */
		if (c == 0 || (!is_letter(c) && (c < 0x80 || (c >= 0x2000 && c <= 0x206f))))
			continue;
		if (!is_letter(c) || out->n == ABJAD_LETTERS_MAX)
			return false;
		out->from[out->n] = out->n == 0 ? 0 : i;
		utf8_encode(c, out->text + LETTER * out->n++);
	}
	out->from[out->n] = word.n;
	return out->n > 0;
}

static struct str
text_of(const struct letters *l, size_t from, size_t to)
{
	return (struct str){l->text + LETTER * from, LETTER * (to - from)};
}

static struct abjad_part *
add(struct parts *p, size_t from, size_t to)
{
	const struct letters *l = p->letters;
	struct abjad_part *part;

	if (p->n == ABJAD_PARTS_MAX)
		return NULL;
	part = &p->at[p->n++];
	*part = (struct abjad_part){.original = l->word};
	if (l->alike)
		part->original = str_sub(l->word, l->from[from], l->from[to]);
	return part;
}

static void
add_word(struct parts *p, size_t from, size_t to, const char *spellings)
{
	struct abjad_part *part = add(p, from, to);

	if (part == NULL)
		return;
	part->vowels = true;
	readings_add_words(&part->readings, spellings);
}

struct sound {
	uint32_t c;
	const char *as;
};

/* Letters that another country sounds otherwise than Arabic in its east. */
static const struct sound persian[] = {{0x062b, "s"}, {0x0630, "z"},  {0x0636, "z"},
				       {0x0648, "v"}, {0x0642, "gh"}, {0, NULL}};
/* Names of other tongues, which Arabic has no letters for. */
static const struct sound foreign[] = {
    {0x0641, "v"}, {0x0628, "p"}, {0x063a, "g"}, {0x062c, "g"}, {0, NULL}};
static const struct sound egypt_and_somali[] = {{0x062c, "g"}, {0x0638, "d"}, {0, NULL}};
static const struct sound pashto[] = {{0x0681, "z"},  {0x0685, "s"}, {0x0696, "g"},
				      {0x069a, "kh"}, {0x062b, "s"}, {0, NULL}};
static const struct sound hebrew_soft[] = {
    {0x05d1, "v"}, {0x05e4, "f"}, {0x05d5, "v"}, {0x05d7, "ch"}, {0, NULL}};
static const struct sound hebrew_soft_kh[] = {
    {0x05d1, "v"}, {0x05db, "ch"}, {0x05da, "ch"}, {0x05e6, "z"}, {0, NULL}};
static const struct sound as_usual[] = {
    {0x0681, "dz"}, {0x0685, "ts"}, {0x0696, "zh"}, {0x069a, "sh"}, {0x06a4, "v"},
    {0x06c6, "o"},  {0x06ce, "e"},  {0x06b5, "l"},  {0x0695, "r"},  {0, NULL}};

static const char *
sound_of(const struct sound *table, uint32_t c)
{
	for (; table->as != NULL; table++)
		if (table->c == c)
			return table->as;
	return NULL;
}

/* Letter by letter, one country's sounds before the usual ones. */
static struct str
spelled(struct parts *p, struct str text, const struct sound *country)
{
	struct buf out;

	buf_init(&out, p->arena);
	for (size_t i = 0, used; i < text.n; i += used) {
		uint32_t c = utf8_decode(text.p + i, text.n - i, &used);
		const char *as = sound_of(country, c);

		/* The soft sounds of Hebrew and waw as v: not where the word begins. */
		if (i == 0 && (country == hebrew_soft || country == hebrew_soft_kh) && c != 0x05d7)
			as = NULL;
		if (as == NULL)
			as = sound_of(as_usual, c);
		if (as == NULL)
			as = translit_letter(c);
		buf_add_z(&out, as != NULL ? as : "");
	}
	return buf_str(&out);
}

static void
add_unknown(struct parts *p, size_t from, size_t to)
{
	struct str text = text_of(p->letters, from, to);
	struct abjad_part *part;
	size_t used;

	if (from == to || (part = add(p, from, to)) == NULL)
		return;
	readings_add(&part->readings, spelled(p, text, as_usual));
	if (utf8_decode(text.p, text.n, &used) < 0x0600) {
		readings_add(&part->readings, spelled(p, text, hebrew_soft));
		readings_add(&part->readings, spelled(p, text, hebrew_soft_kh));
		return;
	}
	readings_add(&part->readings, spelled(p, text, persian));
	readings_add(&part->readings, spelled(p, text, egypt_and_somali));
	readings_add(&part->readings, spelled(p, text, foreign));
	readings_add(&part->readings, spelled(p, text, pashto));
}

static bool
has(const struct letters *l, size_t from, size_t to, const char *what)
{
	struct str text = text_of(l, from, to), wanted = str_from(what);

	return str_starts(text, wanted);
}

static const char *
word_at(const struct letters *l, size_t from, size_t to)
{
	return from < to ? abjad_word(text_of(l, from, to)) : NULL;
}

#define SERVANT "\u0639\u0628\u062f"
#define ARTICLE "\u0627\u0644"
#define ALLAH "\u0627\u0644\u0644\u0647"
#define AL_DIN "\u0627\u0644\u062f\u064a\u0646"
#define ABU "\u0627\u0628\u0648"

static void cut(struct parts *p, size_t from, size_t to);

/* What the word is when it is not known as a whole; false: none of these. */
static bool
cut_compound(struct parts *p, size_t from, size_t to)
{
	const struct letters *l = p->letters;
	size_t n = to - from;

	if (n >= 7 && has(l, from, to, SERVANT) && has(l, from + 3, to, ALLAH)) {
		add_word(p, from, from + 3, "abd");
		add_word(p, from + 3, to, n == 7 ? "allah" : "allahi");
		return true;
	}
	if (n >= 7 && has(l, from, to, SERVANT) && has(l, from + 3, to, ARTICLE)) {
		add_word(p, from, from + 3, "abd");
		add_word(p, from + 3, from + 5, "al");
		cut(p, from + 5, to);
		return true;
	}
	if (n >= 6 && has(l, to - 4, to, ALLAH)) {
		cut(p, from, to - 4);
		add_word(p, to - 4, to, "allah");
		return true;
	}
	if (n >= 7 && has(l, to - 5, to, AL_DIN)) {
		cut(p, from, to - 5);
		add_word(p, to - 5, to - 3, "al");
		add_word(p, to - 3, to, "din");
		return true;
	}
	return false;
}

/* Two known names in one, with or without the article between them. */
static bool
cut_known(struct parts *p, size_t from, size_t to)
{
	const struct letters *l = p->letters;

	for (size_t i = from + 2; i + 5 <= to; i++) {
		if (!has(l, i, to, ARTICLE) || word_at(l, from, i) == NULL ||
		    word_at(l, i + 2, to) == NULL)
			continue;
		add_word(p, from, i, word_at(l, from, i));
		add_word(p, i, i + 2, "al");
		add_word(p, i + 2, to, word_at(l, i + 2, to));
		return true;
	}
	for (size_t i = from + 3; i + 3 <= to; i++) {
		if (word_at(l, from, i) == NULL || word_at(l, i, to) == NULL)
			continue;
		add_word(p, from, i, word_at(l, from, i));
		add_word(p, i, to, word_at(l, i, to));
		return true;
	}
	return false;
}

static void
cut(struct parts *p, size_t from, size_t to)
{
	const struct letters *l = p->letters;
	const char *known = word_at(l, from, to);

	if (known != NULL) {
		add_word(p, from, to, known);
	} else if (to - from == 2 && has(l, from, to, ARTICLE)) {
		add_word(p, from, to, "al");
	} else if (cut_compound(p, from, to)) {
		return;
	} else if (to - from >= 5 && has(l, from, to, ARTICLE)) {
		add_word(p, from, from + 2, "al");
		cut(p, from + 2, to);
	} else if (!cut_known(p, from, to)) {
		add_unknown(p, from, to);
	}
}

size_t
abjad_read(struct arena *a, struct str word, struct abjad_part out[ABJAD_PARTS_MAX])
{
	struct letters letters;
	struct parts parts = {a, &letters, out, 0};

	if (!letters_make(a, word, &letters))
		return 0;
	cut(&parts, 0, letters.n);
	return parts.n;
}
