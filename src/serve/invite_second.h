#ifndef SERVE_INVITE_SECOND_H
#define SERVE_INVITE_SECOND_H

#include "serve/password.h"

/*
 * invite_second: a one-time link for a name that somebody works under lets whoever holds it come in
 * as somebody, so one administrator alone has no use of it: it is good once a second administrator
 * or supervisor agreed, who is neither the maker nor whom it is for, and of another system account
 * (but for the setting shared_account). Where there is nobody who could, it is good at once, with
 * a reason, and the overseer is told. Whom it is for is told in any case (serve/notice.h).
 */

/* In a changing door, after invite_add. *waits: for a second person. RC_DENIED: say why. */
MUST_USE enum rc invite_needs_second(struct door *d, const struct invite *i, bool *waits,
				     struct err *err);
/* In a changing door: the actor agrees to the link that waits for this user. RC_ABSENT: none. */
MUST_USE enum rc invite_agree(struct door *d, const struct user *user, struct err *err);
/* Is a link that was found good? */
MUST_USE enum rc invite_is_good(struct door *d, const struct invite *i, bool *good,
				struct err *err);

/* The same second person, for other ways to come in as somebody: serve/binding.h. */
#define SECOND_REASON_MIN 12 /* bytes; as for broken glass */
/* Is there anybody who could agree to what the maker made for whom? */
MUST_USE enum rc second_is_there(struct door *d, struct id maker, struct id whom, bool *is,
				 struct err *err);
/* Could the actor? False too where the maker may not ask for it any more. */
MUST_USE enum rc second_could(struct door *d, struct id maker, struct id whom, bool *could,
			      struct err *err);
/* Has somebody worked under this name, or could by a password? */
MUST_USE enum rc second_is_in_use(struct door *d, struct id user, bool *is, struct err *err);

#endif
