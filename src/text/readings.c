#include "text/readings.h"

void
readings_add(struct readings *out, struct str s)
{
	if (s.n == 0 || out->n == READINGS_MAX)
		return;
	for (size_t i = 0; i < out->n; i++)
		if (str_eq(out->at[i], s))
			return;
	out->at[out->n++] = s;
}

void
readings_add_words(struct readings *out, const char *words)
{
	for (struct str rest = str_from(words); rest.p != NULL && rest.n > 0;)
		readings_add(out, str_cut(&rest, ' '));
}
