#include <string.h>

#include "base/arena.h"
#include "text/compound.h"
#include "text/han.h"
#include "text/readings.h"
#include "text/token_make.h"
#include "text/token_words.h"

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

	han_respell(first, false, &one);
	han_respell(second, false, &two);
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
			han_respell(token->key, i == 0 || (i + 1 == out->n && i == 1), &readings);
		if (han_is_syllable(token->key))
			han_respell(token->key, i != 0, &readings);
		else
			readings_add(&readings,
				     respelled_two(a, token->key, han_two_syllables(token->key)));
		token_set_alternates(token, &readings);
	}
}

/*
 * How the languages write the ends; those that are ends of surnames elsewhere only count between
 * two other parts.
 */
static const char *const fathers[] = {"ovich",	 "evich",  "avich",  "ivich", "ovych",	 "evych",
				      "ovitch",	 "evitch", "ovitj",  "evitj", "ovitsch", "owitsch",
				      "ewitsch", "owitsj", "ewitsj", "ovitx", "ovics",	 "ovna",
				      "evna",	 "ivna",   "inichna"};
static const char *const fathers_between[] = {"ovic", "evic", "owicz", "ewicz", "ovici", "evici"};

static bool
ends_in(struct str key, const char *const *ends, size_t n)
{
	for (size_t i = 0; key.n >= 7 && i < n; i++)
		if (str_ends(key, str_from(ends[i])))
			return true;
	return false;
}

static bool
ends_as_patronymic(struct str key, bool between)
{
	return ends_in(key, fathers, COUNT_OF(fathers)) ||
	       (between && ends_in(key, fathers_between, COUNT_OF(fathers_between))) ||
	       str_eq_z(key, "ilich") || str_eq_z(key, "ilyich") || str_eq_z(key, "fomich") ||
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

		if (strchr("hacijsxz", key.p[key.n - 1]) != NULL &&
		    ends_as_patronymic(key, i + 1 < out->n) &&
		    !ends_as_patronymic(out->at[i - 1].key, false)) {
			out->at[i].flags |= TOKEN_PATRONYMIC;
			return;
		}
	}
}

/* "Le Van Cuong", "Do Thi Hoa": a Vietnamese surname that is a particle elsewhere. */
static void
name_vietnamese(struct name_tokens *out)
{
	if (out->n >= 3 && out->at[0].key.n <= 3 &&
	    (str_eq_z(out->at[1].key, "van") || str_eq_z(out->at[1].key, "thi")))
		out->at[0].flags &= ~(unsigned)TOKEN_PARTICLE;
}

/* Nobody is called by titles and particles alone: then they are the name. */
static void
leave_a_name(struct name_tokens *out)
{
	const unsigned weak = TOKEN_HONORIFIC | TOKEN_PARTICLE | TOKEN_LEGAL;

	for (size_t i = 0; i < out->n; i++)
		if ((out->at[i].flags & weak) == 0)
			return;
	for (size_t i = 0; i < out->n; i++)
		out->at[i].flags &= ~weak;
}

void
token_whole(struct arena *a, struct name_tokens *out)
{
	join_legal_forms(a, out);
	name_articles(out);
	mark_patronymic(out);
	respell_chinese(a, out);
	name_vietnamese(out);
	leave_a_name(out);
}
