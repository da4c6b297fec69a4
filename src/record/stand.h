#ifndef RECORD_STAND_H
#define RECORD_STAND_H

#include "record/record.h"

/*
 * stand: how records stand, and which changed, from the plain columns of their rows alone. Nothing
 * is opened, so no leaf tells of it; it is for what the node keeps in memory of its records, and
 * nothing seen here may go into an answer.
 */
struct record_stand {
	struct id id;
	const struct record_type *type; /* NULL: unknown to this model */
	int64_t version, leaf;
	int state; /* position in type->states; -1: none */
	bool erased;
};
struct record_stands {
	struct record_stand *at;
	size_t n, cap;
};

/* Rows whose last change is this leaf or a later one, in the order of leaves, at most max. */
MUST_USE enum rc record_stands_since(struct door *d, int64_t leaf, size_t max,
				     struct record_stands *out, struct err *err);
/* RC_ABSENT: there is no such row. */
MUST_USE enum rc record_stand_find(struct door *d, struct id id, struct record_stand *out,
				   struct err *err);

#endif
