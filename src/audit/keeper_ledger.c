#include "audit/keeper_ledger.h"

#include <stdlib.h>

#include "audit/keeper_journal.h"
#include "base/arena.h"
#include "seal/secret.h"

#define BUCKETS 32768 /* a power of two */
#define PERSONS 1024
#define RUNS 64
#define RUN_WORD_MAX 40

const struct ledger_limits ledger_standard = {
    .opens_a_minute = 300,
    .owed_ms = 30000,
    .remind_ms = 3000,
    .owed_max = KEEPER_OWED_KEPT,
    .run_ms = 86400000,
};

/* Opened and not named: found by the MACs that the leaf will have. */
struct debt {
	struct debt *next_in_bucket, *older, *newer;
	unsigned char actor_mac[AUDIT_MAC_BYTES], record_mac[AUDIT_MAC_BYTES];
	struct keys_owed owed;
	int64_t opened;
};

/* How much one person may still open, in shares of a list's row. */
struct person {
	struct id actor;
	int64_t left, filled;
	bool is_set;
};

struct announced {
	unsigned char actor_mac[AUDIT_MAC_BYTES];
	char word[RUN_WORD_MAX + 1];
	int64_t at;
	bool is_set;
};

struct ledger {
	struct keys *keys;
	struct ledger_limits limits;
	struct debt *bucket[BUCKETS], *oldest, *newest;
	struct debt *new_from; /* the oldest that was not taken yet; NULL: none */
	size_t owed;
	struct person persons[PERSONS];
	struct announced runs[RUNS];
	size_t next_run;
};

struct ledger *
ledger_new(struct keys *keys, const struct ledger_limits *limits)
{
	struct ledger *l = heap_zeroed(sizeof *l);

	l->keys = keys;
	l->limits = *limits;
	return l;
}

void
ledger_forgive(struct ledger *l)
{
	for (struct debt *d = l->oldest, *next; d != NULL; d = next) {
		next = d->newer;
		free(d);
	}
	memset(l->bucket, 0, sizeof l->bucket);
	l->oldest = l->newest = l->new_from = NULL;
	l->owed = 0;
}

void
ledger_use_keys(struct ledger *l, struct keys *keys)
{
	l->keys = keys;
}

void
ledger_free(struct ledger *l)
{
	if (l == NULL)
		return;
	ledger_forgive(l);
	free(l);
}

/* MACs are spread evenly already. */
static struct debt **
bucket_of(struct ledger *l, const unsigned char record_mac[AUDIT_MAC_BYTES])
{
	size_t h = (size_t)record_mac[0] << 16 | (size_t)record_mac[1] << 8 | record_mac[2];

	return &l->bucket[h & (BUCKETS - 1)];
}

static struct debt **
find(struct ledger *l, const unsigned char actor_mac[AUDIT_MAC_BYTES],
     const unsigned char record_mac[AUDIT_MAC_BYTES])
{
	struct debt **at = bucket_of(l, record_mac);

	while (*at != NULL && (memcmp((*at)->record_mac, record_mac, AUDIT_MAC_BYTES) != 0 ||
			       memcmp((*at)->actor_mac, actor_mac, AUDIT_MAC_BYTES) != 0))
		at = &(*at)->next_in_bucket;
	return at;
}

static void
pay(struct ledger *l, const unsigned char actor_mac[AUDIT_MAC_BYTES],
    const unsigned char record_mac[AUDIT_MAC_BYTES])
{
	struct debt **at = find(l, actor_mac, record_mac), *d = *at;

	if (d == NULL)
		return;
	*at = d->next_in_bucket;
	if (l->new_from == d)
		l->new_from = d->newer;
	if (d->older != NULL)
		d->older->newer = d->newer;
	else
		l->oldest = d->newer;
	if (d->newer != NULL)
		d->newer->older = d->older;
	else
		l->newest = d->older;
	l->owed--;
	free(d);
}

void
ledger_owe(struct ledger *l, int64_t now, const struct keys_owed *owed)
{
	struct debt one = {.owed = *owed, .opened = now}, **at, *d;

	audit_actor_mac(l->keys, owed->time_ms, owed->actor, one.actor_mac);
	audit_record_mac(l->keys, owed->time_ms, owed->record, one.record_mac);
	/* Opened twice before the leaf comes: the first time counts. */
	if (*(at = find(l, one.actor_mac, one.record_mac)) != NULL)
		return;
	*at = d = heap_zeroed(sizeof *d);
	*d = one;
	d->older = l->newest;
	if (l->newest != NULL)
		l->newest->newer = d;
	else
		l->oldest = d;
	l->newest = d;
	if (l->new_from == NULL)
		l->new_from = d;
	l->owed++;
}

size_t
ledger_owed_count(const struct ledger *l)
{
	return l->owed;
}

bool
ledger_is_withheld(const struct ledger *l, int64_t now)
{
	return l->owed >= l->limits.owed_max ||
	       (l->oldest != NULL && now - l->oldest->opened > l->limits.owed_ms);
}

bool
ledger_reminds(const struct ledger *l, int64_t now)
{
	return l->owed >= l->limits.owed_max / 2 ||
	       (l->oldest != NULL && now - l->oldest->opened > l->limits.remind_ms);
}

size_t
ledger_owed(const struct ledger *l, struct keys_owed *out, size_t most)
{
	size_t n = 0;

	for (const struct debt *d = l->oldest; d != NULL && n < most; d = d->newer)
		out[n++] = d->owed;
	return n;
}

size_t
ledger_take_new(struct ledger *l, struct keys_owed *out, size_t most)
{
	size_t n = 0;

	for (; l->new_from != NULL && n < most; l->new_from = l->new_from->newer)
		out[n++] = l->new_from->owed;
	return n;
}

static int64_t
most_of(const struct ledger *l, struct id actor)
{
	return (int64_t)l->limits.opens_a_minute * LEDGER_LIST_SHARE *
	       (id_is_zero(actor) ? LEDGER_NODE_SHARE : 1);
}

/* The person's place, or that of whoever asked for nothing the longest among a few. */
static struct person *
person_of(struct ledger *l, int64_t now, struct id actor)
{
	size_t h = (size_t)actor.b[15] << 8 | actor.b[14];
	struct person *p = NULL;

	for (size_t i = 0; i < 8; i++) {
		struct person *at = &l->persons[(h + i) % PERSONS];

		if (at->is_set && id_eq(at->actor, actor))
			return at;
		if (p == NULL || !at->is_set || (p->is_set && at->filled < p->filled))
			p = at;
	}
	*p = (struct person){
	    .actor = actor, .filled = now, .left = most_of(l, actor), .is_set = true};
	return p;
}

/* A bucket that holds a minute's worth and fills evenly. */
static bool
may_open_more(struct ledger *l, int64_t now, struct id actor, int64_t cost)
{
	int64_t most = most_of(l, actor);
	struct person *p;

	if (most == 0)
		return true;
	p = person_of(l, now, actor);
	if (now - p->filled >= 60000) {
		p->left = most;
		p->filled = now;
	} else if ((now - p->filled) * most >= 60000) {
		int64_t more = (now - p->filled) * most / 60000;

		p->left = p->left + more > most ? most : p->left + more;
		p->filled += more * 60000 / most;
	}
	if (p->left < cost)
		return false;
	p->left -= cost;
	return true;
}

static bool
is_announced(const struct ledger *l, int64_t now, const struct key_use *use)
{
	unsigned char actor_mac[AUDIT_MAC_BYTES];
	int64_t month = INT64_C(31) * 86400000;

	for (size_t i = 0; i < RUNS; i++) {
		const struct announced *run = &l->runs[i];

		if (!run->is_set || now - run->at > l->limits.run_ms ||
		    !str_eq_z(use->word, run->word))
			continue;
		/* Announced before midnight at a month's end, under the key of that month. */
		for (int64_t back = 0; back <= month; back += month) {
			audit_actor_mac(l->keys, use->time_ms - back, use->actor, actor_mac);
			if (memcmp(actor_mac, run->actor_mac, sizeof actor_mac) == 0)
				return true;
		}
	}
	return false;
}

enum rc
ledger_open(struct ledger *l, int64_t now, const struct key_use *use, struct id record,
	    struct err *err)
{
	int64_t cost = use->kind == KEY_USE_RECORD ? LEDGER_LIST_SHARE : 1;

	if (ledger_is_withheld(l, now))
		return fail(err, RC_UNAVAILABLE, "keys",
			    "%zu records were opened and no leaf of the log names them, so "
			    "nothing more is opened until one does. When the database takes "
			    "writes the node does it by itself; else see to the database, or: "
			    "liaison node accept-log --reason TEXT",
			    l->owed);
	if (use->kind == KEY_USE_RUN)
		return is_announced(l, now, use)
			   ? RC_OK
			   : fail(err, RC_DENIED, "keys",
				  "a run over all records is logged before it begins");
	if (!may_open_more(l, now, use->actor, cost))
		return fail(err, RC_BUSY, "",
			    "one person opens at most %d records a minute here (the setting "
			    "opens_a_minute); wait a little, or make a job of it",
			    l->limits.opens_a_minute);
	ledger_owe(
	    l, now,
	    &(struct keys_owed){.actor = use->actor, .record = record, .time_ms = use->time_ms});
	return RC_OK;
}

static void
announce(struct ledger *l, int64_t now, const struct audit_leaf_row *leaf)
{
	struct announced *run = &l->runs[l->next_run++ % RUNS];

	*run = (struct announced){.at = now, .is_set = true};
	memcpy(run->actor_mac, leaf->actor_mac, sizeof run->actor_mac);
	memcpy(run->word, leaf->type.p, leaf->type.n);
}

void
ledger_leaf(struct ledger *l, int64_t now, const struct audit_leaf_row *leaf, struct str about)
{
	/* A refusal names what was asked for, which is not what was opened. */
	if (leaf->action == AUDIT_DENIED)
		return;
	if (leaf->has_record)
		pay(l, leaf->actor_mac, leaf->record_mac);
	for (size_t i = 0; i + AUDIT_MAC_BYTES <= about.n; i += AUDIT_MAC_BYTES)
		pay(l, leaf->actor_mac, (const unsigned char *)about.p + i);
	if (leaf->action == AUDIT_JOB && !leaf->has_record && leaf->type.n > 0 &&
	    leaf->type.n <= RUN_WORD_MAX)
		announce(l, now, leaf);
}
