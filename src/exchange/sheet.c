#include "exchange/sheet.h"

#include "base/arena.h"
#include "exchange/lines.h"
#include "seal/keys_exchange.h"
#include "seal/secret.h"

#define SHEET_HEAD "liaison sheet 1"
#define REVOKE_HEAD "liaison revoke 1"
#define REVOKE_DOMAIN STR("liaison/revoke/1")
#define DAY_MS INT64_C(86400000)

void
sheet_format_signed(const struct sheet *s, struct buf *out)
{
	buf_add_z(out, SHEET_HEAD "\n");
	lines_add_bytes(out, "root", s->root, sizeof s->root);
	lines_add_bytes(out, "identity", s->identity, sizeof s->identity);
	lines_add_number(out, "week", s->week);
	lines_add_time(out, "from", s->from_ms);
	lines_add_time(out, "until", s->until_ms);
	lines_add_bytes(out, "sealing", s->sealing, sizeof s->sealing);
}

void
sheet_format(const struct sheet *s, struct buf *out)
{
	sheet_format_signed(s, out);
	lines_add_bytes(out, "signature", s->signature, sizeof s->signature);
}

static bool
is_zero(const unsigned char *p, size_t n)
{
	unsigned char all = 0;

	for (size_t i = 0; i < n; i++)
		all |= p[i];
	return all == 0;
}

static enum rc
sheet_form(const struct sheet *s, struct err *err)
{
	if (s->until_ms <= s->from_ms || s->until_ms - s->from_ms > SHEET_DAYS_MAX * DAY_MS)
		return fail(err, RC_INVALID, "until",
			    "is before its beginning, or more than 14 days after it");
	if (s->from_ms / SEALING_WEEK_MS > s->week || s->until_ms / SEALING_WEEK_MS < s->week)
		return fail(err, RC_INVALID, "week", "does not lie in its time");
	if (is_zero(s->sealing, sizeof s->sealing))
		return fail(err, RC_INVALID, "sealing", "is no key");
	return RC_OK;
}

enum rc
sheet_parse(struct arena *a, struct str text, struct sheet *out, struct err *err)
{
	struct lines l;
	struct buf again;
	enum rc rc;

	*out = (struct sheet){.week = 0};
	if ((rc = lines_begin(&l, text, SHEET_HEAD, err)) != RC_OK ||
	    (rc = lines_key(&l, "root", out->root, err)) != RC_OK ||
	    (rc = lines_key(&l, "identity", out->identity, err)) != RC_OK ||
	    (rc = lines_number(&l, "week", &out->week, err)) != RC_OK ||
	    (rc = lines_time(&l, "from", &out->from_ms, err)) != RC_OK ||
	    (rc = lines_time(&l, "until", &out->until_ms, err)) != RC_OK ||
	    (rc = lines_key(&l, "sealing", out->sealing, err)) != RC_OK ||
	    (rc = lines_signature(&l, out->signature, err)) != RC_OK ||
	    (rc = sheet_form(out, err)) != RC_OK)
		return rc;
	buf_init(&again, a);
	sheet_format(out, &again);
	return lines_same(&l, buf_str(&again), err);
}

static bool
same_key(const unsigned char a[32], const unsigned char b[32])
{
	return secret_eq((struct str){(const char *)a, 32}, (struct str){(const char *)b, 32});
}

enum rc
sheet_check(const struct sheet *s, const unsigned char root[SIGN_PUBLIC_BYTES],
	    const unsigned char identity[SIGN_PUBLIC_BYTES], int64_t now_ms, struct err *err)
{
	struct arena *a = arena_new(0);
	struct buf b;
	bool good;

	buf_init(&b, a);
	sheet_format_signed(s, &b);
	good = same_key(s->root, root) && same_key(s->identity, identity) &&
	       exchange_word_is_good(identity, EXCHANGE_WORD_SHEET, buf_str(&b), s->signature);
	arena_free(a);
	if (!good)
		return fail(err, RC_DENIED, "signature", "is not by the peer's present identity");
	if (now_ms < s->from_ms)
		return fail(err, RC_CONFLICT, "from", "it is not good yet: is a clock wrong?");
	if (now_ms >= s->until_ms)
		return fail(err, RC_CONFLICT, "until",
			    "it is good no more: ask for the present one");
	return RC_OK;
}

static void
revocation_format_signed(const struct revocation *r, struct buf *out)
{
	buf_add_z(out, REVOKE_HEAD "\n");
	lines_add_bytes(out, "root", r->root, sizeof r->root);
	lines_add_bytes(out, "key", r->key, sizeof r->key);
	lines_add_time(out, "at", r->at_ms);
}

void
revocation_format(const struct revocation *r, struct buf *out)
{
	revocation_format_signed(r, out);
	lines_add_bytes(out, "signature", r->signature, sizeof r->signature);
}

enum rc
revocation_parse(struct arena *a, struct str text, struct revocation *out, struct err *err)
{
	struct lines l;
	struct buf again;
	enum rc rc;

	*out = (struct revocation){.at_ms = 0};
	if ((rc = lines_begin(&l, text, REVOKE_HEAD, err)) != RC_OK ||
	    (rc = lines_key(&l, "root", out->root, err)) != RC_OK ||
	    (rc = lines_key(&l, "key", out->key, err)) != RC_OK ||
	    (rc = lines_time(&l, "at", &out->at_ms, err)) != RC_OK ||
	    (rc = lines_signature(&l, out->signature, err)) != RC_OK)
		return rc;
	buf_init(&again, a);
	revocation_format(out, &again);
	return lines_same(&l, buf_str(&again), err);
}

void
revocation_sign(struct revocation *r, const unsigned char secret[SIGN_SECRET_BYTES])
{
	struct arena *a = arena_new(0);
	struct buf b;

	buf_init(&b, a);
	revocation_format_signed(r, &b);
	sign_domain_make(secret, REVOKE_DOMAIN, buf_str(&b), r->signature);
	arena_free(a);
}

enum rc
revocation_check(const struct revocation *r, struct err *err)
{
	struct arena *a = arena_new(0);
	struct buf b;
	bool good;

	buf_init(&b, a);
	revocation_format_signed(r, &b);
	good = sign_domain_is_good(r->root, REVOKE_DOMAIN, buf_str(&b), r->signature);
	arena_free(a);
	return good ? RC_OK
		    : fail(err, RC_DENIED, "signature", "is not by the root key that it names");
}
