#ifndef SERVE_TRIES_H
#define SERVE_TRIES_H

#include "serve/serve.h"

/*
 * tries: refused sign-ins in a row, and how long the next one has to wait. Counted
 *   - by account and client (address, or the /64 of an IPv6 one): 5 are free, then each doubles
 *     the wait, from 2 seconds to 15 minutes;
 *   - by account, over all strangers: 30 are free, then 10 seconds doubling to 15 minutes, so
 *     that many addresses together gain little (NIST SP 800-63B section 3.2.2: 100 at most).
 * A browser that signed in before carries a cookie that says so, and is counted by itself
 * instead of both: whoever keeps guessing at an account does not keep its owner out. A try
 * while waiting is refused and not counted, so it makes no wait longer. Nothing locks for good,
 * and a one-time link of an administrator forgets the account's count.
 * Keys are MACs; a login that nobody has is counted like any other.
 */
enum tries_kind { TRIES_CLIENT, TRIES_DEVICE, TRIES_ACCOUNT };

/* How long after so many refusals in a row, from the last one. */
int64_t tries_wait_ms(enum tries_kind kind, int64_t failures);

struct tries_of {
	struct str login_mac;
	struct str client; /* 17 bytes, or empty: no address (the Unix socket) */
	bool has_device;
	struct id device;
};
/* Must it wait? In any door. */
MUST_USE enum rc tries_find(struct door *d, const struct tries_of *of, bool *waits,
			    struct err *err);
/* In a changing door: one more refusal; or none any more, after a success. */
MUST_USE enum rc tries_add(struct door *d, const struct tries_of *of, struct err *err);
MUST_USE enum rc tries_forget(struct door *d, const struct tries_of *of, struct err *err);

#endif
