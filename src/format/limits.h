#ifndef FORMAT_LIMITS_H
#define FORMAT_LIMITS_H

#include <stddef.h>

/*
 * limits: how much a reader takes before it refuses (RC_TOO_LARGE). Every reader of this
 * floor asks for them; a member left 0 means the default below, a NULL pointer all of them.
 */
struct limits {
	size_t bytes_max;	/* the whole input; default 64 MiB in memory, 16 GiB as a stream */
	size_t row_bytes_max;	/* one row, line or element; default 4 MiB */
	size_t field_bytes_max; /* one cell or text; default 1 MiB */
	size_t columns_max;	/* cells of a row, keys of a map; default 1024 */
	size_t rows_max;	/* default 100 million */
	size_t depth_max;	/* nesting; default 32 */
};

/* A copy with the defaults in place, but for bytes_max, which each reader has its own of. */
struct limits limits_full(const struct limits *limits);

#endif
