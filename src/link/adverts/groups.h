#ifndef LINK_ADVERTS_GROUPS_H
#define LINK_ADVERTS_GROUPS_H

#include "link/adverts/corpus.h"

/*
 * groups: adverts that one hand seems to have written. Candidates by rare shingles and by MinHash,
 * each compared whole; groups grow where the average over their members agrees, never over one
 * pair, and over shared contacts that are no hub. A group is a lead: it raises nothing.
 */
struct group {
	const uint32_t *advert; /* in the corpus */
	uint32_t advert_n;
	double alike;		 /* average over a sample of its pairs: 0 to 1 */
	double alike_least;	 /* of that sample */
	uint32_t contact_merges; /* how often a shared contact joined parts of it */
	uint32_t refused;	 /* how often a pair was alike, but the groups behind it were not */
};

struct groups {
	uint32_t *of; /* each advert's group, or GROUP_NONE */
	struct group *at;
	size_t n;
	size_t hubs;  /* contacts that tied nothing, for they tie too much */
	size_t pairs; /* that were found alike */
};

#define GROUP_NONE UINT32_MAX

/* Marks the hubs in c->contact. *out lives in the arena. The same for any number of threads. */
void groups_find(struct arena *a, struct corpus *c, unsigned threads, struct groups *out);

#endif
