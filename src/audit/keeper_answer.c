#include "audit/keeper.h"

#include <stdlib.h>
#include <unistd.h>

#include "audit/keeper_log.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "seal/keywire.h"
#include "seal/secret.h"

/* The papers of the node lie in these; records in all others, by retention class. */
static const char *const paper_buckets[] = {"staff/", "job/", "import/", "audit/"};
/* What row_aad (record/row.c) begins with: 16 bytes of the record's id follow. */
#define RECORD_PLACE "liaison/record/1"

/* The body of a reply; what is longer goes to the arena, and is a list of what is owed at most. */
#define SAID_BYTES ((size_t)16 << 10)

/* How far from the clock the time of a leaf may be; one request takes it once. */
#define USE_APART_MS (INT64_C(3600) * 1000)

/* New buckets at once, and one more each so often: a class has one a month. */
#define BUCKETS_NEW 200
#define BUCKET_EACH_MS (INT64_C(60) * 1000)

/* Leaves that came before those they follow: of several processes that commit in turn. */
#define EARLY_MAX 32
#define EARLY_BYTES_MAX ((size_t)4 << 20)

struct early {
	uint64_t first, n;
	size_t bytes;
	char *leaves; /* NULL: free */
};

struct keeper {
	struct keeper_options options;
	const char *key_path, *state_path;
	int state_fd;	     /* -1: not taken yet */
	struct arena *arena; /* paths */
	struct keys *keys;   /* NULL: not opened yet, or locked */
	struct keeper_log *log;
	struct ledger *ledger;
	bool is_locked, has_worked;
	uint64_t opened, refused;
	uint64_t behind_of; /* leaves from here on came too early, and were not kept */
	struct early early[EARLY_MAX];
	size_t early_bytes;
	struct arena *scratch;
	struct buf said; /* the body of the reply */
	unsigned char *said_secret;
	bool was_withheld;
	int64_t now;
	int64_t buckets_left, buckets_at; /* may be made; counted from */
};

struct keeper *
keeper_new(const struct keeper_options *options)
{
	struct keeper *k = heap_zeroed(sizeof *k);

	k->options = *options;
	if (k->options.clock == NULL)
		k->options.clock = &clock_system;
	k->buckets_left = BUCKETS_NEW;
	k->arena = arena_new(0);
	k->scratch = arena_new(0);
	k->said_secret = secret_new(SAID_BYTES);
	k->state_fd = -1;
	k->key_path = str_fmt(k->arena, "%s/keys.liaison", options->dir).p;
	k->state_path = str_fmt(k->arena, "%s/keys.state", options->dir).p;
	return k;
}

/* Locked, it is what it was. */
static void
note_keys(struct keeper *k)
{
	if (k->keys != NULL && k->log != NULL)
		keeper_log_keys(k->log, keys_age(k->keys), false);
}

enum rc
keeper_take_folder(struct keeper *k, struct err *err)
{
	return k->state_fd >= 0 ? RC_OK : keeper_log_file(k->state_path, &k->state_fd, err);
}

/* All that is owed; free() is the caller's. */
static struct keys_owed *
all_owed(const struct keeper *k, size_t *n)
{
	size_t count = ledger_owed_count(k->ledger);
	struct keys_owed *owed = heap_zeroed((count + 1) * sizeof *owed);

	*n = ledger_owed(k->ledger, owed, count);
	return owed;
}

void
keeper_save(struct keeper *k)
{
	struct keys_owed *owed;
	size_t n;

	note_keys(k);
	if (k->log == NULL)
		return;
	owed = all_owed(k, &n);
	keeper_log_save(k->log, owed, n);
	free(owed);
}

static bool
rewrite(struct keeper *k)
{
	size_t n;
	struct keys_owed *owed = all_owed(k, &n);
	bool ok = keeper_log_rewrite(k->log, owed, n);

	free(owed);
	return ok;
}

bool
keeper_commit(struct keeper *k)
{
	struct keys_owed owed[256];
	bool ok = true;
	size_t n;

	if (k->log == NULL)
		return true;
	while ((n = ledger_take_new(k->ledger, owed, COUNT_OF(owed))) > 0)
		if (!keeper_log_owe(k->log, owed, n))
			ok = rewrite(k) && ok;
	return ok;
}

void
keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < EARLY_MAX; i++)
		free(k->early[i].leaves);
	ledger_free(k->ledger);
	keeper_log_close(k->log);
	keys_close(k->keys);
	if (k->state_fd >= 0)
		(void)close(k->state_fd);
	secret_free(k->said_secret);
	arena_free(k->scratch);
	arena_free(k->arena);
	free(k);
}

bool
keeper_tick(struct keeper *k, int64_t now)
{
	struct keys_owed *owed = NULL;
	size_t n = 0;

	if (k->log == NULL)
		return false;
	note_keys(k);
	if (keeper_log_is_due(k->log, now))
		owed = all_owed(k, &n);
	keeper_log_tick(k->log, now, owed, n);
	free(owed);
	if (ledger_is_withheld(k->ledger, now) != k->was_withheld) {
		k->was_withheld = !k->was_withheld;
		if (k->was_withheld)
			log_error("records were opened that no leaf of the log names: no more are "
				  "opened until one does");
		else
			log_info("what was opened stands in the log: records are opened again");
	}
	return keeper_log_is_dirty(k->log) || ledger_owed_count(k->ledger) > 0;
}

static enum rc
malformed(struct err *err)
{
	return fail(err, RC_INVALID, "keys", "the key process was asked in no proper form");
}

static enum rc
needs_keys(const struct keeper *k, struct err *err)
{
	if (k->is_locked)
		return fail(err, RC_UNAVAILABLE, "keys",
			    "the node's keys are locked: somebody wiped them with liaison node "
			    "lock. To go on: liaison node unlock");
	return k->keys != NULL ? RC_OK
			       : fail(err, RC_UNAVAILABLE, "keys", "the key file is not open");
}

static enum rc
open_with(struct keeper *k, struct keywire_reader *r, struct keys **out, struct err *err)
{
	struct str secret = keywire_take_text(r);

	return r->bad || r->rest.n > 0 ? malformed(err) : keys_open(k->key_path, secret, out, err);
}

static void
owe_again(void *ctx, const struct keys_owed *owed)
{
	struct keeper *k = ctx;

	ledger_owe(k->ledger, k->now, owed);
}

/* Key file, what was known of the log, and what was owed when the last process ended. */
static enum rc
open_all(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	enum rc rc = open_with(k, r, &k->keys, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = keeper_take_folder(k, err)) != RC_OK ||
	    (rc = keeper_log_open(k->state_fd, k->keys, &k->log, err)) != RC_OK) {
		keys_close(k->keys);
		k->keys = NULL;
		return rc;
	}
	k->ledger = ledger_new(k->keys, &k->options.limits);
	keeper_log_each_owed(k->log, owe_again, k);
	return RC_OK;
}

static enum rc
hello(struct keeper *k, struct keywire_reader *r, bool *greeted, struct err *err)
{
	unsigned char index[32], log_mac[32], public[PUBLIC_KEY_BYTES];
	struct keys *same;
	enum rc rc;

	if (!str_eq(keywire_take(r, sizeof KEYWIRE_HELLO - 1), STR(KEYWIRE_HELLO)))
		return malformed(err);
	if (k->is_locked)
		return needs_keys(k, err);
	/* Who comes second needs what the first one needed. */
	if (k->keys == NULL)
		rc = open_all(k, r, err);
	else if ((rc = open_with(k, r, &same, err)) == RC_OK)
		keys_close(same);
	if (rc != RC_OK)
		return rc;
	*greeted = true;
	keys_mac_secrets(k->keys, index, log_mac);
	keys_log_public(k->keys, public);
	buf_add_byte(&k->said, (char)keys_are_guarded(k->keys));
	buf_add_byte(&k->said, (char)keeper_log_is_known(k->log));
	buf_add_bytes(&k->said, index, sizeof index);
	buf_add_bytes(&k->said, log_mac, sizeof log_mac);
	buf_add_bytes(&k->said, public, sizeof public);
	buf_add_u64(&k->said, keeper_log_size(k->log));
	secret_wipe(index, sizeof index);
	secret_wipe(log_mac, sizeof log_mac);
	return RC_OK;
}

static enum rc
lock(struct keeper *k)
{
	/* What is owed stays owed; the ledger's MACs need the keys again first. */
	keys_close(k->keys);
	k->keys = NULL;
	k->is_locked = true;
	log_warn("the keys were wiped: nothing is opened, written or signed until they are "
		 "unlocked");
	return RC_OK;
}

static enum rc
unlock(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	enum rc rc;

	if (!k->is_locked)
		return fail(err, RC_CONFLICT, "keys", "the node's keys are not locked");
	if (k->log == NULL)
		rc = open_all(k, r, err);
	else if ((rc = open_with(k, r, &k->keys, err)) == RC_OK)
		ledger_use_keys(k->ledger, k->keys);
	if (rc != RC_OK)
		return rc;
	k->is_locked = false;
	log_info("the keys are unlocked");
	return RC_OK;
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

static enum rc
wrap(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	struct str bucket = keywire_take_name(r), aad = keywire_take_text(r),
		   key = keywire_take(r, DATA_KEY_BYTES);
	enum rc rc;

	if (r->bad || r->rest.n > 0 || !is_bucket_name(bucket))
		return malformed(err);
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

static enum rc
unwrap(struct keeper *k, struct keywire_reader *r, struct err *err)
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
		return malformed(err);
	use.kind = (enum key_use_kind)kind;
	/* A time no calendar has would be no month of any leaf. */
	if (use.time_ms < 0 || use.time_ms > INT64_C(253402300799999))
		return malformed(err);
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

static enum rc
rewrap(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	struct str bucket = keywire_take_name(r), aad = keywire_take_text(r),
		   wrapped = keywire_take_name(r);

	if (r->bad || r->rest.n > 0)
		return malformed(err);
	return keys_rewrap(k->keys, bucket, aad, wrapped, &k->said, err);
}

static enum rc
current(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	struct str bucket = keywire_take_name(r), wrapped = keywire_take_name(r);

	if (r->bad || r->rest.n > 0)
		return malformed(err);
	buf_add_byte(&k->said, (char)keys_is_current(k->keys, bucket, wrapped));
	return RC_OK;
}

static enum rc
bucket_act(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	uint64_t act = keywire_take_be(r, 1);
	struct str bucket = keywire_take_name(r);

	if (r->bad || r->rest.n > 0 || act > KEY_BUCKET_DESTROY || !is_bucket_name(bucket))
		return malformed(err);
	switch ((enum key_bucket_act)act) {
	case KEY_BUCKET_RENEW: return keys_bucket_renew(k->keys, bucket, err);
	case KEY_BUCKET_DROP_OLD: return keys_bucket_drop_old(k->keys, bucket, err);
	case KEY_BUCKET_DESTROY: return keys_bucket_destroy(k->keys, bucket, err);
	}
	return malformed(err);
}

/* The list's records are those its leaf commits to. */
static bool
is_its_list(const struct audit_leaf_row *leaf, struct str macs)
{
	struct merkle_range range = {.size = 0};
	struct hash hash, root;

	if ((uint64_t)leaf->about_count != macs.n / AUDIT_MAC_BYTES)
		return false;
	if (!leaf->has_about)
		return true;
	for (size_t i = 0; i < macs.n; i += AUDIT_MAC_BYTES) {
		merkle_leaf(str_sub(macs, i, i + AUDIT_MAC_BYTES), &hash);
		merkle_append(&range, &hash);
	}
	merkle_root(&range, &root);
	return hash_eq(&root, &leaf->about_root);
}

static enum rc
one_leaf(struct keeper *k, uint64_t index, struct keywire_reader *r, struct err *err)
{
	struct str bytes = keywire_take_text(r), macs;
	uint64_t n = keywire_take_be(r, 4);
	struct audit_leaf_row leaf;
	struct hash hash;

	macs = n <= AUDIT_ABOUT_MAX ? keywire_take(r, (size_t)n * AUDIT_MAC_BYTES) : STR_NONE;
	if (r->bad || n > AUDIT_ABOUT_MAX || audit_leaf_decode(bytes, &leaf, NULL) != RC_OK ||
	    (uint64_t)leaf.index != index || !is_its_list(&leaf, macs))
		return malformed(err);
	/* Another connection told it already. */
	if (index < keeper_log_size(k->log))
		return RC_OK;
	merkle_leaf(bytes, &hash);
	keeper_log_append(k->log, &hash);
	if (leaf.action == AUDIT_ORIGIN) {
		struct str rest = leaf.plain;

		keeper_log_rename(k->log, str_cut(&rest, '\n'));
	}
	ledger_leaf(k->ledger, k->now, &leaf, macs);
	return RC_OK;
}

static enum rc
take_leaves(struct keeper *k, uint64_t first, uint64_t n, struct str bytes, struct err *err)
{
	struct keywire_reader r = {.rest = bytes};
	enum rc rc = RC_OK;

	for (uint64_t i = 0; i < n && rc == RC_OK; i++)
		rc = one_leaf(k, first + i, &r, err);
	if (rc == RC_OK && r.rest.n > 0)
		rc = malformed(err);
	keeper_log_mark(k->log);
	return rc;
}

/* False: there is no room; it is caught up from the database. */
static bool
keep_early(struct keeper *k, uint64_t first, uint64_t n, struct str bytes)
{
	for (size_t i = 0; i < EARLY_MAX; i++) {
		struct early *e = &k->early[i];

		if (e->leaves != NULL || k->early_bytes + bytes.n > EARLY_BYTES_MAX)
			continue;
		*e = (struct early){first, n, bytes.n, heap_zeroed(bytes.n + 1)};
		if (bytes.n > 0)
			memcpy(e->leaves, bytes.p, bytes.n);
		k->early_bytes += bytes.n;
		return true;
	}
	return false;
}

static void
drop_early(struct keeper *k, struct early *e)
{
	k->early_bytes -= e->bytes;
	free(e->leaves);
	*e = (struct early){0};
}

/* What was kept and follows now. A bad one was somebody's, who hears of it no more. */
static void
take_early(struct keeper *k)
{
	for (size_t i = 0; i < EARLY_MAX; i++) {
		struct early *e = &k->early[i];

		if (e->leaves == NULL || e->first > keeper_log_size(k->log))
			continue;
		(void)take_leaves(k, e->first, e->n, (struct str){e->leaves, e->bytes}, NULL);
		drop_early(k, e);
		i = (size_t)-1; /* it may be what another one waited for */
	}
}

static enum rc
leaves(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	uint64_t first = keywire_take_be(r, 8), n = keywire_take_be(r, 4);
	enum rc rc = RC_OK;

	if (r->bad || first > (uint64_t)INT64_MAX - n)
		return malformed(err);
	if (!keeper_log_is_known(k->log))
		return fail(err, RC_CONFLICT, "keys", "the key process knows of no log yet");
	if (first <= keeper_log_size(k->log)) {
		rc = take_leaves(k, first, n, r->rest, err);
		take_early(k);
	} else if (!keep_early(k, first, n, r->rest) && first > k->behind_of) {
		k->behind_of = first;
	}
	buf_add_u64(&k->said, keeper_log_size(k->log));
	return rc;
}

static enum rc
sign(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	unsigned char signature[SIGNATURE_BYTES];
	enum rc rc = keeper_log_may_sign(k->log, r->rest, err);

	if (rc == RC_OK)
		rc = keys_log_sign(k->keys, r->rest, signature, err);
	if (rc == RC_OK)
		buf_add_bytes(&k->said, signature, sizeof signature);
	return rc;
}

static enum rc
confirm(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	uint64_t size = keywire_take_be(r, 8);
	struct str bytes = keywire_take(r, HASH_BYTES), origin = keywire_take_name(r);
	struct hash root;

	if (r->bad || r->rest.n > 0 || !hash_from(bytes, &root))
		return malformed(err);
	note_keys(k);
	return keeper_log_confirm(k->log, size, &root, origin, err);
}

static enum rc
accept(struct keeper *k, struct keywire_reader *r, struct err *err)
{
	struct hash frontier[MERKLE_RANGE_MAX];
	uint64_t size = keywire_take_be(r, 8), n = keywire_take_be(r, 1);
	struct str hashes, origin;
	enum rc rc;

	if (n > MERKLE_RANGE_MAX)
		return malformed(err);
	hashes = keywire_take(r, (size_t)n * HASH_BYTES);
	origin = keywire_take_name(r);
	if (r->bad || r->rest.n > 0)
		return malformed(err);
	if (k->has_worked)
		return fail(err, RC_DENIED, "keys",
			    "a log is taken as it is only by a key process that was just started");
	if (hashes.n > 0)
		memcpy(frontier, hashes.p, hashes.n);
	for (size_t i = 0; i < EARLY_MAX; i++)
		if (k->early[i].leaves != NULL)
			drop_early(k, &k->early[i]);
	keeper_log_keys(k->log, keys_age(k->keys), true);
	if ((rc = keeper_log_accept(k->log, size, frontier, (size_t)n, origin, err)) == RC_OK)
		ledger_forgive(k->ledger);
	return rc;
}

static enum rc
owed(struct keeper *k)
{
	struct keys_owed *list = NEW_N(k->scratch, struct keys_owed, KEYS_OWED_MAX);
	size_t n = ledger_owed(k->ledger, list, KEYS_OWED_MAX);

	buf_add_u32(&k->said, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		buf_add_bytes(&k->said, list[i].actor.b, sizeof list[i].actor.b);
		buf_add_bytes(&k->said, list[i].record.b, sizeof list[i].record.b);
		buf_add_u64(&k->said, (uint64_t)list[i].time_ms);
	}
	return RC_OK;
}

static enum rc
health(struct keeper *k)
{
	buf_add_u64(&k->said, k->opened);
	buf_add_u64(&k->said, k->ledger != NULL ? ledger_owed_count(k->ledger) : 0);
	buf_add_u64(&k->said, k->log != NULL ? keeper_log_size(k->log) : 0);
	buf_add_u64(&k->said, k->refused);
	return RC_OK;
}

/* What needs the keys open, on a connection that was greeted. */
static enum rc
answer_work(struct keeper *k, enum keywire_message message, struct keywire_reader *r,
	    struct err *err)
{
	enum rc rc = needs_keys(k, err);

	if (rc != RC_OK)
		return rc;
	if (message == KEYWIRE_ACCEPT)
		return accept(k, r, err);
	/* Looking at what is known is no work yet. */
	if (message != KEYWIRE_LEAVES && message != KEYWIRE_CONFIRM && message != KEYWIRE_OWED)
		k->has_worked = true;
	switch (message) {
	case KEYWIRE_WRAP: return wrap(k, r, err);
	case KEYWIRE_UNWRAP: return unwrap(k, r, err);
	case KEYWIRE_REWRAP: return rewrap(k, r, err);
	case KEYWIRE_CURRENT: return current(k, r, err);
	case KEYWIRE_BUCKET: return bucket_act(k, r, err);
	case KEYWIRE_LEAVES: return leaves(k, r, err);
	case KEYWIRE_SIGN: return sign(k, r, err);
	case KEYWIRE_CONFIRM: return confirm(k, r, err);
	case KEYWIRE_OWED: return owed(k);
	case KEYWIRE_ACCEPT:
	case KEYWIRE_HELLO_MESSAGE:
	case KEYWIRE_HEALTH:
	case KEYWIRE_LOCK:
	case KEYWIRE_UNLOCK:
	case KEYWIRE_MESSAGES: break;
	}
	return malformed(err);
}

static enum rc
answer(struct keeper *k, struct keywire_reader *r, bool *greeted, struct err *err)
{
	uint64_t message = keywire_take_be(r, 1);

	if (message == 0 || message >= KEYWIRE_MESSAGES)
		return malformed(err);
	switch ((enum keywire_message)message) {
	case KEYWIRE_HELLO_MESSAGE: return hello(k, r, greeted, err);
	case KEYWIRE_HEALTH: return health(k);
	case KEYWIRE_LOCK: return lock(k);
	case KEYWIRE_UNLOCK: return unlock(k, r, err);
	case KEYWIRE_WRAP:
	case KEYWIRE_UNWRAP:
	case KEYWIRE_REWRAP:
	case KEYWIRE_CURRENT:
	case KEYWIRE_BUCKET:
	case KEYWIRE_LEAVES:
	case KEYWIRE_SIGN:
	case KEYWIRE_CONFIRM:
	case KEYWIRE_ACCEPT:
	case KEYWIRE_OWED:
	case KEYWIRE_MESSAGES: break;
	}
	if (!*greeted)
		return fail(err, RC_DENIED, "keys", "say hello first");
	return answer_work(k, (enum keywire_message)message, r, err);
}

static unsigned char
flags_of(const struct keeper *k, bool shared)
{
	unsigned flags = shared ? KEYWIRE_SHARED : 0;

	if (k->is_locked)
		flags |= KEYWIRE_LOCKED;
	if (k->ledger != NULL && ledger_is_withheld(k->ledger, k->now))
		flags |= KEYWIRE_WITHHELD;
	if (k->ledger != NULL && ledger_reminds(k->ledger, k->now))
		flags |= KEYWIRE_OWES;
	if (k->log != NULL && (keeper_log_size(k->log) < k->behind_of || k->early_bytes > 0))
		flags |= KEYWIRE_BEHIND;
	return (unsigned char)flags;
}

void
keeper_answer(struct keeper *k, struct str request, int64_t now, bool *greeted, bool shared,
	      struct buf *out)
{
	struct keywire_reader r = {.rest = request};
	struct err err = {.rc = RC_OK};
	enum rc rc;
	size_t at;

	k->now = now;
	arena_reset(k->scratch);
	k->said = (struct buf){.arena = k->scratch, .p = (char *)k->said_secret, .cap = SAID_BYTES};
	rc = answer(k, &r, greeted, &err);
	at = keywire_begin(out, flags_of(k, shared));
	buf_add_byte(out, (char)rc);
	if (rc == RC_OK) {
		buf_add(out, buf_str(&k->said));
	} else {
		keywire_add_name(out, str_from(err.key));
		buf_add(out, str_from(err.text));
	}
	keywire_end(out, at);
	/* Data keys stay in no memory that is used again. */
	if (k->said.n > 0)
		secret_wipe(k->said.p, k->said.n);
}
