#include "text/name_data.h"

#include <math.h>
#include <string.h>

#include "text/data/name_classes.h"
#include "text/data/name_shares.h"

double
name_share(struct str key)
{
	const struct name_group *group;
	size_t low = 0, high;

	if (key.n > NAME_SHARE_LETTERS_MAX)
		return 0;
	group = &name_groups[key.n];
	for (high = group->n; low < high;) {
		size_t mid = (low + high) / 2;
		int order = memcmp(group->names + mid * key.n, key.p, key.n);

		if (order == 0)
			return exp2(-(double)group->shares[mid] / 8);
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

static const struct name_row *
row_of(struct str key)
{
	size_t low = 0, high = name_row_count;

	if (key.n == 0 || key.n >= sizeof name_rows[0].name)
		return NULL;
	while (low < high) {
		const struct name_row *row = &name_rows[(low + high) / 2];
		int order = memcmp(row->name, key.p, key.n);

		/* Of a longer name the next letter is no NUL. */
		if (order == 0)
			order = (unsigned char)row->name[key.n];
		if (order == 0)
			return row;
		if (order < 0)
			low = (low + high) / 2 + 1;
		else
			high = (low + high) / 2;
	}
	return NULL;
}

struct name_class
name_class(struct str key)
{
	const struct name_row *row = row_of(key);
	struct name_class out = {.n = 0};

	for (size_t i = 0; row != NULL && i < NAME_CLASSES_MAX && row->classes[i] != 0; i++) {
		out.is_short[i] = (row->classes[i] & 1) != 0;
		out.number[i] = row->classes[i] / 2;
		out.n++;
	}
	return out;
}

enum name_kinship
name_kinship(struct str a, struct str b)
{
	enum name_kinship best = NAME_OTHER;
	struct name_class x, y;

	if (str_eq(a, b))
		return NAME_VARIANT;
	x = name_class(a);
	if (x.n == 0)
		return NAME_OTHER;
	y = name_class(b);
	for (size_t i = 0; i < x.n; i++) {
		for (size_t k = 0; k < y.n; k++) {
			if (x.number[i] != y.number[k])
				continue;
			if (!x.is_short[i] && !y.is_short[k])
				return NAME_VARIANT;
			best = NAME_SHORT;
		}
	}
	return best;
}
