#ifndef MATCH_DECISION_DECISION_H
#define MATCH_DECISION_DECISION_H

#include "serve/feature.h"

/*
 * decision: rules 9 and 16. No adverse act follows from a score alone: a person decides and
 * says why; a list and a rule stand on somebody who answers for them, for a time.
 */
extern const struct feature decision_feature;

/* Is it a sentence of a person, and not a score, a tick or a dash? */
bool reasons_say_something(struct str text);

#endif
