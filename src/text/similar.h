#ifndef TEXT_SIMILAR_H
#define TEXT_SIMILAR_H

#include "base/str.h"

/*
 * similar: how alike two short texts are. ASCII is compared by bytes, other UTF-8 by code
 * points; only the first SIMILAR_MAX are read. Symmetric; 1 is equality, 0 nothing in common.
 * No memory is taken; any thread.
 */
#define SIMILAR_MAX 64

/* Jaro-Winkler, prefix weight 0.1 over four characters at most (Winkler 1990). */
double similar_jaro_winkler(struct str a, struct str b);

/*
 * Edits from a to b: insert, delete, replace, swap of neighbours, no part edited twice
 * (optimal string alignment). limit + 1 when it takes more than limit.
 */
int similar_edits(struct str a, struct str b, int limit);

#endif
