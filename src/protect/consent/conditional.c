#include "protect/consent/conditional.h"

#include "base/arena.h"

/* Beginnings of words, lower case; a longer run of words is matched as it stands. */
static const char *const conditions[] = {
    "if ",	   "on condition",  "provided that", "provided she",
    "provided he", "provided they", "unless",	     "only when",
    "only after",  "in exchange",   "in return for", "as long as",
    "subject to",  "depends on",    "dependent on",  "conditional",
    "à condition", "a condition",   "pourvu",	     "sauf si",
    "en échange",  "si elle",	    "si il",	     "s'il",
    "a cambio",	   "siempre que",   "a menos que",   "con la condición",
    "a condición", "si ella",	    "si él",	     "si declara",
    "si coopera",  "si colabora",
};
static const char *const cooperation[] = {
    "testif",	       "testimon",	    "cooperat",		 "co-operat",
    "collaborat",      "witness statement", "gives a statement", "give a statement",
    "presses charges", "press charges",	    "court appearance",	 "témoign",
    "coopér",	       "collabor",	    "porte plainte",	 "testific",
    "testimonio",      "coopera",	    "colabora",		 "declara",
    "denuncia",
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* At the beginning of a word: "motif " holds no "if ". */
static bool
holds(struct str sentence, struct str word)
{
	for (size_t from = 0; from + word.n <= sentence.n; from++) {
		ptrdiff_t at = str_find(str_sub(sentence, from, sentence.n), word);

		if (at < 0)
			return false;
		from += (size_t)at;
		if (from == 0 || !is_letter(sentence.p[from - 1]))
			return true;
	}
	return false;
}

static bool
holds_any(struct str sentence, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (holds(sentence, str_from(words[i])))
			return true;
	return false;
}

bool
text_is_conditional(struct arena *a, struct str text)
{
	struct str rest = str_lower_ascii(a, text);
	size_t from = 0;

	for (size_t i = 0; i <= rest.n; i++) {
		struct str sentence;

		if (i < rest.n && rest.p[i] != '.' && rest.p[i] != '\n' && rest.p[i] != ';' &&
		    rest.p[i] != '!' && rest.p[i] != '?')
			continue;
		sentence = str_sub(rest, from, i);
		from = i + 1;
		if (holds_any(sentence, conditions, COUNT_OF(conditions)) &&
		    holds_any(sentence, cooperation, COUNT_OF(cooperation)))
			return true;
	}
	return false;
}
