#include "format/limits.h"

struct limits
limits_full(const struct limits *limits)
{
	struct limits l = limits != NULL ? *limits : (struct limits){0};

	if (l.row_bytes_max == 0)
		l.row_bytes_max = (size_t)4 << 20;
	if (l.field_bytes_max == 0)
		l.field_bytes_max = (size_t)1 << 20;
	if (l.columns_max == 0)
		l.columns_max = 1024;
	if (l.rows_max == 0)
		l.rows_max = 100000000;
	if (l.depth_max == 0)
		l.depth_max = 32;
	return l;
}
