#ifndef MATCH_SCREENING_LEFTOVER_H
#define MATCH_SCREENING_LEFTOVER_H

#include "match/screening/score.h"

/*
 * leftover: what parts say that found no counterpart; one bit of left_free and right_free for each.
 * Appends its pieces in the order of the names.
 */
void leftovers_score(const struct asked_name *asked, const struct other_name *other,
		     uint32_t left_free, uint32_t right_free, struct screen_explanation *out);

/* Half of their letters are the same in order: a bad slip, or chance. */
bool leftovers_half_alike(const struct word *a, const struct word *b);

#endif
