#ifndef RECORD_WISH_H
#define RECORD_WISH_H

#include "record/row.h"

/*
 * wish: what takes two people. The first person's wish stands as a row until somebody else asks
 * for the same move (to) or edit (to empty) of the same version with the same fields, within 30
 * days. *waits: it was only noted. RC_DENIED: the two came by one system account.
 */
MUST_USE enum rc wish_second(struct door *d, const struct record_row *row, json_t *after,
			     struct str to, bool *waits, struct err *err);

#endif
