#ifndef SERVE_OWN_WORD_H
#define SERVE_OWN_WORD_H

#include "serve/user.h"

/*
 * own_word: by which names and addresses those who sign in are known to record/own_name.h, as
 * MACs. The name is kept with the account; addresses are given by an administrator.
 */
#define OWN_ADDRESSES_MAX 5

/* In the changing door that adds or changes the user. */
MUST_USE enum rc own_word_note_name(struct door *d, const struct user *user, struct err *err);
/* In place of those before. */
MUST_USE enum rc own_word_set_addresses(struct door *d, const struct user *user,
					const struct str_list *addresses, struct err *err);
/* Those of the actor's unit, into a reach. */
MUST_USE enum rc own_word_load(struct door *d, const struct actor *who, struct reach *out,
			       struct err *err);

#endif
