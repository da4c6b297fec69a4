#include "exchange/contact/round.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"
#include "exchange/contact/contact.h"
#include "exchange/greeting.h"
#include "exchange/self.h"
#include "seal/random.h"
#include "serve/memory.h"
#include "serve/serve.h"

#define FIRST_MS INT64_C(5000)
#define SPENT_MS INT64_C(10000) /* then the other timers have their turn */

/* What is remembered of a peer; who is not here is due at once. */
struct called {
	struct id peer;
	unsigned failures;
	int64_t due_ms; /* monotonic */
};
struct memory_of_calls {
	struct arena *arena;
	VEC(struct called) at; /* the timers' thread alone */
	int64_t own_version;
};

static void *
memory_make(struct serve *s)
{
	struct memory_of_calls *m = heap_zeroed(sizeof *m);

	(void)s;
	m->arena = arena_new(0);
	return m;
}

static void
memory_end(void *memory)
{
	struct memory_of_calls *m = memory;

	arena_free(m->arena);
	free(m);
}

static const struct memory_kind calls_kind = {"exchange calls", memory_make, memory_end};

int64_t
contact_wait_ms(unsigned failures, uint32_t chance)
{
	int64_t ms = failures == 0 || failures > 10 ? ROUND_HOUR_MS : FIRST_MS << (failures - 1);

	if (ms > ROUND_HOUR_MS)
		ms = ROUND_HOUR_MS;
	return ms / 2 + (int64_t)((uint64_t)ms * chance >> 32);
}

static struct called *
called_of(struct memory_of_calls *m, struct id peer)
{
	struct called *c;

	VEC_EACH (c, &m->at)
		if (id_eq(c->peer, peer))
			return c;
	c = VEC_ADD(m->arena, &m->at);
	*c = (struct called){.peer = peer};
	return c;
}

/* One peer that is due: what is said to it, and what it answers. */
struct turn {
	struct memory_of_calls *memory;
	struct arena *arena;
	bool found;
	struct peer peer; /* what contact_ask looks at, and changed_ms */
	unsigned char challenge[HELLO_CHALLENGE_BYTES];
	struct str said, answer;
};

/* Whatever this node says anew, all are to hear at once. */
static enum rc
mind_own(struct door *d, struct memory_of_calls *m, struct err *err)
{
	struct descriptor own;
	struct called *c;
	enum rc rc = self_find(d, &own, err);

	if (rc != RC_OK || own.version == m->own_version)
		return rc;
	m->own_version = own.version;
	VEC_EACH (c, &m->at)
		c->due_ms = 0;
	return RC_OK;
}

static void
copy_peer(struct turn *t, const struct peer *p)
{
	t->found = true;
	t->peer = (struct peer){.id = p->id, .near = p->near, .changed_ms = p->changed_ms};
	memcpy(t->peer.is.tls, p->is.tls, sizeof p->is.tls);
	for (size_t i = 0; i < p->is.endpoints.n; i++)
		*VEC_ADD(t->arena, &t->peer.is.endpoints) =
		    str_copy(t->arena, p->is.endpoints.at[i]);
}

static enum rc
begin_turn(struct door *d, void *ctx, struct err *err)
{
	struct turn *t = ctx;
	const struct peer *first = NULL;
	int64_t now = monotonic_ms(), first_ms = now + 1;
	struct peer_list all;
	enum rc rc;

	if ((rc = mind_own(d, t->memory, err)) != RC_OK || (rc = peer_list(d, &all, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < all.n; i++) {
		const struct peer *p = &all.at[i];

		if (peer_may_talk(d, p, NULL) == RC_OK && p->is.endpoints.n > 0 &&
		    called_of(t->memory, p->id)->due_ms < first_ms) {
			first = p;
			first_ms = called_of(t->memory, p->id)->due_ms;
		}
	}
	if (first == NULL)
		return RC_OK;
	copy_peer(t, first);
	random_bytes(t->challenge, sizeof t->challenge);
	if ((rc = greeting_say(d, first, t->challenge, &t->said, err)) == RC_OK)
		t->said = str_copy(t->arena, t->said);
	return rc;
}

/* It may have been suspended, or renewed by somebody, while it was called. */
static enum rc
end_turn(struct door *d, void *ctx, struct err *err)
{
	struct turn *t = ctx;
	struct greeting g;
	struct peer now;
	enum rc rc = peer_find(d, id_format(d->arena, t->peer.id), &now, err);

	if (rc == RC_OK && now.changed_ms != t->peer.changed_ms)
		return fail(err, RC_CONFLICT, "peer", "it changed while it was called");
	if (rc != RC_OK || (rc = greeting_hear(d, &now, t->answer, t->challenge, &g, err)) != RC_OK)
		return rc;
	return greeting_take(d, &now, &g, err);
}

static void
settle(struct turn *t, enum rc rc, const struct err *why)
{
	struct called *c = called_of(t->memory, t->peer.id);
	uint32_t chance;

	random_bytes(&chance, sizeof chance);
	c->failures = rc == RC_OK ? 0 : c->failures + 1;
	c->due_ms = monotonic_ms() + contact_wait_ms(c->failures, chance);
	/* Once, and not at each try. */
	if (c->failures == 1)
		log_info("peer %.*s: no hello: %s", STR_ARG(id_format(t->arena, c->peer)),
			 why->text);
}

/* *more: somebody was due. */
static enum rc
call_one(struct serve *s, struct memory_of_calls *m, bool *more, struct err *err)
{
	struct turn t = {.memory = m, .arena = arena_new(0)};
	struct err why = {.rc = RC_OK};
	enum rc rc = serve_write(s, NULL, NULL, begin_turn, &t, err);

	*more = rc == RC_OK && t.found;
	if (*more) {
		enum rc heard =
		    contact_ask(t.arena, serve_door_node(s), &t.peer, t.said, &t.answer, &why);

		if (heard == RC_OK)
			heard = serve_write(s, NULL, NULL, end_turn, &t, &why);
		settle(&t, heard, &why);
	}
	arena_free(t.arena);
	return rc;
}

enum rc
contact_round(struct serve *s, struct err *err)
{
	struct memory_of_calls *m = serve_memory(s, &calls_kind);
	int64_t until = monotonic_ms() + SPENT_MS;
	bool more = true;
	enum rc rc = RC_OK;

	/* Of several processes the first one calls. */
	while (rc == RC_OK && more && serve_number(s) == 1 && monotonic_ms() < until)
		rc = call_one(s, m, &more, err);
	/* A node that takes no part in exchange. */
	return rc == RC_ABSENT ? RC_OK : rc;
}
