#ifndef MATCH_SCREENING_CUSTOM_H
#define MATCH_SCREENING_CUSTOM_H

#include "base/arena.h"
#include "base/str.h"

/*
 * custom: which parts of names go together. "Kim", "Yong" and "Chol" are each rare in a list of
 * the world's names, but they come together: whoever bears one likely bears the next. Bits of
 * parts that are added up as if they had nothing to do with each other would say far too much.
 *
 * Names are taken to be of one of CUSTOMS naming customs that nobody names: a mixture (latent
 * class model; Dempster, Laird and Rubin 1977 for EM) over parts and their endings, found in the
 * list itself. They say nothing of a person's origin and are stored nowhere else.
 */
#define CUSTOMS 16

/* P(custom | part) over P(custom), in sixteenths of a bit (log2), for each custom. */
struct custom_lean {
	signed char of[CUSTOMS];
};

struct customs {
	float share[CUSTOMS]; /* P(custom); all 0: nothing is known */
};

/* What the model is made from: names as runs of parts, parts as numbers below part_count. */
struct custom_source {
	const uint32_t *parts; /* of all names, one after the other */
	const uint32_t *first; /* of each name its first part; one more than names */
	size_t names;
	const struct str *keys; /* of each part, for its ending */
	size_t part_count;
};

/* Deterministic. leans has room for part_count. */
void customs_find(const struct custom_source *source, struct customs *out,
		  struct custom_lean *leans);

/*
 * log2 of how many times more often these parts come together than by chance; at least 0, and 0
 * for fewer than two.
 */
double customs_together(const struct customs *customs, const struct custom_lean *const *parts,
			size_t n);

#endif
