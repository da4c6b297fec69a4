#include "serve/limits.h"

#include "base/arena.h"
#include "base/clock.h"
#include "net/cidr.h"
#include "serve/budget.h"
#include "serve/inside.h"
#include "serve/user.h"

/* 30 refused sign-ins of one client, then one in 20 seconds: an office behind one address
 * mistypes less. */
#define REFUSALS 30.0
#define REFUSALS_PER_S 0.05
/* Milliseconds. */
#define HEAVY_MS 60000.0
#define HEAVY_MS_PER_S 100.0
#define ANYTHING (-1e12)

void
limits_open(struct serve *s)
{
	s->addresses = budget_new(REFUSALS, REFUSALS_PER_S);
	s->heavy = budget_new(HEAVY_MS, HEAVY_MS_PER_S);
}

void
limits_close(struct serve *s)
{
	budget_free(s->addresses);
	budget_free(s->heavy);
}

static struct str
owner_of(const struct request *rq)
{
	unsigned char client[CLIENT_BYTES];

	if ((rq->route->flags & ROUTE_HEAVY) != 0 && rq->user != NULL)
		return str_copy(rq->arena, (struct str){(const char *)rq->user->id.b, 16});
	if (address_client(rq->caller->address, client))
		return str_copy(rq->arena, (struct str){(char *)client, sizeof client});
	return str_fmt(rq->arena, "account %lld", (long long)rq->caller->uid);
}

enum rc
limits_admit(const struct request *rq, struct str *owner, int64_t *wait_s, struct err *err)
{
	bool heavy = (rq->route->flags & ROUTE_HEAVY) != 0;

	*wait_s = 0;
	*owner = owner_of(rq);
	if (budget_take(heavy ? rq->serve->heavy : rq->serve->addresses, *owner, 1, heavy ? 0 : 1,
			monotonic_ms(), wait_s))
		return RC_OK;
	if (!heavy)
		atomic_fetch_add(&rq->serve->sign_ins_turned_away, 1);
	return heavy ? fail(err, RC_BUSY, "",
			    "you asked for much work lately; try again in %lld seconds",
			    (long long)*wait_s)
		     : fail(err, RC_BUSY, "",
			    "too many refused tries came from your address; try again in %lld "
			    "seconds",
			    (long long)*wait_s);
}

void
limits_settle(const struct request *rq, struct str owner, bool went_well, int64_t took_ms)
{
	struct serve *s = rq->serve;

	if ((rq->route->flags & ROUTE_HEAVY) != 0)
		(void)budget_take(s->heavy, owner, ANYTHING, (double)took_ms, monotonic_ms(), NULL);
	else if (went_well)
		(void)budget_take(s->addresses, owner, ANYTHING, -1, monotonic_ms(), NULL);
}
