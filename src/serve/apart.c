#include "serve/apart.h"

#include <pthread.h>
#include <stdlib.h>

#include "audit/present.h"
#include "base/arena.h"
#include "base/log.h"
#include "seal/keys_process.h"
#include "serve/inside.h"
#include "serve/private.h"

/* A group between its commit and its sync. */
struct told_item {
	struct told_item *next;
	struct audit_told *told; /* NULL: it did not commit, or has no leaves */
};

struct told_list {
	pthread_mutex_t lock;
	struct told_item *first, **end;
};

static enum rc announce(const struct door_node *node, const struct actor *actor,
			const struct access *access, struct str word, struct err *err);

enum rc
apart_begin(struct serve *s, const struct serve_options *o, struct err *err)
{
	struct keys_connect_options options = {.dir = s->dir, .passphrase = o->passphrase};

	if (!o->keys_apart || !keys_program_is_ready())
		return keys_open(str_fmt(s->arena, "%s/keys.liaison", s->dir).p, o->passphrase,
				 &s->keys, err);
	options.opens_a_minute = (int)config_number(s->config, "opens_a_minute");
	s->told = NEW(s->arena, struct told_list);
	must(pthread_mutex_init(&s->told->lock, NULL) == 0);
	s->told->end = &s->told->first;
	s->node.announce = announce;
	private_process();
	return keys_connect(&options, &s->keys, err);
}

enum rc
apart_meet(struct serve *s, struct err *err)
{
	return keys_are_apart(s->keys) ? keys_meet(s->keys, err) : RC_OK;
}

void
apart_committed(struct serve *s, bool committed)
{
	struct told_item *item;

	if (!keys_are_apart(s->keys))
		return;
	item = heap_zeroed(sizeof *item);
	if (committed && s->group != NULL)
		item->told = audit_group_told(s->group);
	must(pthread_mutex_lock(&s->told->lock) == 0);
	*s->told->end = item;
	s->told->end = &item->next;
	must(pthread_mutex_unlock(&s->told->lock) == 0);
}

static struct told_item *
take(struct told_list *l)
{
	struct told_item *item;

	must(pthread_mutex_lock(&l->lock) == 0);
	item = l->first;
	must(item != NULL);
	if ((l->first = item->next) == NULL)
		l->end = &l->first;
	must(pthread_mutex_unlock(&l->lock) == 0);
	return item;
}

void
apart_settled(struct serve *s, bool durable)
{
	struct told_item *item;

	if (!keys_are_apart(s->keys))
		return;
	item = take(s->told);
	if (durable)
		audit_told_present(item->told, s->keys);
	else
		audit_told_free(item->told);
	free(item);
}

/* A leaf without a record: who begins a run of which kind. */
struct announcement {
	struct str word;
};

static enum rc
log_announcement(struct door *d, void *ctx, struct err *err)
{
	struct announcement *a = ctx;
	struct audit_entry entry = {.action = AUDIT_JOB, .type = a->word};

	return door_log(d, &entry, NULL, err);
}

static enum rc
announce(const struct door_node *node, const struct actor *actor, const struct access *access,
	 struct str word, struct err *err)
{
	struct announcement a = {word};

	return serve_write(serve_of_node(node), actor, access, log_announcement, &a, err);
}

/* What one person (or the node) opened and no leaf names. */
struct payment {
	const struct keys_owed *owed;
	size_t n;
	struct id *ids;
};

static enum rc
log_payment(struct door *d, void *ctx, struct err *err)
{
	struct payment *p = ctx;
	struct audit_entry entry = {
	    .action = AUDIT_READ,
	    .type = STR("opened"),
	    .about = p->ids,
	    .about_count = p->n,
	};

	/* The key process waits for the names of the month in which it opened them. */
	d->now_ms = p->owed[0].time_ms;
	return door_log(d, &entry, NULL, err);
}

static bool
same_leaf(const struct keys_owed *a, const struct keys_owed *b)
{
	int64_t apart = a->time_ms - b->time_ms;

	/* Of one minute, so that a month's end seldom parts the time of opening and of the leaf. */
	return id_eq(a->actor, b->actor) && apart > -60000 && apart < 60000 &&
	       a->time_ms / 86400000 == b->time_ms / 86400000;
}

/* One leaf a person; records in the order they were opened. */
static enum rc
pay_all(struct serve *s, struct arena *a, struct keys_owed *owed, size_t n, struct err *err)
{
	bool *paid = NEW_N(a, bool, n);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		struct payment p = {.owed = &owed[i], .ids = NEW_N(a, struct id, n)};
		struct actor actor = {.id = owed[i].actor, .is_node = id_is_zero(owed[i].actor)};
		struct access access = {.reason = STR("opened for a check, or for an answer that "
						      "did not leave")};

		for (size_t k = i; k < n && !paid[i]; k++)
			if (!paid[k] && same_leaf(&owed[i], &owed[k])) {
				p.ids[p.n++] = owed[k].record;
				paid[k] = k > i;
			}
		if (p.n > 0)
			rc = serve_write(s, &actor, &access, log_payment, &p, err);
	}
	return rc;
}

enum rc
apart_pay(struct serve *s, struct err *err)
{
	struct arena *a;
	struct keys_owed *owed;
	size_t n;
	enum rc rc;

	if (!keys_are_apart(s->keys))
		return RC_OK;
	a = arena_new(0);
	owed = NEW_N(a, struct keys_owed, KEYS_OWED_MAX);
	rc = keys_owed(s->keys, owed, &n, err);
	if (rc == RC_OK && n > 0)
		rc = pay_all(s, a, owed, n, err);
	arena_free(a);
	return rc;
}

void
apart_end(struct serve *s)
{
	struct err err;

	if (s->writer == NULL || s->keys == NULL || keys_are_lost(s->keys) ||
	    keys_are_locked(s->keys) || writer_is_lost(s->writer))
		return;
	if (apart_pay(s, &err) != RC_OK)
		log_warn("what was opened and shown to nobody is not in the log yet: %s", err.text);
}

static enum rc
find_size(struct door *d, void *ctx, struct err *err)
{
	return audit_size(d->db, ctx, err);
}

static enum rc
present_up_to(struct door *d, void *ctx, struct err *err)
{
	return audit_present_rest(d->db, d->node->keys, *(int64_t *)ctx, err);
}

/* Leaves that another process of the node committed. A write that ended well made all durable
 * that it saw, whoever committed it; only then the key process may hear of it. */
static enum rc
catch_up(struct serve *s, struct err *err)
{
	int64_t size = 0;
	enum rc rc = serve_write(s, NULL, NULL, find_size, &size, err);

	return rc == RC_OK ? serve_write(s, NULL, NULL, present_up_to, &size, err) : rc;
}

/* Nothing could be written while they were. */
static enum rc
log_unlocked(struct door *d, void *ctx, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SETTING, .type = STR("keys_unlocked")};

	(void)ctx;
	return door_log(d, &entry, NULL, err);
}

enum rc
serve_mind_keys(struct serve *s, struct err *err)
{
	struct err why;

	if (!keys_are_apart(s->keys))
		return RC_OK;
	if (keys_are_lost(s->keys))
		return fail(err, RC_UNAVAILABLE, "keys",
			    "the key process has ended, so the node ends; look why in what it "
			    "said, and start the node again");
	if (keys_look(s->keys, &why) != RC_OK)
		return RC_OK; /* lost: the next time says so */
	if (keys_are_locked(s->keys)) {
		s->were_locked = true;
		return RC_OK;
	}
	if (s->were_locked) {
		s->were_locked = false;
		if (serve_write(s, NULL, NULL, log_unlocked, NULL, &why) != RC_OK)
			log_warn("that the keys were locked is not in the log: %s", why.text);
	}
	if (keys_are_behind(s->keys) && catch_up(s, &why) != RC_OK)
		log_warn("the key process is behind the log: %s", why.text);
	if (keys_owe(s->keys) && apart_pay(s, &why) != RC_OK)
		log_warn("what was opened and shown to nobody is not in the log yet: %s", why.text);
	return RC_OK;
}
