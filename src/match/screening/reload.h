#ifndef MATCH_SCREENING_RELOAD_H
#define MATCH_SCREENING_RELOAD_H

#include "match/screening/screen.h"

/*
 * reload: the index that questions go to, replaced while they run. Who asks holds it for one
 * question; an index that was replaced goes when the last question to it is answered, so that
 * none fails or waits for the new one to be made. Any thread.
 */
struct screen_live;

/* Takes the index. */
struct screen_live *screen_live_new(struct screen_index *index);
/* NULL does nothing. Nobody may hold it any more. */
void screen_live_free(struct screen_live *live);

/* The index as it is now; each hold ends with screen_index_free. */
struct screen_index *screen_live_hold(struct screen_live *live);

/* Takes the index, lets the one before go. */
void screen_live_swap(struct screen_live *live, struct screen_index *index);

#endif
