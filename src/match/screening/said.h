#ifndef MATCH_SCREENING_SAID_H
#define MATCH_SCREENING_SAID_H

#include "match/screening/screen.h"

/*
 * said: does a name say anything that can be compared? "---", "???" and an empty name do not (no
 * letter and no digit that is read): whoever asks by such a name alone looked for nobody, and has
 * to be told so, since no hit reads like nobody found.
 */
bool said_name(struct screen_worker *w, struct str name);
/* Any of the query's names. */
bool said_query(struct screen_worker *w, const struct screen_query *query);

#define SAID_NOTHING "has no letter or digit that could be compared, so nobody was looked for by it"

#endif
