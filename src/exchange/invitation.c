#include "exchange/invitation.h"

#include "base/arena.h"
#include "exchange/lines.h"
#include "seal/hash.h"
#include "seal/secret.h"

#define INVITATION_HEAD "liaison invitation 1"
#define REPLY_HEAD "liaison reply 1"

bool
invitation_is(struct str text)
{
	return str_starts(text, STR(INVITATION_HEAD "\n"));
}

void
invitation_format(const struct invitation *i, struct buf *out)
{
	buf_add_z(out, INVITATION_HEAD "\n");
	lines_add_bytes(out, "secret", i->secret, sizeof i->secret);
	lines_add_time(out, "until", i->until_ms);
	buf_add(out, i->descriptor_text);
}

enum rc
invitation_parse(struct arena *a, struct str text, struct invitation *out, struct err *err)
{
	struct lines l;
	struct buf again;
	enum rc rc;

	*out = (struct invitation){.until_ms = 0};
	if ((rc = lines_begin(&l, text, INVITATION_HEAD, err)) != RC_OK ||
	    (rc = lines_key(&l, "secret", out->secret, err)) != RC_OK ||
	    (rc = lines_time(&l, "until", &out->until_ms, err)) != RC_OK)
		return rc;
	out->descriptor_text = l.rest;
	if ((rc = descriptor_parse(a, l.rest, false, &out->descriptor, err)) != RC_OK)
		return rc;
	buf_init(&again, a);
	invitation_format(out, &again);
	return lines_same(&l, buf_str(&again), err);
}

void
reply_file_format(const struct reply_file *r, struct buf *out)
{
	buf_add_z(out, REPLY_HEAD "\n");
	lines_add_bytes(out, "invitation", r->mark, sizeof r->mark);
	lines_add_bytes(out, "proof", r->proof, sizeof r->proof);
	buf_add(out, r->descriptor_text);
}

enum rc
reply_file_parse(struct arena *a, struct str text, struct reply_file *out, struct err *err)
{
	struct lines l;
	struct buf again;
	enum rc rc;

	*out = (struct reply_file){.mark = {0}};
	if ((rc = lines_begin(&l, text, REPLY_HEAD, err)) != RC_OK ||
	    (rc = lines_key(&l, "invitation", out->mark, err)) != RC_OK ||
	    (rc = lines_key(&l, "proof", out->proof, err)) != RC_OK)
		return rc;
	out->descriptor_text = l.rest;
	if ((rc = descriptor_parse(a, l.rest, false, &out->descriptor, err)) != RC_OK)
		return rc;
	buf_init(&again, a);
	reply_file_format(out, &again);
	return lines_same(&l, buf_str(&again), err);
}

void
invitation_mark(const unsigned char secret[PAIR_SECRET_BYTES], unsigned char mark[32])
{
	struct sha256 s;
	struct hash h;

	sha256_init(&s);
	sha256_add(&s, "liaison/invitation/1", sizeof "liaison/invitation/1");
	sha256_add(&s, secret, PAIR_SECRET_BYTES);
	sha256_end(&s, &h);
	memcpy(mark, h.b, 32);
	secret_wipe(&s, sizeof s);
}

static void
proof_of(const struct reply_file *r, const unsigned char secret[PAIR_SECRET_BYTES],
	 struct hash *out)
{
	struct hmac_key key;

	hmac_key_init(&key, secret, PAIR_SECRET_BYTES);
	hmac_domain(&key, STR("liaison/reply/1"), r->descriptor_text, out);
	secret_wipe(&key, sizeof key);
}

void
reply_file_prove(struct reply_file *r, const unsigned char secret[PAIR_SECRET_BYTES])
{
	struct hash h;

	invitation_mark(secret, r->mark);
	proof_of(r, secret, &h);
	memcpy(r->proof, h.b, sizeof r->proof);
}

bool
reply_file_is_proved(const struct reply_file *r, const unsigned char secret[PAIR_SECRET_BYTES])
{
	struct hash h;

	proof_of(r, secret, &h);
	return secret_eq(hash_str(&h), (struct str){(const char *)r->proof, sizeof r->proof});
}
