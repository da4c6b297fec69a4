#include "text/token.h"

#include <string.h>

#include <unicode/uchar.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "text/abjad.h"
#include "text/alphabet.h"
#include "text/compound.h"
#include "text/han.h"
#include "text/hangul.h"
#include "text/indic.h"
#include "text/normal.h"
#include "text/readings.h"
#include "text/token_words.h"
#include "text/translit.h"

enum part { PART_INSIDE, PART_DROPPED, PART_BETWEEN };

/* What a code point does to the part it stands in. */
static enum part
part_of(uint32_t c)
{
	if (c < 0x80) {
		if (c == '\'' || c == '`')
			return PART_DROPPED;
		return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9')
			   ? PART_INSIDE
			   : PART_BETWEEN;
	}
	switch (c) {
	case 0x02b9:
	case 0x02bb:
	case 0x02bc:
	case 0x02bd:
	case 0x02be:
	case 0x02bf:
	case 0x02c8:
	case 0x2018:
	case 0x2019:
	case 0x201b:
	case 0x2032:
	case 0x00b4:
	case 0xff07:
	case 0x05f3:
	case 0x200c:
	case 0x200d:
	case 0x200e:
	case 0x200f:
	case 0x00ad:
	case 0xfeff: return PART_DROPPED;
	default: break;
	}
	if (u_isalnum((UChar32)c) || (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK) != 0)
		return PART_INSIDE;
	return PART_BETWEEN;
}

static bool
is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

unsigned
token_flags_of(struct str key)
{
	unsigned flags = 0;

	if (is_digits(key))
		return TOKEN_NUMBER;
	if (key.n == 1)
		flags |= TOKEN_INITIAL;
	return flags | word_marks(key);
}

/* Of readings the first is the key, the others are its alternates. */
static void
add_alternates(struct token *token, const struct readings *readings)
{
	token->alternates_n = 0;
	for (size_t i = 1; i < readings->n; i++)
		if (readings->at[i].n <= TOKEN_KEY_MAX)
			token->alternates[token->alternates_n++] = readings->at[i];
}

static struct token *
add(struct name_tokens *out, struct str original, struct str key, enum script script)
{
	struct token *token;

	if (key.n == 0)
		return NULL;
	if (out->n == NAME_TOKENS_MAX) {
		out->cut = true;
		return NULL;
	}
	if (key.n > TOKEN_KEY_MAX) {
		key.n = TOKEN_KEY_MAX;
		out->cut = true;
	}
	token = &out->at[out->n++];
	token->original = original;
	token->key = key;
	token->script = script;
	token->flags = token_flags_of(key);
	token->alternates_n = 0;
	/* One letter that is a whole syllable (Han "e") abbreviates nothing. */
	if (script == SCRIPT_HAN || script == SCRIPT_HANGUL)
		token->flags &=
		    ~(unsigned)(TOKEN_INITIAL | TOKEN_PARTICLE | TOKEN_HONORIFIC | TOKEN_LEGAL);
	if (script_is_abjad(script))
		token->flags |= TOKEN_ABJAD;
	return token;
}

static void
add_readings(struct name_tokens *out, struct str original, const struct readings *readings,
	     enum script script)
{
	struct token *token = readings->n > 0 ? add(out, original, readings->at[0], script) : NULL;

	if (token != NULL)
		add_alternates(token, readings);
}

static void
add_latin(struct name_tokens *out, struct str original, struct str key, enum script script)
{
	struct compound_part parts[COMPOUND_PARTS_MAX];
	size_t n = script == SCRIPT_LATIN ? compound_cut(key, parts) : 0;
	bool same = original.n == key.n; /* byte for byte: then parts of it can be shown */

	if (n == 0)
		add(out, original, key, script);
	for (size_t i = 0; i < n; i++)
		add(out, same ? str_sub(original, parts[i].from, parts[i].to) : original,
		    parts[i].key, script);
}

/* Letters with marks: the plain letter, and the two that stand for it where it is missing. */
static void
add_latin_marked(struct arena *a, struct name_tokens *out, struct str run, struct str key)
{
	struct readings readings = {.n = 0};
	size_t before = out->n;

	add_latin(out, run, key, SCRIPT_LATIN);
	if (out->n != before + 1)
		return;
	readings_add(&readings, out->at[before].key);
	alphabet_latin_read(a, text_fold(a, run), &readings);
	add_alternates(&out->at[before], &readings);
}

/* Long vowels of Japanese are mostly written short; then as the kana have them. */
static void
add_kana(struct arena *a, struct name_tokens *out, struct str run, struct str key)
{
	struct readings readings = {.n = 0};
	char *brief = arena_bytes(a, key.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < key.n; i++) {
		char c = key.p[i], before = n > 0 ? brief[n - 1] : '\0';

		if ((c == 'u' && (before == 'o' || before == 'u')) || (c == 'o' && before == 'o'))
			continue;
		brief[n++] = c;
	}
	readings_add(&readings, (struct str){brief, n});
	readings_add(&readings, key);
	add_readings(out, run, &readings, SCRIPT_KANA);
}

/* Syllables apart: each its own part, shown by its code point where they count alike. */
static void
add_syllables(struct name_tokens *out, struct str original, struct str key, enum script script)
{
	size_t parts = 1, at = 0, used;
	bool alike;

	for (size_t i = 0; i < key.n; i++)
		parts += key.p[i] == ' ';
	alike = utf8_count(original) == parts;
	for (struct str rest = key; rest.p != NULL;) {
		struct str syllable = str_cut(&rest, ' '), shown = original;

		if (alike) {
			utf8_decode(original.p + at, original.n - at, &used);
			shown = str_sub(original, at, at + used);
			at += used;
		}
		add(out, shown, syllable, script);
	}
}

/* Korean: each syllable a part. Letters written apart (NFD) are shown by their whole run. */
static void
add_hangul(struct arena *a, struct name_tokens *out, struct str run)
{
	struct str folded = text_fold(a, run);
	bool alike = utf8_count(folded) == utf8_count(run), inside = false;

	for (size_t i = 0, at = 0, used, width; i < folded.n; i += used) {
		uint32_t c = utf8_decode(folded.p + i, folded.n - i, &used);
		struct readings readings = {.n = 0};
		struct str shown = run;

		if (alike) {
			utf8_decode(run.p + at, run.n - at, &width);
			shown = str_sub(run, at, at + width);
			at += width;
		}
		hangul_read(a, c,
			    !inside && hangul_has_surname(hangul_together(folded, i), out->n == 0),
			    &readings);
		add_readings(out, shown, &readings, SCRIPT_HANGUL);
		inside = readings.n > 0;
	}
}

/* Chinese characters: each a part, but a Japanese family name is one. */
static void
add_han(struct arena *a, struct name_tokens *out, struct str run)
{
	struct str folded = text_fold(a, run);
	bool first_of_name = out->n == 0, alike = folded.n == run.n;
	size_t characters = utf8_count(folded);

	for (size_t i = 0, used; i < folded.n; i += used) {
		bool first = i == 0 && (first_of_name || (characters >= 2 && characters <= 4));
		struct readings readings = {.n = 0};
		uint32_t c = utf8_decode(folded.p + i, folded.n - i, &used);
		size_t family = first ? han_japanese_family(a, folded, &readings) : 0;

		if (family > 0)
			used = family;
		else
			han_read(a, c, first, &readings);
		add_readings(out, alike ? str_sub(run, i, i + used) : run, &readings, SCRIPT_HAN);
	}
}

/* Arabic and Hebrew: false when the word must be read letter by letter, as others are. */
static bool
add_abjad(struct arena *a, struct name_tokens *out, struct str run, enum script script)
{
	struct abjad_part parts[ABJAD_PARTS_MAX];
	size_t n = abjad_read(a, run, parts);

	for (size_t i = 0; i < n; i++) {
		size_t before = out->n;

		add_readings(out, parts[i].original, &parts[i].readings, script);
		if (parts[i].vowels && out->n > before)
			out->at[before].flags &= ~(unsigned)TOKEN_ABJAD;
	}
	return n > 0;
}

/* As add_readings, a name of Arabic make cut in each reading (text/compound.h). */
static void
add_compound_readings(struct name_tokens *out, struct str original, const struct readings *readings,
		      enum script script)
{
	struct compound_part cut[READINGS_MAX][COMPOUND_PARTS_MAX];
	size_t n[READINGS_MAX];

	for (size_t i = 0; i < readings->n; i++)
		n[i] = compound_cut(readings->at[i], cut[i]);
	if (readings->n == 0 || n[0] == 0) {
		add_readings(out, original, readings, script);
		return;
	}
	for (size_t part = 0; part < n[0]; part++) {
		struct readings of_part = {.n = 0};

		for (size_t i = 0; i < readings->n; i++)
			if (n[i] == n[0])
				readings_add(&of_part, cut[i][part].key);
		add_readings(out, original, &of_part, script);
	}
}

static void
add_run(struct translit *t, struct arena *a, struct name_tokens *out, struct str run,
	enum script script)
{
	struct readings readings = {.n = 0};
	struct str key;

	if (script == SCRIPT_HANGUL) {
		add_hangul(a, out, run);
		return;
	}
	if (script == SCRIPT_HAN) {
		add_han(a, out, run);
		return;
	}
	if (script_is_abjad(script) && add_abjad(a, out, run, script))
		return;
	if (script != SCRIPT_LATIN) {
		struct str folded = text_fold(a, run);

		if (alphabet_read(a, folded, &readings) || indic_read(a, folded, &readings)) {
			add_compound_readings(out, run, &readings, script);
			return;
		}
	}
	key = translit_ascii(t, a, run);
	if (str_chr(key, ' ') >= 0)
		add_syllables(out, run, key, script);
	else if (script == SCRIPT_KANA)
		add_kana(a, out, run, key);
	else if (script == SCRIPT_LATIN && !text_is_ascii(run))
		add_latin_marked(a, out, run, key);
	else if (script == SCRIPT_LATIN)
		add_latin(out, run, key, script);
	else
		add(out, run, key, script);
}

/* A part without punctuation around it; dropped signs may still be inside. */
static void
add_part(struct translit *t, struct arena *a, struct name_tokens *out, struct str part)
{
	enum script script;

	if (text_is_ascii(part)) {
		script = script_of_text(part);
		add_latin(out, part, translit_ascii(t, a, part), script);
		return;
	}
	while (part.n > 0) {
		struct str run = script_cut(&part, &script);

		add_run(t, a, out, run, script);
	}
}

/* "S.A.", "z.o.o.": single letters in a row that make a legal form become one part. */
static void
join_legal_forms(struct arena *a, struct name_tokens *out)
{
	for (size_t from = 0; from + 1 < out->n; from++) {
		size_t n = 0;
		char *key = arena_bytes(a, 4);

		while (n < 4 && from + n < out->n && out->at[from + n].key.n == 1 &&
		       out->at[from + n].script == SCRIPT_LATIN) {
			key[n] = out->at[from + n].key.p[0];
			n++;
		}
		for (; n >= 2; n--) {
			struct token *first = &out->at[from], *last = first + n - 1;
			struct str joined = {key, n};

			if ((word_marks(joined) & TOKEN_LEGAL) == 0)
				continue;
			first->original.n =
			    (size_t)(last->original.p - first->original.p) + last->original.n;
			first->key = joined;
			first->flags = TOKEN_LEGAL;
			memmove(first + 1, last + 1, (out->n - from - n) * sizeof *first);
			out->n -= n - 1;
			break;
		}
	}
}

/* Before what it belongs to the article is "al" in all its forms, and no other word. */
static void
name_articles(struct name_tokens *out)
{
	for (size_t i = 0; i + 1 < out->n; i++) {
		struct token *token = &out->at[i];
		const struct token *next = token + 1;
		const char *between = token->original.p + token->original.n;

		if (token->script != SCRIPT_LATIN || !compound_is_article(token->key, next->key))
			continue;
		/* "An Nguyen" is no article; "An-Nasr" and "ul Haq" are. */
		if (token->key.p[0] != 'u' && token->key.p[1] != 'l' &&
		    (between >= next->original.p || *between == ' '))
			continue;
		token->key = STR("al");
		token->flags |= TOKEN_PARTICLE;
	}
}

static bool
sounds_chinese(const struct token *token)
{
	return token->script == SCRIPT_LATIN &&
	       (han_is_syllable(token->key) || han_two_syllables(token->key) > 0);
}

static struct str
respelled_two(struct arena *a, struct str key, size_t at)
{
	struct str first = str_sub(key, 0, at), second = str_sub(key, at, key.n);
	struct readings one = {.n = 0}, two = {.n = 0};

	han_respell(first, &one);
	han_respell(second, &two);
	if (one.n == 0 && two.n == 0)
		return STR_NONE;
	first = one.n > 0 ? one.at[0] : first;
	second = two.n > 0 ? two.at[0] : second;
	return str_fmt(a, "%.*s%.*s", STR_ARG(first), STR_ARG(second));
}

/*
 * A name in Latin letters whose every part is a Chinese syllable, or two, has the pinyin of
 * other spellings as alternates ("Hsu Tsai-wei", "Chan Tai Man").
 */
static void
respell_chinese(struct arena *a, struct name_tokens *out)
{
	if (out->n < 2 || out->n > 4)
		return;
	for (size_t i = 0; i < out->n; i++)
		if (!sounds_chinese(&out->at[i]))
			return;
	for (size_t i = 0; i < out->n; i++) {
		struct token *token = &out->at[i];
		struct readings readings = {.n = 0};

		/* "Le", "Du", "An" are names here. */
		token->flags &= ~(unsigned)(TOKEN_PARTICLE | TOKEN_HONORIFIC);
		readings_add(&readings, token->key);
		if (han_is_syllable(token->key))
			han_respell(token->key, &readings);
		else
			readings_add(&readings,
				     respelled_two(a, token->key, han_two_syllables(token->key)));
		add_alternates(token, &readings);
	}
}

static bool
ends_as_patronymic(struct str key)
{
	static const char *const ends[] = {"ovich",  "evich", "ovych", "evych", "ovitch",
					   "evitch", "ovna",  "evna",  "ivna",	"inichna"};

	for (size_t i = 0; key.n >= 7 && i < COUNT_OF(ends); i++)
		if (str_ends(key, str_from(ends[i])))
			return true;
	return str_eq_z(key, "ilich") || str_eq_z(key, "ilyich") || str_eq_z(key, "fomich") ||
	       str_eq_z(key, "kuzmich") || str_eq_z(key, "lukich");
}

/*
 * The father's name of the East Slavs, of three parts and more: the one that follows the given
 * name, which has no such end. "Abramovich Roman Arkadievich": the first is a surname.
 */
static void
mark_patronymic(struct name_tokens *out)
{
	for (size_t i = 1; out->n >= 3 && i < out->n; i++) {
		struct str key = out->at[i].key;
		char last = key.p[key.n - 1];

		if ((last == 'h' || last == 'a') && ends_as_patronymic(key) &&
		    !ends_as_patronymic(out->at[i - 1].key)) {
			out->at[i].flags |= TOKEN_PATRONYMIC;
			return;
		}
	}
}

void
token_split(struct translit *t, struct arena *a, struct str name, struct name_tokens *out)
{
	size_t start = 0, bad = utf8_bad_at(name);

	out->n = 0;
	out->cut = bad < name.n || name.n > NAME_BYTES_MAX;
	name.n = bad;
	if (name.n > NAME_BYTES_MAX) {
		name.n = NAME_BYTES_MAX;
		while ((name.p[name.n] & 0xc0) == 0x80)
			name.n--;
	}
	for (size_t i = 0, used; i <= name.n; i += used) {
		uint32_t c = i < name.n ? utf8_decode(name.p + i, name.n - i, &used) : ' ';

		if (i == name.n)
			used = 1;
		if (part_of(c) != PART_BETWEEN)
			continue;
		if (i > start)
			add_part(t, a, out, str_sub(name, start, i));
		start = i + used;
	}
	join_legal_forms(a, out);
	name_articles(out);
	mark_patronymic(out);
	respell_chinese(a, out);
}
