#ifndef MATCH_LINKAGE_CLUSTER_H
#define MATCH_LINKAGE_CLUSTER_H

#include "match/linkage/assign.h"

/*
 * cluster: rows of one file that are one person. Pairs alone are not trusted to carry over: of
 * A = B and B = C it does not follow that A = C when A and C contradict each other.
 */
struct link_clusters {
	uint32_t *of; /* each row's cluster: the number of its first row */
	size_t n;     /* clusters */
	size_t split; /* groups that were taken apart */
};

void link_clusters_find(struct arena *a, const struct link_weights *w, const struct link_tables *t,
			const struct link_pairs *pairs, double bits_min, struct link_clusters *out);

#endif
