#include "serve/ongoing.h"

#include "base/clock.h"
#include "serve/inside.h"
#include "serve/request.h"
#include "serve/user.h"

void
ongoing_open(struct ongoing *o)
{
	must(pthread_mutex_init(&o->lock, NULL) == 0);
}

void
ongoing_close(struct ongoing *o)
{
	(void)pthread_mutex_destroy(&o->lock);
}

static void
note(struct ongoing *o, const struct call *call, struct id user, const char *unit, int64_t done,
     int64_t all)
{
	struct ongoing_one *place = NULL;

	must(pthread_mutex_lock(&o->lock) == 0);
	for (size_t i = 0; i < ONGOING_MAX && (place == NULL || place->call != call); i++)
		if (o->at[i].call == call || (o->at[i].call == NULL && place == NULL))
			place = &o->at[i];
	if (place != NULL && place->call == NULL)
		*place = (struct ongoing_one){
		    .call = call, .user = user, .since_ms = clock_now(&clock_system)};
	if (place != NULL) {
		place->unit = unit;
		place->done = done;
		place->all = all;
	}
	must(pthread_mutex_unlock(&o->lock) == 0);
}

enum rc
request_progress(struct request *rq, const char *unit, int64_t done, int64_t all, struct err *err)
{
	struct serve *s = rq->serve;

	if (atomic_load(&s->ending))
		return fail(err, RC_UNAVAILABLE, "", "the node is closing");
	if (rq->user != NULL)
		note(&s->ongoing, rq->call, rq->user->id, unit, done, all);
	if (rq->call->goes_on != NULL && !rq->call->goes_on(rq->call, unit, done, all))
		return fail(err, RC_STOPPED, "", "whoever asked for it has gone");
	return RC_OK;
}

void
ongoing_end(struct ongoing *o, const void *call)
{
	must(pthread_mutex_lock(&o->lock) == 0);
	for (size_t i = 0; i < ONGOING_MAX; i++)
		if (o->at[i].call == call)
			o->at[i] = (struct ongoing_one){0};
	must(pthread_mutex_unlock(&o->lock) == 0);
}

size_t
ongoing_of(struct ongoing *o, struct id user, struct ongoing_one out[ONGOING_MAX])
{
	size_t n = 0;

	must(pthread_mutex_lock(&o->lock) == 0);
	for (size_t i = 0; i < ONGOING_MAX; i++)
		if (o->at[i].call != NULL && id_eq(o->at[i].user, user))
			out[n++] = o->at[i];
	must(pthread_mutex_unlock(&o->lock) == 0);
	return n;
}
