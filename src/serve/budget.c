#include "serve/budget.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "seal/hash.h"
#include "seal/random.h"

/* 64 KiB or so: 1,024 sets of 4 places. */
enum { SETS = 1024, WAYS = 4 };

struct purse {
	struct hash whose;
	double held;
	int64_t at_ms; /* when held was so much; 0: nobody's */
};

struct budget {
	pthread_mutex_t lock;
	double full, per_s;
	unsigned char seed[16]; /* nobody can choose who shares their set */
	struct purse at[SETS][WAYS];
};

struct budget *
budget_new(double full, double per_s)
{
	struct budget *b = heap_zeroed(sizeof *b);

	must(full > 0 && per_s > 0);
	must(pthread_mutex_init(&b->lock, NULL) == 0);
	b->full = full;
	b->per_s = per_s;
	random_bytes(b->seed, sizeof b->seed);
	return b;
}

void
budget_free(struct budget *b)
{
	if (b == NULL)
		return;
	(void)pthread_mutex_destroy(&b->lock);
	free(b);
}

static double
held_now(const struct budget *b, const struct purse *p, int64_t now_ms)
{
	double held = p->held + (double)(now_ms - p->at_ms) / 1000 * b->per_s;

	return p->at_ms == 0 || held > b->full ? b->full : held;
}

static struct purse *
purse_of(struct budget *b, struct str whose, int64_t now_ms)
{
	struct sha256 s;
	struct hash hash;
	struct purse *set, *fullest;

	sha256_init(&s);
	sha256_add(&s, b->seed, sizeof b->seed);
	sha256_add(&s, whose.p, whose.n);
	sha256_end(&s, &hash);
	set = b->at[(hash.b[0] | hash.b[1] << 8) % SETS];
	fullest = &set[0];
	for (int i = 0; i < WAYS; i++) {
		if (set[i].at_ms != 0 && hash_eq(&set[i].whose, &hash))
			return &set[i];
		if (held_now(b, &set[i], now_ms) > held_now(b, fullest, now_ms))
			fullest = &set[i];
	}
	*fullest = (struct purse){.whose = hash};
	return fullest;
}

bool
budget_take(struct budget *b, struct str whose, double least, double amount, int64_t now_ms,
	    int64_t *wait_s)
{
	struct purse *p;
	double held;
	bool enough;

	must(now_ms > 0 && least <= b->full);
	must(pthread_mutex_lock(&b->lock) == 0);
	p = purse_of(b, whose, now_ms);
	held = held_now(b, p, now_ms);
	enough = held >= least;
	*p = (struct purse){
	    .whose = p->whose, .held = enough ? held - amount : held, .at_ms = now_ms};
	must(pthread_mutex_unlock(&b->lock) == 0);
	if (!enough && wait_s != NULL)
		*wait_s = 1 + (int64_t)((least - held) / b->per_s);
	return enough;
}
