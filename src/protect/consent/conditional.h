#ifndef PROTECT_CONSENT_CONDITIONAL_H
#define PROTECT_CONSENT_CONDITIONAL_H

#include <stdbool.h>

#include "base/str.h"

struct arena;

/*
 * Does a sentence of the text tie something to testimony or cooperation (rule 13)? A sentence
 * that holds a word of condition and a word of cooperation counts, in English, French or
 * Spanish. It errs to yes: whoever meant it otherwise says it in two sentences.
 */
bool text_is_conditional(struct arena *a, struct str text);

#endif
