#include "serve/limits.h"

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "net/cidr.h"
#include "serve/budget.h"
#include "serve/inside.h"
#include "serve/origin.h"
#include "serve/sign_in.h"
#include "serve/user_check.h"

/* 30 refused sign-ins of one client, then one in 20 seconds: an office behind one address
 * mistypes less. */
#define REFUSALS 30.0
#define REFUSALS_PER_S 0.05
/* Of one login at a client that has no more of those; and of all such logins there. */
#define OF_LOGIN 3.0
#define OF_LOGIN_PER_S 0.05
#define OF_LOGINS 10.0
#define OF_LOGINS_PER_S 0.1
/* Milliseconds. */
#define HEAVY_MS 60000.0
#define HEAVY_MS_PER_S 100.0
#define ANYTHING (-1e12)

void
limits_open(struct serve *s)
{
	s->addresses = budget_new(REFUSALS, REFUSALS_PER_S);
	s->logins = budget_new(OF_LOGIN, OF_LOGIN_PER_S);
	s->crowds = budget_new(OF_LOGINS, OF_LOGINS_PER_S);
	s->heavy = budget_new(HEAVY_MS, HEAVY_MS_PER_S);
}

void
limits_close(struct serve *s)
{
	budget_free(s->addresses);
	budget_free(s->logins);
	budget_free(s->crowds);
	budget_free(s->heavy);
}

static struct str
client_of(const struct request *rq)
{
	unsigned char client[CLIENT_BYTES];

	if (address_client(rq->caller->address, client))
		return str_copy(rq->arena, (struct str){(char *)client, sizeof client});
	return str_fmt(rq->arena, "account %lld", (long long)rq->caller->uid);
}

/* Whom they want to be let in as; a login or a one-time code, or nothing. */
static struct str
wanted(struct request *rq)
{
	struct str login = json_member_str(rq->json, "login"),
		   code = json_member_str(rq->json, "code");

	if (login.n > 0 && login.n <= LOGIN_BYTES_MAX)
		return user_login_mac(&rq->door, login);
	return code;
}

static struct str
owner_of(struct request *rq)
{
	struct str login = json_member_str(rq->json, "login"), known = STR_NONE;
	char browser[2 + 16] = "br";
	struct id id;

	if (rq->user != NULL)
		return str_copy(rq->arena, (struct str){(const char *)rq->user->id.b, 16});
	(void)cookie_find(rq->headers, DEVICE_COOKIE, &known);
	if (known.n > 0 && login.n > 0 && login.n <= LOGIN_BYTES_MAX &&
	    sign_in_knows(&rq->door, login, known, &id)) {
		memcpy(browser + 2, id.b, sizeof id.b);
		return str_copy(rq->arena, (struct str){browser, sizeof browser});
	}
	return client_of(rq);
}

/* The client's tries are spent; has this login its own there? *wait_s: when it has again. */
static bool
admit_login(struct request *rq, struct limited *out, int64_t *wait_s)
{
	struct serve *s = rq->serve;
	struct str of = wanted(rq), key;
	int64_t now = monotonic_ms();

	/* A known browser or a user has what they have: the owner is no client. */
	if (of.n == 0 || rq->user != NULL || !str_eq(out->owner, client_of(rq)))
		return false;
	key = str_fmt(rq->arena, "%.*s/%.*s", STR_ARG(out->owner), STR_ARG(of));
	if (!budget_take(s->logins, key, 1, 1, now, wait_s))
		return false;
	if (!budget_take(s->crowds, out->owner, 1, 1, now, wait_s)) {
		(void)budget_take(s->logins, key, ANYTHING, -1, now, NULL);
		return false;
	}
	out->login = key;
	return true;
}

enum rc
limits_admit(struct request *rq, struct limited *out, int64_t *wait_s, struct err *err)
{
	bool heavy = (rq->route->flags & ROUTE_HEAVY) != 0;

	*wait_s = 0;
	*out = (struct limited){.owner = owner_of(rq)};
	if (budget_take(heavy ? rq->serve->heavy : rq->serve->addresses, out->owner, 1,
			heavy ? 0 : 1, monotonic_ms(), wait_s) ||
	    (!heavy && admit_login(rq, out, wait_s)))
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
limits_settle(const struct request *rq, const struct limited *of, bool went_well, int64_t took_ms)
{
	struct serve *s = rq->serve;
	int64_t now = monotonic_ms();

	if ((rq->route->flags & ROUTE_HEAVY) != 0) {
		(void)budget_take(s->heavy, of->owner, ANYTHING, (double)took_ms, now, NULL);
	} else if (went_well && of->login.n == 0) {
		(void)budget_take(s->addresses, of->owner, ANYTHING, -1, now, NULL);
	} else if (went_well) {
		(void)budget_take(s->logins, of->login, ANYTHING, -1, now, NULL);
		(void)budget_take(s->crowds, of->owner, ANYTHING, -1, now, NULL);
	}
}
