#ifndef LINK_ADVERTS_PAIRS_H
#define LINK_ADVERTS_PAIRS_H

#include "link/adverts/corpus.h"

/*
 * pairs: adverts that are alike, each with each only where it is worth it: they share rare shingles
 * or a band of their MinHash; then all they say is compared.
 */
struct pair {
	uint32_t a, b;	/* adverts of the corpus, a < b */
	uint32_t alike; /* ten thousandths */
};

struct pair_list {
	struct pair *at; /* the most alike first */
	size_t n;
};

#define PAIR_ALIKE_MIN 0.2

/* The first of a run of adverts with the same words stands for them when it says enough: less is
 * what anybody may write. */
bool pairs_stands_for(const struct corpus *c, size_t first, size_t i);

void pairs_find(struct arena *a, const struct corpus *c, unsigned threads, struct pair_list *out);

#endif
