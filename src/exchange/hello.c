#include "exchange/hello.h"

#include "base/arena.h"
#include "exchange/lines.h"
#include "seal/keys_exchange.h"
#include "seal/secret.h"

#define HELLO_HEAD "liaison hello 1"

static void
format_head(const struct hello *h, struct buf *out)
{
	buf_add_z(out, HELLO_HEAD "\n");
	lines_add_bytes(out, "to", h->to, sizeof h->to);
	lines_add_bytes(out, "challenge", h->challenge, sizeof h->challenge);
	lines_add_time(out, "at", h->at_ms);
}

void
hello_format_signed(const struct hello *h, struct buf *out)
{
	format_head(h, out);
	buf_add(out, h->descriptor_text);
}

void
hello_format(const struct hello *h, struct buf *out)
{
	format_head(h, out);
	lines_add_bytes(out, "signature", h->signature, sizeof h->signature);
	buf_add(out, h->descriptor_text);
}

enum rc
hello_parse(struct arena *a, struct str text, struct hello *out, struct err *err)
{
	struct lines l;
	struct buf again;
	enum rc rc;

	*out = (struct hello){.at_ms = 0};
	if ((rc = lines_begin(&l, text, HELLO_HEAD, err)) != RC_OK ||
	    (rc = lines_key(&l, "to", out->to, err)) != RC_OK ||
	    (rc = lines_key(&l, "challenge", out->challenge, err)) != RC_OK ||
	    (rc = lines_time(&l, "at", &out->at_ms, err)) != RC_OK ||
	    (rc = lines_bytes(&l, "signature", out->signature, SIGN_BYTES, err)) != RC_OK)
		return rc;
	out->descriptor_text = l.rest;
	if ((rc = descriptor_parse(a, l.rest, false, &out->is, err)) != RC_OK)
		return rc;
	buf_init(&again, a);
	hello_format(out, &again);
	return lines_same(&l, buf_str(&again), err);
}

static bool
same(const unsigned char a[32], const unsigned char b[32])
{
	return secret_eq((struct str){(const char *)a, 32}, (struct str){(const char *)b, 32});
}

static bool
is_signed(const struct hello *h)
{
	struct arena *a = arena_new(0);
	struct buf b;
	bool is;

	buf_init(&b, a);
	hello_format_signed(h, &b);
	is = exchange_word_is_good(h->is.identity, EXCHANGE_WORD_HELLO, buf_str(&b), h->signature);
	arena_free(a);
	return is;
}

enum rc
hello_check(const struct hello *h, const unsigned char own_root[SIGN_PUBLIC_BYTES],
	    const unsigned char *challenge, int64_t now_ms, struct err *err)
{
	const int64_t most = HELLO_MINUTES * INT64_C(60000);
	enum rc rc;

	if (!same(h->to, own_root))
		return fail(err, RC_DENIED, "to", "it is meant for another node");
	if (challenge != NULL && !same(h->challenge, challenge))
		return fail(err, RC_DENIED, "challenge", "it answers another question");
	if ((rc = descriptor_check(&h->is, now_ms, err)) != RC_OK)
		return rc;
	if (!is_signed(h))
		return fail(err, RC_DENIED, "signature", "is not by the identity that it names");
	return h->at_ms > now_ms + most || h->at_ms < now_ms - most
		   ? fail(err, RC_CONFLICT, "at",
			  "the clocks of the two nodes differ by more than %d minutes, or it was "
			  "kept back",
			  HELLO_MINUTES)
		   : RC_OK;
}

enum rc
hello_protocol(const struct descriptor *own, const struct descriptor *other, int64_t *out,
	       struct err *err)
{
	int64_t most =
	    own->protocol_max < other->protocol_max ? own->protocol_max : other->protocol_max;

	if (most < own->protocol_min || most < other->protocol_min)
		return fail(err, RC_CONFLICT, "protocol",
			    "there is no version of the protocol that both nodes speak: one of "
			    "them needs a newer program");
	*out = most;
	return RC_OK;
}
