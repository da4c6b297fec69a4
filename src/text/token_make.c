#include "text/token_make.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/abjad.h"
#include "text/alphabet.h"
#include "text/compound.h"
#include "text/han.h"
#include "text/hangul.h"
#include "text/indic.h"
#include "text/normal.h"
#include "text/readings.h"
#include "text/southeast.h"
#include "text/translit.h"

/* Of readings the first is the key, the others are its alternates. */
void
token_set_alternates(struct token *token, const struct readings *readings)
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
		token_set_alternates(token, readings);
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
	/* Particles have no marks: "Le" may be one, with a hat it is a Vietnamese surname. */
	out->at[before].flags &= ~(unsigned)TOKEN_PARTICLE;
	readings_add(&readings, out->at[before].key);
	alphabet_latin_read(a, text_fold(a, run), &readings);
	token_set_alternates(&out->at[before], &readings);
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

/* The only part so far is a Japanese family name. */
static bool
follows_japanese_family(struct arena *a, const struct name_tokens *out)
{
	struct readings ignored = {.n = 0};

	return out->n == 1 && out->at[0].script == SCRIPT_HAN &&
	       han_japanese_family(a, out->at[0].original, &ignored) == out->at[0].original.n;
}

/* Chinese characters: each a part, but a Japanese family name is one. */
static void
add_han(struct arena *a, struct name_tokens *out, struct str run)
{
	struct str folded = text_fold(a, run);
	bool first_of_name = out->n == 0, alike = folded.n == run.n;
	bool follows = follows_japanese_family(a, out);
	size_t characters = utf8_count(folded), family_end = SIZE_MAX;

	for (size_t i = 0, used; i < folded.n; i += used) {
		bool first = i == 0 && (first_of_name || (characters >= 2 && characters <= 4));
		struct readings readings = {.n = 0};
		uint32_t c = utf8_decode(folded.p + i, folded.n - i, &used);
		size_t family = first ? han_japanese_family(a, folded, &readings) : 0;

		if (family == 0 && (i == 0 ? follows : i == family_end))
			han_japanese_given(a, str_sub(folded, i, folded.n), &readings);
		if (family > 0)
			used = family_end = family;
		else if (readings.n > 0)
			used = folded.n - i;
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

/* Burmese: each syllable a part. */
static bool
add_burmese(struct arena *a, struct name_tokens *out, struct str run, struct str folded)
{
	bool alike = str_eq(run, folded), any = false;
	size_t at = 0;

	for (struct str rest = folded; rest.n > 0;) {
		struct readings readings = {.n = 0};
		size_t n = burmese_syllable(a, &rest, &readings), used = 0;

		if (n == 0) {
			/* A sign that stands alone is passed over. */
			utf8_decode(rest.p, rest.n, &used);
			rest = str_sub(rest, used, rest.n);
		} else {
			add_readings(out, alike ? str_sub(run, at, at + n) : run, &readings,
				     SCRIPT_OTHER);
			if (readings.at[0].n > 0 && out->n > 0)
				out->at[out->n - 1].flags &=
				    ~(unsigned)(TOKEN_PARTICLE | TOKEN_INITIAL);
			any = true;
		}
		at += n + used;
	}
	return any;
}

/* A script that nobody reads here: a key of its code points, good for the same script alone. */
static struct str
unread_key(struct arena *a, struct str folded)
{
	struct buf out;

	buf_init(&out, a);
	for (size_t i = 0, used; i < folded.n && out.n < TOKEN_KEY_MAX; i += used) {
		uint32_t c = utf8_decode(folded.p + i, folded.n - i, &used);

		if (script_of(c) == SCRIPT_NONE)
			continue;
		buf_add_byte(&out, (char)('a' + c / 26 % 26));
		buf_add_byte(&out, (char)('a' + c % 26));
	}
	return buf_str(&out);
}

void
token_add_run(struct translit *t, struct arena *a, struct str run, enum script script,
	      struct name_tokens *out)
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

		if (script == SCRIPT_OTHER && add_burmese(a, out, run, folded))
			return;
		if (alphabet_read(a, folded, &readings) || indic_read(a, folded, &readings) ||
		    southeast_read(a, folded, &readings)) {
			add_compound_readings(out, run, &readings, script);
			return;
		}
	}
	key = translit_ascii(t, a, run);
	if (key.n == 0 && script == SCRIPT_OTHER)
		key = unread_key(a, text_fold(a, run));
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

void
token_add_ascii(struct translit *t, struct arena *a, struct str part, struct name_tokens *out)
{
	add_latin(out, part, translit_ascii(t, a, part), script_of_text(part));
}
