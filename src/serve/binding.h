#ifndef SERVE_BINDING_H
#define SERVE_BINDING_H

#include "serve/user.h"

/*
 * binding: a system account that is bound to somebody lets whoever has it come in as them, just
 * as a one-time link does. So where they have a way in already (a system account, a password), or
 * had one and worked, one administrator alone has no use of it: it waits 24 hours for a second
 * administrator or supervisor (serve/invite_second.h says who that may be), and where there is
 * nobody who could, it takes a reason and the overseer is told. Whose account it is is told in any
 * case (serve/notice.h).
 */

/*
 * In a changing door: the actor wants uid (-1: none) to be bound to whom. *waits: it was only
 * noted; else it is the caller's to do. One's own, and that of somebody who has no way in, wait for
 * nobody. RC_DENIED: say why.
 */
MUST_USE enum rc binding_wish(struct door *d, const struct user *whom, int64_t uid, bool *waits,
			      struct err *err);
/*
 * In a changing door: the actor agrees that this very uid is bound to whom, and it is. RC_ABSENT:
 * that waits for nobody. RC_DENIED: the actor is not the second person.
 */
MUST_USE enum rc binding_agree(struct door *d, struct user *whom, int64_t uid, struct err *err);

#endif
