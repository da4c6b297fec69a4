#ifndef TEXT_TOKEN_MAKE_H
#define TEXT_TOKEN_MAKE_H

#include "text/token.h"

/* token_make: the steps of token_split(). */

struct readings;

/* Give the token all readings but the first as its alternates; the first is its key. */
void token_set_alternates(struct token *token, const struct readings *readings);

/* Parts of a piece without punctuation: ASCII, or a run of one script (text/script.h). */
void token_add_ascii(struct translit *t, struct arena *a, struct str part, struct name_tokens *out);
void token_add_run(struct translit *t, struct arena *a, struct str run, enum script script,
		   struct name_tokens *out);

/* What only the whole name tells: legal forms, articles, a patronymic, a Chinese name. */
void token_whole(struct arena *a, struct name_tokens *out);

#endif
