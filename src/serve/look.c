#include "base/clock.h"
#include "seal/keys.h"
#include "seal/secret.h"
#include "serve/reach_cache.h"
#include "serve/route.h"
#include "serve/user_cache.h"
#include "serve/work.h"

enum rc
serve_reader_open(struct serve *s, unsigned reader, struct err *err)
{
	if (s->readers[reader] != NULL)
		return RC_OK;
	if (s->users[reader] == NULL) {
		s->users[reader] = user_cache_new();
		s->reaches[reader] = reach_cache_new();
	}
	return db_open_reader(s->store_url, 5000, &s->readers[reader], err);
}

enum rc
look_begin(struct serve *s, unsigned reader, int64_t received_us, unsigned *went_on,
	   struct err *err)
{
	struct look *look = &s->looks[reader];
	enum rc rc;

	if (look->is_open && received_us > 0 && received_us < look->begun_us)
		return RC_OK;
	if (look->is_open)
		*went_on += serve_rest(s, reader);
	if ((rc = serve_reader_open(s, reader, err)) != RC_OK)
		return rc;
	look->begun_us = monotonic_us();
	look->users_generation = 0;
	if ((rc = db_begin_read(s->readers[reader], err)) == RC_OK)
		look->is_open = true;
	return rc;
}

unsigned
look_end(struct serve *s, unsigned reader, int64_t received_us)
{
	return received_us == 0 && s->looks[reader].is_open ? serve_rest(s, reader) : 0;
}

/* All keys that are waited for in a worker's look, with one message; then the answers. */
static unsigned
open_waiting(struct serve *s, unsigned reader)
{
	struct look *look = &s->looks[reader];
	struct err errs[LOOK_WAITS_MAX];
	unsigned n = look->wait_count;

	if (n == 0)
		return 0;
	if (look->keys == NULL)
		look->keys = secret_new(LOOK_WAITS_MAX * sizeof *look->keys);
	for (unsigned i = 0; i < n; i++) {
		look->keys[i] = look->waits[i]->reply.key;
		look->keys[i].err = &errs[i];
	}
	keys_unwrap_many(s->keys, NULL, look->keys, n);
	look->wait_count = 0;
	for (unsigned i = 0; i < n; i++) {
		struct work *w = look->waits[i];

		w->rc = w->reply.opened(&w->request, &w->reply, &look->keys[i], &w->err);
		work_conclude(w);
	}
	secret_wipe(look->keys, n * sizeof *look->keys);
	return n;
}

/* All drafts of a worker's look: their keys wrapped with one message; then to the writer. */
static unsigned
wrap_waiting(struct serve *s, unsigned reader)
{
	struct look *look = &s->looks[reader];
	unsigned n = look->draft_count;
	struct err err = {.rc = RC_OK};
	enum rc rc;

	if (n == 0)
		return 0;
	rc = record_wraps_ask(look->wraps, &err);
	look->draft_count = 0;
	for (unsigned i = 0; i < n; i++) {
		struct work *w = look->drafts[i];

		if (rc != RC_OK) {
			json_decref(w->reply.json);
			w->reply.json = NULL;
			w->rc = rc;
			w->err = err;
		}
		work_conclude(w);
	}
	return n;
}

bool
look_draft(struct work *w)
{
	struct look *look = &w->serve->looks[w->reader];
	size_t before;

	if ((w->request.route->flags & ROUTE_DRAFTS) == 0) {
		w->rc = w->request.route->handle(&w->request, &w->reply, &w->err);
		return false;
	}
	if (look->wraps == NULL)
		look->wraps = record_wraps_new(&w->serve->node, LOOK_DRAFTS_MAX);
	w->request.wraps = look->wraps;
	before = record_wraps_count(look->wraps);
	w->rc = w->request.route->handle(&w->request, &w->reply, &w->err);
	if (w->rc != RC_OK || w->reply.write == NULL)
		record_wraps_back(look->wraps, before);
	if (record_wraps_count(look->wraps) == before)
		return false;
	look->drafts[look->draft_count++] = w;
	return true;
}

unsigned
look_drafts_go_on(struct serve *s, unsigned reader, int64_t received_us)
{
	return s->looks[reader].draft_count == LOOK_DRAFTS_MAX || received_us == 0
		   ? wrap_waiting(s, reader)
		   : 0;
}

unsigned
look_others_go_on(const struct work *w)
{
	const struct look *look = &w->serve->looks[w->reader];

	if (look->draft_count > 0 && (w->request.route->flags & ROUTE_DRAFTS) == 0)
		return wrap_waiting(w->serve, w->reader);
	return look->wait_count > 0 && look->waits[0]->request.route != w->request.route
		   ? open_waiting(w->serve, w->reader)
		   : 0;
}

unsigned
look_wait_for_key(struct work *w, int64_t received_us)
{
	struct look *look = &w->serve->looks[w->reader];

	look->waits[look->wait_count++] = w;
	return look->wait_count == LOOK_WAITS_MAX || received_us == 0
		   ? open_waiting(w->serve, w->reader)
		   : 0;
}

unsigned
serve_rest(struct serve *s, unsigned reader)
{
	struct look *look = &s->looks[reader];
	unsigned went_on = open_waiting(s, reader) + wrap_waiting(s, reader);

	if (look->is_open)
		db_rollback(s->readers[reader]);
	else if (s->readers[reader] != NULL)
		db_rest(s->readers[reader]);
	look->is_open = false;
	return went_on;
}
