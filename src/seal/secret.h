#ifndef SEAL_SECRET_H
#define SEAL_SECRET_H

#include <stddef.h>

#include "base/str.h"

/*
 * secret: memory for keys: locked out of swap and core dumps where the system allows it,
 * between guard pages, wiped when freed. Never NULL; zeroed; aligned for any object. Costs at least
 * three pages, so one block holds many keys.
 */
void *secret_new(size_t bytes);
/* Wipes. NULL does nothing. */
void secret_free(void *p);
/* Wipe memory that lives elsewhere (a stack buffer). */
void secret_wipe(void *p, size_t bytes);
/* The same bytes? Takes the same time whatever they are; their lengths are no secret. */
bool secret_eq(struct str a, struct str b);

/* Make libsodium ready; every entry of this floor calls it, from any thread. */
void seal_ready(void);

#endif
