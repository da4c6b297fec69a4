#include "seal/checkpoint.h"

#include "base/arena.h"
#include "base/hex.h"

/* Decimal up to 2^64-1, without leading zeroes. */
static bool
parse_size(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)(unsigned char)s.p[i] - '0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

enum rc
checkpoint_parse(struct arena *a, struct str text, struct checkpoint *out, struct err *err)
{
	struct str rest = text, size, root, bytes;
	long line = 4;

	if (!str_ends(text, STR("\n")))
		return fail(err, RC_INVALID, "", "a checkpoint ends with a newline");
	out->origin = str_cut(&rest, '\n');
	size = str_cut(&rest, '\n');
	root = str_cut(&rest, '\n');
	if (rest.p == NULL)
		return fail(err, RC_INVALID, "", "a checkpoint has at least three lines");
	if (out->origin.n == 0)
		return fail_at(err, RC_INVALID, "", 1, 0, "origin", "a checkpoint has an origin");
	if (!parse_size(size, &out->size))
		return fail_at(err, RC_INVALID, "", 2, 0, "size",
			       "the second line of a checkpoint is the log's size");
	if (!base64_parse(a, root, &bytes) || !hash_from(bytes, &out->root))
		return fail_at(err, RC_INVALID, "", 3, 0, "root",
			       "the third line of a checkpoint is the root hash in base64");
	out->extensions = rest;
	while (rest.n > 0) {
		if (str_cut(&rest, '\n').n == 0)
			return fail_at(err, RC_INVALID, "", line, 0, "",
				       "an extension line is empty");
		line++;
	}
	return RC_OK;
}

void
checkpoint_format(struct buf *out, const struct checkpoint *c)
{
	buf_add(out, c->origin);
	buf_addf(out, "\n%llu\n", (unsigned long long)c->size);
	buf_add(out, base64_format(out->arena, c->root.b, HASH_BYTES));
	buf_add_byte(out, '\n');
	buf_add(out, c->extensions);
}
