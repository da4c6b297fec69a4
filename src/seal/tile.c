#include "seal/tile.h"

#include "base/arena.h"
#include "base/buf.h"

struct str
tile_path(struct arena *a, struct tile_name name)
{
	unsigned parts[7]; /* 2^64 has 20 digits */
	size_t n = 0;
	uint64_t index = name.index;
	struct buf b;

	must(name.level >= TILE_ENTRIES && name.level < 64);
	must(name.width >= 1 && name.width <= TILE_WIDTH);
	buf_init(&b, a);
	if (name.level == TILE_ENTRIES)
		buf_add_z(&b, "tile/entries");
	else
		buf_addf(&b, "tile/%d", name.level);
	do {
		parts[n++] = (unsigned)(index % 1000);
		index /= 1000;
	} while (index > 0);
	while (n-- > 0)
		buf_addf(&b, n > 0 ? "/x%03u" : "/%03u", parts[n]);
	if (name.width < TILE_WIDTH)
		buf_addf(&b, ".p/%u", name.width);
	return buf_str(&b);
}

/* All digits, no more than three, no leading zero unless fixed. */
static bool
parse_small(struct str s, bool fixed, unsigned *out)
{
	*out = 0;
	if (s.n == 0 || s.n > 3 || (fixed && s.n != 3) || (!fixed && s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out * 10 + (unsigned)(s.p[i] - '0');
	}
	return true;
}

static bool
parse_index(struct str rest, uint64_t *out)
{
	bool first = true;

	*out = 0;
	for (;;) {
		struct str part = str_cut(&rest, '/');
		bool last = rest.p == NULL;
		unsigned v;

		if (!last && !str_starts(part, STR("x")))
			return false;
		if (!parse_small(str_sub(part, last ? 0 : 1, part.n), true, &v))
			return false;
		/* "x000/001" is not what tile_path makes of 1. */
		if ((first && !last && v == 0) || *out > (UINT64_MAX - v) / 1000)
			return false;
		*out = *out * 1000 + v;
		if (last)
			return true;
		first = false;
	}
}

bool
tile_path_parse(struct str path, struct tile_name *out)
{
	struct str rest = path, level;
	ptrdiff_t partial;
	unsigned v;

	if (path.n > 100 || !str_eq_z(str_cut(&rest, '/'), "tile") || rest.p == NULL)
		return false;
	level = str_cut(&rest, '/');
	if (rest.p == NULL)
		return false;
	if (str_eq_z(level, "entries"))
		out->level = TILE_ENTRIES;
	else if (parse_small(level, false, &v) && v < 64)
		out->level = (int)v;
	else
		return false;
	out->width = TILE_WIDTH;
	if ((partial = str_find(rest, STR(".p/"))) >= 0) {
		if (!parse_small(str_sub(rest, (size_t)partial + 3, rest.n), false, &v) || v < 1 ||
		    v >= TILE_WIDTH)
			return false;
		out->width = v;
		rest = str_sub(rest, 0, (size_t)partial);
	}
	return parse_index(rest, &out->index);
}

uint64_t
tile_hashes(int level, uint64_t size)
{
	if (level == TILE_ENTRIES)
		level = 0;
	return level >= 8 ? 0 : size >> (8 * level);
}

unsigned
tile_width(int level, uint64_t index, uint64_t size)
{
	uint64_t hashes = tile_hashes(level, size);

	if (index > hashes / TILE_WIDTH)
		return 0;
	if (index < hashes / TILE_WIDTH)
		return TILE_WIDTH;
	return (unsigned)(hashes % TILE_WIDTH);
}

void
tile_node(const struct hash *tile, int height, unsigned index, struct hash *out)
{
	struct hash level[TILE_WIDTH / 2];
	const struct hash *from = tile + ((size_t)index << height);
	size_t n = (size_t)1 << height;

	must(height >= 0 && height <= 8 && (((size_t)index + 1) << height) <= TILE_WIDTH);
	if (n == 1) {
		*out = *from;
		return;
	}
	for (; n > 1; n /= 2) {
		for (size_t i = 0; i < n / 2; i++)
			merkle_node(&from[2 * i], &from[2 * i + 1], &level[i]);
		from = level;
	}
	*out = level[0];
}

struct tile_name
tile_of_node(int level, uint64_t index, int *height, unsigned *position)
{
	int inside = level % 8;
	struct tile_name name = {.level = level / 8, .index = index >> (8 - inside)};

	must(level >= 0 && level < 64);
	*height = inside;
	*position = (unsigned)(index & ((1u << (8 - inside)) - 1));
	return name;
}
