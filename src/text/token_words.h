#ifndef TEXT_TOKEN_WORDS_H
#define TEXT_TOKEN_WORDS_H

#include "base/str.h"

/*
 * token_words: keys (text/token.h) that are no names by themselves: titles, particles between
 * names, legal forms of companies.
 */

/* TOKEN_HONORIFIC, TOKEN_PARTICLE, TOKEN_LEGAL; "as" is two of them. 0: a name, or not known. */
unsigned word_marks(struct str key);

/* For the tests. */
bool word_marks_are_sorted(void);

#endif
