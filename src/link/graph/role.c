#include "link/graph/role.h"

#include "base/arena.h"
#include "base/buf.h"
#include "link/graph/graph.h"

/* clang-format off */
static const struct {
	const char *word;
	unsigned why;
} words[] = {
	{ "survivor",     GRAPH_SURVIVOR },
	{ "victim",       GRAPH_SURVIVOR }, /* as law and FollowTheMoney's topics have it */
	{ "protected",    GRAPH_SURVIVOR },
	{ "child",        GRAPH_SURVIVOR },
	{ "witness",      GRAPH_SURVIVOR },
	{ "helper",       GRAPH_HELPER },
	{ "hotline",      GRAPH_HELPER },
	{ "helpline",     GRAPH_HELPER },
	{ "shelter",      GRAPH_HELPER },
	{ "refuge",       GRAPH_HELPER },
	{ "hospital",     GRAPH_HELPER },
	{ "clinic",       GRAPH_HELPER },
	{ "interpreter",  GRAPH_HELPER },
	{ "translator",   GRAPH_HELPER },
	{ "consulate",    GRAPH_HELPER },
	{ "embassy",      GRAPH_HELPER },
	{ "ngo",          GRAPH_HELPER },
	{ "counsellor",   GRAPH_HELPER },
	{ "counselor",    GRAPH_HELPER },
	{ "privileged",   GRAPH_PRIVILEGED },
	{ "lawyer",       GRAPH_PRIVILEGED },
	{ "attorney",     GRAPH_PRIVILEGED },
	{ "solicitor",    GRAPH_PRIVILEGED },
	{ "barrister",    GRAPH_PRIVILEGED },
	{ "counsel",      GRAPH_PRIVILEGED },
	{ "clergy",       GRAPH_PRIVILEGED },
	{ "priest",       GRAPH_PRIVILEGED },
	{ "imam",         GRAPH_PRIVILEGED },
	{ "rabbi",        GRAPH_PRIVILEGED },
	{ "physician",    GRAPH_PRIVILEGED },
	{ "doctor",       GRAPH_PRIVILEGED },
	{ "psychologist", GRAPH_PRIVILEGED },
	{ "therapist",    GRAPH_PRIVILEGED },
	{ "journalist",   GRAPH_PRIVILEGED },
	{ "journo",       GRAPH_PRIVILEGED },
	{ NULL, 0 },
};
/* clang-format on */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One word; a plural s is passed over. */
static unsigned
word_role(struct str word)
{
	for (size_t i = 0; words[i].word != NULL; i++) {
		struct str w = str_from(words[i].word);

		if (str_eq_ascii_case(word, w) ||
		    (word.n == w.n + 1 && (word.p[w.n] | 0x20) == 's' &&
		     str_eq_ascii_case(str_sub(word, 0, w.n), w)))
			return words[i].why;
	}
	return 0;
}

unsigned
graph_role(struct str text)
{
	unsigned why = 0;

	for (size_t i = 0, begin = 0; i <= text.n; i++) {
		if (i < text.n && is_letter(text.p[i]))
			continue;
		why |= word_role(str_sub(text, begin, i));
		begin = i + 1;
	}
	return why;
}

struct str
graph_helper_key(struct arena *a, struct str text)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (is_letter(c) || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
			buf_add_byte(&b, c);
	}
	return buf_str(&b);
}
