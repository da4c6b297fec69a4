#include "base/clock.h"
#include "serve/lane.h"
#include "serve/route.h"
#include "serve/work.h"

/* The handler of a limited route, in a read transaction of its thread. */
static void
run_limited(struct work *w)
{
	int64_t start = monotonic_ms();

	w->rc = w->request.route->handle(&w->request, &w->reply, &w->err);
	ongoing_end(&w->serve->ongoing, w->call);
	limits_settle(&w->request, &w->limited, w->rc == RC_OK && w->reply.status < 400,
		      monotonic_ms() - start);
}

static void
run_in_lane(void *ctx, struct db *db, const struct err *why, void *item)
{
	struct work *w = item;

	(void)ctx;
	if (db == NULL) {
		w->rc = why->rc;
		w->err = *why;
	} else if ((w->rc = db_begin_read(db, &w->err)) == RC_OK) {
		w->request.door.db = db;
		run_limited(w);
		db_rollback(db);
	}
}

static void
answer_from_lane(void *ctx, void *item)
{
	(void)ctx;
	work_conclude(item);
}

bool
work_to_lane(struct work *w)
{
	bool heavy = (w->request.route->flags & ROUTE_HEAVY) != 0;
	struct lane *lane = w->serve->lanes[heavy ? LANE_HEAVY : LANE_HASHES];
	struct err err;
	enum rc rc;

	if ((w->rc = limits_admit(&w->request, &w->limited, &w->retry_s, &w->err)) != RC_OK)
		return false;
	if (lane == NULL) {
		run_limited(w);
		return false;
	}
	/* Once it is put there it is not ours to look at any more. */
	if ((rc = lane_put(lane, w, w->limited.owner, &err)) == RC_OK)
		return true;
	w->rc = rc;
	w->err = err;
	/* Whoever was not let in has tried nothing. */
	limits_settle(&w->request, &w->limited, true, 0);
	return false;
}

enum rc
serve_lanes_open(struct serve *s, struct err *err)
{
	/* Two passwords at once take 128 MiB; 16 more wait a second or so. */
	const struct lane_options hashes = {
	    .threads = 2, .queue_max = 16, .owner_max = 8, .store_url = s->store_url};
	const struct lane_options heavy = {
	    .threads = 2, .queue_max = 8, .owner_max = 1, .store_url = s->store_url};
	enum rc rc =
	    lane_open(&hashes, run_in_lane, answer_from_lane, NULL, &s->lanes[LANE_HASHES], err);

	return rc == RC_OK ? lane_open(&heavy, run_in_lane, answer_from_lane, NULL,
				       &s->lanes[LANE_HEAVY], err)
			   : rc;
}

struct ongoing *
serve_ongoing(struct serve *s)
{
	return &s->ongoing;
}

void
serve_ending(struct serve *s)
{
	atomic_store(&s->ending, true);
}

void
serve_lanes_close(struct serve *s)
{
	for (int i = 0; i < LANES; i++) {
		lane_close(s->lanes[i]);
		s->lanes[i] = NULL;
	}
}
