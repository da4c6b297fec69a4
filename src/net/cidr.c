#include "net/cidr.h"

#include <arpa/inet.h>

struct address {
	unsigned char b[16];
	unsigned bits; /* 32 or 128 */
};

static bool
address_read(struct str text, struct address *out)
{
	static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	char z[INET6_ADDRSTRLEN + 1];

	*out = (struct address){.bits = 0};
	if (text.n == 0 || text.n >= sizeof z || memchr(text.p, '\0', text.n) != NULL)
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	if (inet_pton(AF_INET, z, out->b) == 1) {
		out->bits = 32;
	} else if (inet_pton(AF_INET6, z, out->b) == 1) {
		out->bits = 128;
		if (memcmp(out->b, mapped, sizeof mapped) == 0) {
			memmove(out->b, out->b + 12, 4);
			memset(out->b + 4, 0, 12);
			out->bits = 32;
		}
	}
	return out->bits > 0;
}

static unsigned
bit_of(const struct address *a, unsigned i)
{
	return a->b[i / 8] >> (7 - i % 8) & 1u;
}

struct prefix {
	struct address address;
	unsigned bits;
};

static bool
prefix_read(struct str text, struct prefix *out)
{
	ptrdiff_t slash = str_chr(text, '/');
	int64_t bits;

	if (!address_read(slash < 0 ? text : str_sub(text, 0, (size_t)slash), &out->address))
		return false;
	out->bits = out->address.bits;
	if (slash >= 0) {
		if (!str_to_i64(str_sub(text, (size_t)slash + 1, text.n), &bits) || bits < 0 ||
		    bits > out->address.bits)
			return false;
		out->bits = (unsigned)bits;
	}
	/* 10.1.2.3/8 says two things; somebody made a mistake. */
	for (unsigned i = out->bits; i < out->address.bits; i++)
		if (bit_of(&out->address, i) != 0)
			return false;
	return true;
}

static bool
prefix_has(const struct prefix *p, const struct address *a)
{
	if (p->address.bits != a->bits)
		return false;
	for (unsigned i = 0; i < p->bits; i++)
		if (bit_of(&p->address, i) != bit_of(a, i))
			return false;
	return true;
}

/* The next item of a list, trimmed; empty items are passed over. */
static bool
next_item(struct str *rest, struct str *item)
{
	while (rest->n > 0) {
		size_t n = 0;

		while (n < rest->n && rest->p[n] != ',' && rest->p[n] != ' ')
			n++;
		*item = str_sub(*rest, 0, n);
		*rest = str_sub(*rest, n + 1, rest->n);
		if (item->n > 0)
			return true;
	}
	return false;
}

enum rc
cidr_list_check(struct str list, const char *key, struct err *err)
{
	struct prefix prefix;
	struct str item;
	int n = 0;

	while (next_item(&list, &item)) {
		if (!prefix_read(item, &prefix))
			return fail(err, RC_INVALID, key,
				    "takes addresses and prefixes by commas, such as "
				    "192.0.2.7, 10.0.0.0/8, 2001:db8::/32");
		if (++n > CIDR_LIST_MAX)
			return fail(err, RC_INVALID, key, "takes %d addresses at most",
				    CIDR_LIST_MAX);
	}
	return RC_OK;
}

bool
cidr_list_has(struct str list, struct str address)
{
	struct address a;
	struct prefix prefix;
	struct str item;

	if (!address_read(address, &a))
		return false;
	while (next_item(&list, &item))
		if (prefix_read(item, &prefix) && prefix_has(&prefix, &a))
			return true;
	return false;
}

bool
is_address(struct str text)
{
	struct address a;

	return address_read(text, &a);
}

bool
address_client(struct str address, unsigned char out[CLIENT_BYTES])
{
	struct address a;

	memset(out, 0, CLIENT_BYTES);
	if (!address_read(address, &a))
		return false;
	out[0] = (unsigned char)a.bits;
	memcpy(out + 1, a.b, a.bits == 32 ? 4 : 8);
	return true;
}

struct str
forwarded_client(struct str trusted, struct str peer, struct str forwarded_for)
{
	struct str seen = peer;

	if (!cidr_list_has(trusted, peer))
		return peer;
	while (forwarded_for.n > 0) {
		size_t from = forwarded_for.n;
		struct str item;

		while (from > 0 && forwarded_for.p[from - 1] != ',')
			from--;
		item = str_trim(str_sub(forwarded_for, from, forwarded_for.n));
		/* What a proxy of ours did not write as an address, nobody can vouch for. */
		if (!is_address(item))
			return seen;
		seen = item;
		if (!cidr_list_has(trusted, item))
			return seen;
		forwarded_for = str_sub(forwarded_for, 0, from > 0 ? from - 1 : 0);
	}
	return seen;
}
