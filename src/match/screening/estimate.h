#ifndef MATCH_SCREENING_ESTIMATE_H
#define MATCH_SCREENING_ESTIMATE_H

#include "match/screening/gather.h"

/*
 * estimate: the bits of a listed name without comparing letters: what its words are known to bring
 * (neighbours.h), and for parts left over on both sides what was found when they were first met in
 * this question. As score_names says it, nearly: no customs, no descent. One per worker.
 */
struct estimate;

struct estimate *estimate_new(void);
void estimate_free(struct estimate *e);

/* Before the first name of a question; does nothing when the last one was of the same. */
void estimate_begin(struct estimate *e, const struct screen_index *index,
		    const struct gather_question *q);
float estimate_name(struct estimate *e, uint32_t name);

#endif
