#ifndef SERVE_GENERATION_H
#define SERVE_GENERATION_H

#include <stdint.h>

#include "base/rc.h"

/*
 * generation: what lets several processes on one database remember users and tokens. A row
 * holds a random number; whoever changes a user or token puts another one there in the same
 * transaction; whoever remembers asks for it in the transaction of the request. Random and not
 * counted, so that one which a crashed server lost never comes back for something else.
 */
struct db;

/* From 1; 1 is a database in which nobody changed anything yet. */
MUST_USE enum rc generation_find(struct db *db, uint64_t *out, struct err *err);
MUST_USE enum rc generation_change(struct db *db, struct err *err);

#endif
