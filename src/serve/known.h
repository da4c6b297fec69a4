#ifndef SERVE_KNOWN_H
#define SERVE_KNOWN_H

#include <stdatomic.h>

#include "base/str.h"

/*
 * known: which tokens and sessions were found good by this process, lately: asked before a large
 * body is read, where the database cannot be. It opens nothing: who is known only has more room
 * for what they send (net/http.h), also for a while after their token is revoked. The last comer
 * keeps a place. Starts zeroed; any thread.
 */
#define KNOWN_PLACES 4096
struct known {
	_Atomic uint64_t at[KNOWN_PLACES]; /* a part of the secret's hash */
};

void known_add(struct known *k, struct str secret);
bool known_has(const struct known *k, struct str secret);

#endif
