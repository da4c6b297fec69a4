#ifndef TEXT_TOKEN_WORDS_H
#define TEXT_TOKEN_WORDS_H

#include "base/str.h"

/*
 * token_words: keys (text/token.h) that are no names: titles, particles between names,
 * legal forms of companies (ISO 20275 abbreviations among them). "as" and "al" may be two
 * of these at once.
 */
bool word_is_honorific(struct str key);
bool word_is_particle(struct str key);
bool word_is_legal_form(struct str key);

#endif
