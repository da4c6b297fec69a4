#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/migrate.h"

/*
 * copy: all rows of all tables of one database into another that has the same tables, empty;
 * the engines may differ. All rows or none. Nothing is opened or sealed on the way.
 */
struct store_copied {
	uint64_t tables, rows;
};

/*
 * progress (may be NULL) hears the count of rows now and then.
 * RC_CONFLICT: a table of `to` holds rows.  RC_INTEGRITY: fewer arrived than left.
 */
MUST_USE enum rc store_copy(struct db *from, struct db *to, const struct migration_set *sets,
			    size_t n, void (*progress)(void *ctx, uint64_t rows), void *ctx,
			    struct store_copied *out, struct err *err);

#endif
