#include "audit/keeper_inside.h"
#include "base/clock.h"
#include "seal/secret.h"

/* The papers of the node lie in these; records in all others, by retention class. */
static const char *const paper_buckets[] = {"staff/", "job/", "import/", "audit/", "peer/"};
/* What row_aad (record/row.c) begins with: 16 bytes of the record's id follow. */
#define RECORD_PLACE "liaison/record/1"

/* How far from the clock the time of a leaf may be; one request takes it once. */
#define USE_APART_MS (INT64_C(3600) * 1000)

/* New buckets at once, and one more each so often: a class has one a month. */
#define BUCKETS_NEW 200
#define BUCKET_EACH_MS (INT64_C(60) * 1000)

void
keeper_buckets_begin(struct keeper *k)
{
	k->buckets_left = BUCKETS_NEW;
}

/* "protection/2026-11": what keys_bucket makes of a class, which is a code of the model. */
static bool
is_bucket_name(struct str s)
{
	static const char month[] = "/0000-00";
	size_t class = s.n - (sizeof month - 1);

	if (s.n < sizeof month || !keys_class_is_good(str_sub(s, 0, class)))
		return false;
	for (size_t i = class; i < s.n; i++) {
		bool is_digit = s.p[i] >= '0' && s.p[i] <= '9';

		if (month[i - class] == '0' ? !is_digit : s.p[i] != month[i - class])
			return false;
	}
	return true;
}

/* Each new key grows the key file for good. */
static enum rc
may_make_bucket(struct keeper *k, struct err *err)
{
	int64_t more = (k->now - k->buckets_at) / BUCKET_EACH_MS;

	if (more > 0) {
		k->buckets_left =
		    more > BUCKETS_NEW - k->buckets_left ? BUCKETS_NEW : k->buckets_left + more;
		k->buckets_at += more * BUCKET_EACH_MS;
	}
	if (k->buckets_left == 0)
		return fail(err, RC_BUSY, "keys",
			    "too many new buckets of keys were made of late; wait a minute");
	k->buckets_left--;
	return RC_OK;
}

enum rc
keeper_wrap(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	struct str bucket = keywire_take_name(r), aad = keywire_take_text(r),
		   key = keywire_take(r, DATA_KEY_BYTES);
	enum rc rc;

	if (r->bad || r->rest.n > 0 || !is_bucket_name(bucket))
		return keeper_malformed(err);
	if (!keys_has_bucket(k->keys, bucket) && (rc = may_make_bucket(k, err)) != RC_OK)
		return rc;
	return keys_wrap(k->keys, bucket, aad, (const unsigned char *)key.p, &k->said, err);
}

static bool
is_papers(struct str bucket, struct str aad)
{
	for (size_t i = 0; i < COUNT_OF(paper_buckets); i++)
		if (str_starts(bucket, str_from(paper_buckets[i])))
			return !str_starts(aad, STR(RECORD_PLACE));
	return false;
}

/* The record that a wrapping is bound to: it opens at no other place. */
static bool
is_record(struct str bucket, struct str aad, struct id *record)
{
	struct keywire_reader r = {.rest = aad};

	if (!str_eq(keywire_take(&r, sizeof RECORD_PLACE - 1), STR(RECORD_PLACE)))
		return false;
	*record = keywire_take_id(&r);
	return !r.bad && !is_papers(bucket, STR_NONE);
}

/* The leaf will say that time, and the node says it: it is about now, or no leaf could be of it.
 * Both look at the same machine's clock. */
static bool
is_about_now(const struct keeper *k, int64_t time_ms)
{
	int64_t apart = time_ms - clock_now(k->options.clock);

	return apart >= -USE_APART_MS && apart <= USE_APART_MS;
}

static enum rc
may_open(struct keeper *k, const struct key_use *use, struct str bucket, struct str aad,
	 struct err *err)
{
	struct id record;

	if (use->kind == KEY_USE_PAPERS)
		return is_papers(bucket, aad)
			   ? RC_OK
			   : fail(err, RC_DENIED, "keys",
				  "a record is opened for somebody, whom the log then names");
	if (!is_record(bucket, aad, &record))
		return fail(err, RC_DENIED, "keys", "this is no record's key");
	if (use->kind != KEY_USE_RUN && !is_about_now(k, use->time_ms))
		return fail(err, RC_DENIED, "keys",
			    "a record is opened now, and the log says when; that is another time");
	return ledger_open(k->ledger, k->now, use, record, err);
}

enum rc
keeper_unwrap(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	unsigned char key[DATA_KEY_BYTES];
	struct str bucket, aad, wrapped;
	uint64_t kind = keywire_take_be(r, 1);
	struct key_use use;
	enum rc rc;

	use.actor = keywire_take_id(r);
	use.time_ms = (int64_t)keywire_take_be(r, 8);
	use.word = keywire_take_name(r);
	bucket = keywire_take_name(r);
	aad = keywire_take_text(r);
	wrapped = keywire_take_name(r);
	if (r->bad || r->rest.n > 0 || kind > KEY_USE_RUN)
		return keeper_malformed(err);
	use.kind = (enum key_use_kind)kind;
	/* A time no calendar has would be no month of any leaf. */
	if (use.time_ms < 0 || use.time_ms > INT64_C(253402300799999))
		return keeper_malformed(err);
	rc = keys_unwrap(k->keys, NULL, bucket, aad, wrapped, key, err);
	if (rc == RC_OK && (rc = may_open(k, &use, bucket, aad, err)) == RC_OK) {
		buf_add_bytes(&k->said, key, sizeof key);
		k->opened++;
	} else if (rc != RC_ABSENT && rc != RC_INTEGRITY) {
		k->refused++;
	}
	secret_wipe(key, sizeof key);
	return rc;
}

enum rc
keeper_rewrap(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	struct str bucket = keywire_take_name(r), aad = keywire_take_text(r),
		   wrapped = keywire_take_name(r);

	if (r->bad || r->rest.n > 0)
		return keeper_malformed(err);
	return keys_rewrap(k->keys, bucket, aad, wrapped, &k->said, err);
}

enum rc
keeper_current(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	struct str bucket = keywire_take_name(r), wrapped = keywire_take_name(r);

	if (r->bad || r->rest.n > 0)
		return keeper_malformed(err);
	buf_add_byte(&k->said, (char)keys_is_current(k->keys, bucket, wrapped));
	return RC_OK;
}

enum rc
keeper_bucket(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	uint64_t act = keywire_take_be(r, 1);
	struct str bucket = keywire_take_name(r);

	if (r->bad || r->rest.n > 0 || act > KEY_BUCKET_DESTROY || !is_bucket_name(bucket))
		return keeper_malformed(err);
	switch ((enum key_bucket_act)act) {
	case KEY_BUCKET_RENEW: return keys_bucket_renew(k->keys, bucket, err);
	case KEY_BUCKET_DROP_OLD: return keys_bucket_drop_old(k->keys, bucket, err);
	case KEY_BUCKET_DESTROY: return keys_bucket_destroy(k->keys, bucket, err);
	}
	return keeper_malformed(err);
}
