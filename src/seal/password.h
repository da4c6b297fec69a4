#ifndef SEAL_PASSWORD_H
#define SEAL_PASSWORD_H

#include "base/rc.h"
#include "base/str.h"

/*
 * password: what a person types at sign-in, stretched (Argon2id, RFC 9106) so that guessing
 * costs time and memory. The costs stand beside the salt, so that they may grow: a password
 * stretched at less than password_cost is stretched anew when its owner next signs in.
 */
#define PASSWORD_SALT_BYTES 16
#define PASSWORD_KEY_BYTES 32

struct password_cost {
	uint32_t passes, memory_kib;
};

/* RFC 9106 section 4, second recommended option: 3 passes over 64 MiB (in one lane, for libsodium
 * has no more); above libsodium's INTERACTIVE (2 passes) and OWASP's least (19 MiB, 2). */
extern const struct password_cost password_cost;

/* Less than what is asked for now? */
bool password_cost_grew(const struct password_cost *was);

/*
 * Takes a tenth of a second and cost->memory_kib of memory; any thread.
 * RC_UNAVAILABLE: there is not the memory. RC_INTEGRITY: costs that nobody ever set.
 */
MUST_USE enum rc password_stretch(struct str password,
				  const unsigned char salt[PASSWORD_SALT_BYTES],
				  const struct password_cost *cost,
				  unsigned char key[PASSWORD_KEY_BYTES], struct err *err);

#endif
