#include "match/listed.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "format/json.h"
#include "match/explain.h"
#include "match/live/allowed.h"
#include "match/live/part.h"
#include "model/model.h"
#include "record/stand.h"
#include "serve/inside.h"
#include "serve/memory.h"

/*
 * Two parts: all, as it was when it was built; and what changed since, small and made anew with
 * each change. What is asked first after a change follows it: rows changed since are found by their
 * leaf, so every way in which a listing can change is seen. Once much has changed the two become
 * one, from memory; when a list is put into use all is read anew.
 */
#define STANDS_A_STEP 2000
#define CHANGED_MIN 1000 /* the second part grows up to that, or an eighth of the first */
#define CHANGED_MANY 20000
#define ROWS_MANY 200000
#define WORKERS_KEPT 64
#define WAIT_S 2
#define CANDIDATES_MAX (4 * LISTED_HITS_MAX)

struct list_state {
	struct id id;
	struct allowed_list is;
	struct str name;
};

/* What askers hold: immutable. */
struct view {
	atomic_size_t refs;
	struct arena *arena;
	struct part *all, *changed; /* changed may be NULL */
	VEC(struct list_state) lists;
};

struct live {
	struct arena *arena; /* it lies in it */
	struct serve *serve;
	pthread_mutex_t following; /* one follows changes at a time; guards next_leaf */
	int64_t next_leaf;
	atomic_bool building; /* it takes long: others ask what there is */
	pthread_mutex_t lock; /* guards what follows */
	struct view *now;     /* NULL: nobody asked yet */
	struct screen_worker *workers[WORKERS_KEPT];
	size_t worker_n;
	int64_t built, followed;
};

static void
lock(pthread_mutex_t *m)
{
	must(pthread_mutex_lock(m) == 0);
}

static void
unlock(pthread_mutex_t *m)
{
	must(pthread_mutex_unlock(m) == 0);
}

static struct view *
view_new(void)
{
	struct arena *a = arena_new(0);
	struct view *v = NEW(a, struct view);

	atomic_init(&v->refs, 1);
	v->arena = a;
	return v;
}

static void
view_drop(struct view *v)
{
	if (v == NULL || atomic_fetch_sub(&v->refs, 1) != 1)
		return;
	part_drop(v->all);
	part_drop(v->changed);
	arena_free(v->arena);
}

static void *
live_make(struct serve *s)
{
	struct arena *a = arena_new(0);
	struct live *l = NEW(a, struct live);

	l->arena = a;
	l->serve = s;
	must(pthread_mutex_init(&l->following, NULL) == 0);
	must(pthread_mutex_init(&l->lock, NULL) == 0);
	return l;
}

static void
live_end(void *memory)
{
	struct live *l = memory;

	view_drop(l->now);
	while (l->worker_n > 0)
		screen_worker_close(l->workers[--l->worker_n]);
	(void)pthread_mutex_destroy(&l->following);
	(void)pthread_mutex_destroy(&l->lock);
	arena_free(l->arena);
}

static const struct memory_kind live_kind = {"live", live_make, live_end};

static const struct list_state *
list_find(const struct view *v, struct id id)
{
	for (size_t i = 0; i < v->lists.n; i++)
		if (id_eq(v->lists.at[i].id, id))
			return &v->lists.at[i];
	return NULL;
}

/* Reading on the writer thread, page by page, so that others' changes go on between. */
struct reading {
	struct view *view;
	struct part *part;
	struct str cursor;
	struct arena *arena; /* of the cursor */
	bool more;
	const struct id *ids; /* of those that changed */
	size_t n;
	bool lists_changed;
};

static const struct access reads_for = {
    .purpose = PURPOSE_SCREENING, .has_purpose = true, .reason = STR_INIT("the index of listings")};

static enum rc
page(struct door *d, struct reading *x, const char *type, struct record_list *out, struct err *err)
{
	struct record_filter filter = {.type = model_type(d->node->model, str_from(type)),
				       .limit = RECORD_PAGE_MAX,
				       .with_fields = true,
				       .shows_damaged = true,
				       .cursor = x->cursor};
	enum rc rc;

	must(filter.type != NULL);
	if ((rc = record_list(d, &filter, out, err)) != RC_OK)
		return rc;
	x->more = out->next.n > 0;
	x->cursor = str_copy(x->arena, out->next);
	return RC_OK;
}

static void
add_list(struct view *v, const struct record *r)
{
	struct list_state state = {.id = r->id};

	allowed_list_of(r, &state.is);
	state.name = str_copy(v->arena, look_text(r, "name"));
	*VEC_ADD(v->arena, &v->lists) = state;
}

static enum rc
read_lists(struct door *d, void *ctx, struct err *err)
{
	struct reading *x = ctx;
	struct record_list found;
	enum rc rc = page(d, x, "watchlist", &found, err);

	for (size_t i = 0; rc == RC_OK && i < found.items.n; i++)
		if (!found.items.at[i]->damaged)
			add_list(x->view, found.items.at[i]);
	return rc;
}

static enum rc
take_listing(struct door *d, struct reading *x, const struct record *r, struct err *err)
{
	const struct list_state *list;
	struct listed_entry entry;
	bool allowed;
	enum rc rc;

	if (r->damaged || r->erased)
		return RC_OK;
	allowed_entry(d, r, &entry);
	list = list_find(x->view, entry.list);
	if (list == NULL || !list->is.in_use || entry.names.n + entry.ids.n == 0)
		return RC_OK;
	rc = allowed_listing(d, r, list->is.accuses, &allowed, err);
	if (rc == RC_OK && allowed)
		part_add(x->part, &entry);
	return rc;
}

static enum rc
read_listings(struct door *d, void *ctx, struct err *err)
{
	struct reading *x = ctx;
	struct record_list found;
	enum rc rc = page(d, x, "listing", &found, err);

	for (size_t i = 0; rc == RC_OK && i < found.items.n; i++)
		rc = take_listing(d, x, found.items.at[i], err);
	return rc;
}

/* Those alone that changed; one leaf names them. */
static enum rc
read_changed(struct door *d, void *ctx, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_JOB, .type = STR("live_index")};
	struct reading *x = ctx;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < x->n && rc == RC_OK; i++) {
		struct record *r;

		rc = look_record(d, x->ids[i], &r, err);
		if (rc == RC_ABSENT || rc == RC_INTEGRITY) /* erased or damaged: it is out */
			rc = RC_OK;
		else if (rc == RC_OK)
			rc = take_listing(d, x, r, err);
	}
	entry.about = x->ids;
	entry.about_count = x->n;
	return rc == RC_OK ? door_log(d, &entry, NULL, err) : rc;
}

static enum rc
read_all(struct live *l, struct reading *x, serve_write_fn *fn, struct err *err)
{
	enum rc rc;

	x->cursor = STR_NONE;
	do {
		rc = serve_write(l->serve, NULL, &reads_for, fn, x, err);
	} while (rc == RC_OK && x->more);
	return rc;
}

static void
publish(struct live *l, struct view *v, bool built)
{
	struct view *before;

	lock(&l->lock);
	before = l->now;
	l->now = v;
	l->built += built;
	l->followed += !built;
	unlock(&l->lock);
	view_drop(before);
}

static enum rc
build(struct live *l, struct err *err)
{
	struct view *v = view_new();
	struct reading x = {.view = v, .part = part_new(), .arena = v->arena};
	enum rc rc;

	v->all = x.part;
	if ((rc = read_all(l, &x, read_lists, err)) == RC_OK &&
	    (rc = read_all(l, &x, read_listings, err)) == RC_OK)
		rc = part_index(v->all, err);
	if (rc == RC_OK)
		publish(l, v, true);
	else
		view_drop(v);
	return rc;
}

static bool
same_list(const struct list_state *x, const struct list_state *y)
{
	return x != NULL && x->is.in_use == y->is.in_use && x->is.accuses == y->is.accuses &&
	       str_eq(x->name, y->name);
}

/* Lists of now; the parts stay. True in x->lists_changed: some list counts otherwise than before.
 */
static enum rc
lists_again(struct live *l, struct reading *x, struct err *err)
{
	const struct view *now = l->now;
	enum rc rc = read_all(l, x, read_lists, err);

	for (size_t i = 0; rc == RC_OK && i < x->view->lists.n; i++) {
		const struct list_state *s = &x->view->lists.at[i];

		/* One not in use holds nothing, whatever else is said of it. */
		if (!same_list(list_find(now, s->id), s) &&
		    (s->is.in_use || list_find(now, s->id) != NULL))
			x->lists_changed = true;
	}
	return rc;
}

static void
copy_entries(struct part *to, const struct part *from, const struct part *newer)
{
	for (size_t i = 0; i < from->entries.n; i++)
		if (newer == NULL || !part_touched(newer, from->entries.at[i].listing))
			part_add(to, &from->entries.at[i]);
}

/* From memory: what changed goes into the part of all. */
static enum rc
merge(struct view *v, struct err *err)
{
	struct part *all = part_new();
	enum rc rc;

	copy_entries(all, v->all, v->changed);
	copy_entries(all, v->changed, NULL);
	if ((rc = part_index(all, err)) != RC_OK) {
		part_drop(all);
		return rc;
	}
	part_drop(v->all);
	part_drop(v->changed);
	v->all = all;
	v->changed = NULL;
	return RC_OK;
}

/* The second part anew: what it held, without these, and these as they are now. */
static enum rc
follow(struct live *l, const struct id *ids, size_t n, bool lists, struct err *err)
{
	const struct view *now = l->now;
	struct view *v = view_new();
	struct reading x = {.view = v, .part = part_new(), .arena = v->arena, .ids = ids, .n = n};
	size_t most;
	enum rc rc = RC_OK;

	v->all = part_hold(now->all);
	v->changed = x.part;
	if (lists)
		rc = lists_again(l, &x, err);
	for (size_t i = 0; !lists && i < now->lists.n; i++) {
		struct list_state s = now->lists.at[i];

		s.name = str_copy(v->arena, s.name);
		*VEC_ADD(v->arena, &v->lists) = s;
	}
	if (rc == RC_OK && x.lists_changed) {
		view_drop(v);
		return build(l, err);
	}
	for (size_t i = 0; i < n; i++)
		part_touch(x.part, ids[i]);
	if (now->changed != NULL) {
		copy_entries(x.part, now->changed, x.part);
		for (size_t i = 0; i < now->changed->touched.n; i++)
			part_touch(x.part, now->changed->touched.at[i]);
	}
	if (rc == RC_OK && n > 0)
		rc = serve_write(l->serve, NULL, &reads_for, read_changed, &x, err);
	most = v->all->entries.n / 8 > CHANGED_MIN ? v->all->entries.n / 8 : CHANGED_MIN;
	if (rc == RC_OK)
		rc = x.part->touched.n > most ? merge(v, err) : part_index(x.part, err);
	if (rc == RC_OK)
		publish(l, v, false);
	else
		view_drop(v);
	return rc;
}

struct changes {
	VEC(struct id) listings;
	bool lists, many;
	int64_t next_leaf;
};

/* What changed since, as this door's transaction has it. */
static enum rc
find_changes(struct door *d, int64_t leaf, struct changes *out, struct err *err)
{
	const struct record_type *listing = model_type(d->node->model, STR("listing"));
	const struct record_type *list = model_type(d->node->model, STR("watchlist"));
	struct arena *keep = d->arena, *scratch = arena_new(0);
	struct record_stands found;
	size_t rows = 0;
	enum rc rc;

	out->next_leaf = leaf;
	do {
		found = (struct record_stands){0};
		arena_reset(scratch);
		d->arena = scratch;
		rc = record_stands_since(d, out->next_leaf, STANDS_A_STEP, &found, err);
		d->arena = keep;
		for (size_t i = 0; i < found.n && rc == RC_OK; i++) {
			if (found.at[i].type == listing)
				*VEC_ADD(d->arena, &out->listings) = found.at[i].id;
			out->lists = out->lists || found.at[i].type == list;
			out->next_leaf = found.at[i].leaf + 1;
		}
		rows += found.n;
		/* Reading them one by one would cost more than reading all. */
		out->many = out->listings.n > CHANGED_MANY || rows > ROWS_MANY;
	} while (rc == RC_OK && found.n == STANDS_A_STEP && !out->many);
	arena_free(scratch);
	return rc;
}

/* With `following` held: the view is as this door's transaction has it, or later. */
static enum rc
catch_up(struct live *l, struct door *d, struct err *err)
{
	struct changes c = {.lists = false};
	enum rc rc = l->now != NULL ? find_changes(d, l->next_leaf, &c, err) : RC_OK;

	/* What is read from now on is at least as new as this. */
	if (rc == RC_OK && (l->now == NULL || c.many))
		rc = audit_size(d->db, &c.next_leaf, err);
	if (rc != RC_OK)
		return rc;
	if (l->now == NULL || c.many) {
		atomic_store(&l->building, true);
		rc = build(l, err);
		atomic_store(&l->building, false);
	} else if (c.listings.n > 0 || c.lists) {
		atomic_store(&l->building, c.lists);
		rc = follow(l, c.listings.at, c.listings.n, c.lists, err);
		atomic_store(&l->building, false);
	}
	if (rc == RC_OK)
		l->next_leaf = c.next_leaf;
	return rc;
}

static enum rc
note_size(struct door *d, void *ctx, struct err *err)
{
	return audit_size(d->db, ctx, err);
}

enum rc
listed_warm(struct serve *s, struct err *err)
{
	const struct door_node *node = serve_door_node(s);
	const struct record_type *listing = model_type(node->model, STR("listing"));
	struct live *l = serve_memory(s, &live_kind);
	int64_t size;
	enum rc rc = RC_OK;

	if (atomic_load(&node->type_keys[listing->index].rows) == 0)
		return RC_OK;
	lock(&l->following);
	if (l->now == NULL && (rc = serve_write(s, NULL, NULL, note_size, &size, err)) == RC_OK) {
		atomic_store(&l->building, true);
		if ((rc = build(l, err)) == RC_OK)
			l->next_leaf = size;
		atomic_store(&l->building, false);
	}
	unlock(&l->following);
	return rc;
}

/* What there is while somebody else builds; each hit is looked at again in any case. */
static struct view *
view_take(struct live *l)
{
	struct view *v;

	lock(&l->lock);
	v = l->now;
	if (v != NULL)
		atomic_fetch_add(&v->refs, 1);
	unlock(&l->lock);
	return v;
}

/* Not for long: those who wait for the first index are workers whom others need. */
static bool
lock_soon(pthread_mutex_t *m)
{
	struct timespec until;

	must(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
	until.tv_sec += WAIT_S;
	return pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &until) == 0;
}

static enum rc
view_get(struct live *l, struct door *d, struct view **out, struct err *err)
{
	enum rc rc;

	if (atomic_load(&l->building) && (*out = view_take(l)) != NULL)
		return RC_OK;
	if (!lock_soon(&l->following)) {
		/* Somebody follows changes for long: what there is; or nothing, and that is said.
		 */
		*out = view_take(l);
		return *out != NULL ? RC_OK
				    : fail(err, RC_UNAVAILABLE, "list",
					   "the lists are being read for the first time since the "
					   "node was started; ask again in a moment");
	}
	rc = catch_up(l, d, err);
	unlock(&l->following);
	*out = rc == RC_OK ? view_take(l) : NULL;
	return rc;
}

static enum rc
worker_take(struct live *l, struct screen_worker **out, struct err *err)
{
	*out = NULL;
	lock(&l->lock);
	if (l->worker_n > 0)
		*out = l->workers[--l->worker_n];
	unlock(&l->lock);
	return *out != NULL ? RC_OK : screen_worker_open(out, err);
}

static void
worker_give(struct live *l, struct screen_worker *w)
{
	bool kept = false;

	lock(&l->lock);
	if (l->worker_n < WORKERS_KEPT) {
		l->workers[l->worker_n++] = w;
		kept = true;
	}
	unlock(&l->lock);
	if (!kept)
		screen_worker_close(w);
}

struct candidate {
	const struct part *part;
	struct screen_hit hit;
};

static int
best_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->hit.score != y->hit.score)
		return x->hit.score > y->hit.score ? -1 : 1;
	return id_cmp(x->part->entries.at[x->hit.entry].listing,
		      y->part->entries.at[y->hit.entry].listing);
}

static size_t
search_part(const struct part *part, const struct part *newer, struct screen_worker *w,
	    const struct screen_query *query, double min_score, struct candidate *out)
{
	struct screen_hit hits[CANDIDATES_MAX];
	size_t n, kept = 0;

	if (part == NULL || part->index == NULL)
		return 0;
	n = screen_search(part->index, w, query, CANDIDATES_MAX, min_score, hits);
	for (size_t i = 0; i < n; i++)
		if (newer == NULL || !part_touched(newer, part->entries.at[hits[i].entry].listing))
			out[kept++] = (struct candidate){part, hits[i]};
	return kept;
}

/* As this very transaction has it, from plain columns. */
static enum rc
counts_now(struct door *d, const struct listed_entry *e, bool *out, struct err *err)
{
	struct record_stand listing, list;
	enum rc rc = record_stand_find(d, e->listing, &listing, err);

	*out = false;
	if (rc == RC_OK)
		rc = record_stand_find(d, e->list, &list, err);
	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	*out = !listing.erased && listing.type != NULL && !list.erased && list.type != NULL &&
	       listing.state == type_state(listing.type, STR("active")) &&
	       list.state == type_state(list.type, STR("in_use"));
	return RC_OK;
}

static void
explain(struct door *d, struct screen_worker *w, const struct screen_query *query,
	const struct candidate *c, double threshold, struct listed_hit *out)
{
	struct screen_explanation *why = NEW(d->arena, struct screen_explanation);
	struct buf b;

	screen_explain(c->part->index, w, query, c->hit.entry, why);
	buf_init(&b, d->arena);
	explain_write(&(struct json_out){.buf = &b}, why, threshold);
	out->why = buf_str(&b);
	out->text = explain_text(d->arena, why);
}

enum rc
listed_ask(struct door *d, const struct screen_query *query, struct id list, size_t limit,
	   double min_score, double threshold, struct listed_hits *out, struct err *err)
{
	struct live *l = serve_memory(serve_of_door(d), &live_kind);
	struct candidate *found = NEW_N(d->arena, struct candidate, 2 * CANDIDATES_MAX);
	struct screen_worker *w;
	struct view *v;
	size_t n;
	enum rc rc;

	*out = (struct listed_hits){0};
	if ((rc = view_get(l, d, &v, err)) != RC_OK)
		return rc;
	if ((rc = worker_take(l, &w, err)) != RC_OK) {
		view_drop(v);
		return rc;
	}
	n = search_part(v->all, v->changed, w, query, min_score, found);
	n += search_part(v->changed, NULL, w, query, min_score, found + n);
	out->unnamed = !said_query(w, query);
	if (n > 1)
		qsort(found, n, sizeof *found, best_first);
	for (size_t i = 0; i < n && rc == RC_OK && out->n < limit; i++) {
		const struct listed_entry *e = &found[i].part->entries.at[found[i].hit.entry];
		const struct list_state *state = list_find(v, e->list);
		struct listed_hit hit = {.listing = e->listing, .list = e->list};
		bool counts;

		if (!id_is_zero(list) && !id_eq(list, e->list))
			continue;
		if ((rc = counts_now(d, e, &counts, err)) != RC_OK || !counts)
			continue;
		hit.listed_name = str_copy(d->arena, found[i].hit.name);
		hit.list_name = state != NULL ? str_copy(d->arena, state->name) : STR_NONE;
		hit.score = found[i].hit.score;
		explain(d, w, query, &found[i], threshold, &hit);
		*VEC_ADD(d->arena, out) = hit;
	}
	worker_give(l, w);
	view_drop(v);
	return rc;
}

enum rc
listed_figures(struct door *d, struct listed_figures *out, struct err *err)
{
	struct live *l = serve_memory(serve_of_door(d), &live_kind);
	struct view *v;
	enum rc rc = view_get(l, d, &v, err);

	*out = (struct listed_figures){0};
	if (rc != RC_OK)
		return rc;
	out->entries = v->all->entries.n;
	out->changed = v->changed != NULL ? v->changed->entries.n : 0;
	for (size_t i = 0; i < v->lists.n; i++)
		out->lists += v->lists.at[i].is.in_use;
	lock(&l->lock);
	out->built = l->built;
	out->followed = l->followed;
	unlock(&l->lock);
	view_drop(v);
	return RC_OK;
}
