#ifndef LINK_ADVERTS_NUMBER_H
#define LINK_ADVERTS_NUMBER_H

#include "link/adverts/letters.h"

/*
 * number: words that say a digit ("zwo", "sieben", Arabic wahid), in the languages of number.c,
 * also several written together ("fivefivezero") and mixed with digits ("five5O").
 */
struct number_words;

struct number_words *number_words_new(struct arena *a, struct letters *l);

#define NUMBER_DIGITS_MAX 24

/*
 * The digits that a word of n letters says, to out; how many, or 0 when it says none, or more
 * than NUMBER_DIGITS_MAX. *sure: it has a digit or a word, not only letters that look like digits.
 */
size_t number_read(const struct number_words *w, const struct letter *at, size_t n,
		   char out[NUMBER_DIGITS_MAX], bool *sure);

/* The longest word of one digit that these n > 0 letters start with; how many letters, or 0. */
size_t number_word_at(const struct number_words *w, const struct letter *at, size_t n, char *digit);

#endif
