#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "matrix.h"

#include "node/features.h"
#include "node/init.h"
#include "store/db.h"
#include "store/faulty.h"
#include "store/test_database.h"
#include "store/test_dir.h"
#include "audit/audit.sql.h"

/* The node, the people, and rows of every type in the keeper's unit. */

static struct test_dir *test_dir;
static struct clock wall;

static void
stop(const char *what, const struct err *err)
{
	fprintf(stderr, "matrix: %s: %s: %s\n", what, err->key, err->text);
	exit(1);
}

static enum rc
add_person(struct door *d, struct world *w, struct id unit, const char *login, uint32_t roles,
	   bool foreign, struct err *err)
{
	struct person *p = &w->people[w->people_n];

	(void)snprintf(p->login, sizeof p->login, "%s", login);
	p->roles = roles;
	p->foreign = foreign;
	p->owner = w->people_n == 0;
	w->people_n++;
	return user_add(d, str_from(p->login), STR("Somebody"), roles, unit, (int64_t)getuid(),
			&p->user, err);
}

#define ALL_ROLES (BIT(ROLE_COUNT) - 1)
#define ALL_PURPOSES (BIT(PURPOSE_COUNT) - 1)

static enum rc
add_keeper(struct door *d, void *ctx, struct err *err)
{
	struct world *w = ctx;
	struct user admin;
	enum rc rc = user_find_login(d, STR("admin"), &admin, err);

	if (rc == RC_OK)
		rc = add_person(d, w, admin.unit, "keeper", ALL_ROLES, false, err);
	return rc;
}

static enum rc
add_token(struct door *d, struct world *w, uint32_t purposes, int64_t ms, bool revoke,
	  struct str *out, struct err *err)
{
	struct str token;
	struct id id;
	enum rc rc = token_add(d, w->people[0].user.id, purposes, d->now_ms + ms, &token, &id, err);

	if (rc == RC_OK && revoke)
		rc = token_revoke(d, id, err);
	if (rc == RC_OK)
		*out = str_copy(w->arena, token);
	return rc;
}

/* The other unit is a record like any other; the keeper made it. */
static enum rc
add_others(struct door *d, void *ctx, struct err *err)
{
	struct world *w = ctx;
	struct id other;
	enum rc rc = RC_OK;

	must(id_parse(str_from(w->rows.at[w->rows.n - 1].id), &other));
	for (int i = 0; i < ROLE_COUNT && rc == RC_OK; i++) {
		char login[40];

		(void)snprintf(login, sizeof login, "own-%s", role_name((enum role)i));
		rc = add_person(d, w, w->people[0].user.unit, login, BIT(i), false, err);
		(void)snprintf(login, sizeof login, "other-%s", role_name((enum role)i));
		if (rc == RC_OK)
			rc = add_person(d, w, other, login, BIT(i), true, err);
	}
	if (rc != RC_OK ||
	    (rc = user_add(d, STR("closed"), STR("Somebody"), ALL_ROLES, w->people[0].user.unit,
			   (int64_t)getuid(), &w->closed, err)) != RC_OK)
		return rc;
	w->closed.disabled = true;
	if ((rc = user_set(d, &w->closed, err)) != RC_OK ||
	    (rc = add_token(d, w, ALL_PURPOSES, 1, false, &w->token_expired, err)) != RC_OK ||
	    (rc = add_token(d, w, ALL_PURPOSES, 86400000, true, &w->token_revoked, err)) != RC_OK)
		return rc;
	return add_token(d, w, BIT(PURPOSE_STATISTICS), 86400000, false, &w->token_narrow, err);
}

static int64_t
now_ahead(void *ctx)
{
	return clock_now(&clock_system) + ((const struct world *)ctx)->ahead_ms;
}

static void
open_node(struct world *w)
{
	struct init_options init = {.name = STR("North Coast Police"),
				    .country = STR("QN"),
				    .kind = STR("police"),
				    .legal_regime = STR("LED"),
				    .unit = STR("First desk"),
				    .login = STR("admin"),
				    .features = liaison_features};
	struct serve_options options = {.features = w->features, .linger_us = 0, .readers = 4};
	struct err err = {.text = ""};
	struct str inner;

	wall = (struct clock){now_ahead, w};
	options.clock = &wall;
	test_dir = test_dir_new();
	init.dir = options.dir = w->dir = test_dir_path(test_dir, "node");
	inner = test_store(w->arena);
	if (inner.n == 0)
		inner = str_fmt(w->arena, "sqlite:%s/node.db", w->dir);
	init.store = str_fmt(w->arena, "faulty:%.*s", STR_ARG(inner));
	if (node_init(&init, &err) != RC_OK || serve_open(&options, &w->serve, &err) != RC_OK ||
	    db_open_reader(inner, 5000, &w->log, &err) != RC_OK)
		stop("the node does not open", &err);
	w->model = serve_door_node(w->serve)->model;
}

/* Each type in its own handling, and in the stricter ones by turns; then one that is erased. */
static void
make_rows(struct world *w)
{
	size_t lost = 0;

	for (size_t i = 0; i < w->model->type_count; i++)
		if (row_of_type(w, &w->model->types[i]) == NULL)
			lost++;
	for (size_t i = 0; i < w->model->type_count; i++) {
		const struct record_type *t = &w->model->types[i];

		if (row_of_type(w, t) == NULL)
			continue;
		w->concerning = true;
		if (t->handling.tlp < TLP_RED || t->concern_count > 0)
			(void)row_make(w, t, TLP_RED);
		w->concerning = false;
		if (t->handling.tlp < TLP_AMBER_STRICT && i % 2 == 0)
			(void)row_make(w, t, TLP_AMBER_STRICT);
	}
	if (lost > 0)
		wrong(w, "%zu types have no row", lost);
}

void
world_open_bare(struct world *w, const struct feature *const *features)
{
	const char *seed = getenv("LIAISON_SEED"), *share = getenv("LIAISON_SHARE");
	struct err err = {.text = ""};

	*w = (struct world){.arena = arena_new(0),
			    .scratch = arena_new(0),
			    .share = 20,
			    .crowd = 100,
			    .features = features};
	w->first = (struct map){.arena = w->arena};
	w->seed = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) % 1000000;
	w->random = w->seed * 2 + 1;
	/* A server far away takes longer for each; which cells are left out changes with the seed.
	 */
	if (test_on_postgres())
		w->share = 4, w->crowd = 30;
	if (share != NULL)
		w->share = (unsigned)strtoul(share, NULL, 10);
	if (w->share == 100)
		w->crowd = 100;
	open_node(w);
	if (serve_write(w->serve, NULL, NULL, add_keeper, w, &err) != RC_OK)
		stop("no keeper", &err);
	if (!row_make(w, model_type(w->model, STR("unit")), TLP_CLEAR))
		stop("no unit", &err);
}

void
world_open(struct world *w)
{
	struct err err = {.text = ""};

	world_open_bare(w, liaison_features);
	if (serve_write(w->serve, NULL, NULL, add_others, w, &err) != RC_OK)
		stop("no people", &err);
	ties_people(w);
	make_rows(w);
	ties_bonds(w);
}

struct person *
person_of(struct world *w, const char *login)
{
	for (size_t p = 0; p < w->people_n; p++)
		if (strcmp(w->people[p].login, login) == 0)
			return &w->people[p];
	fprintf(stderr, "matrix: there is no %s\n", login);
	exit(1);
}

void
world_close(struct world *w)
{
	db_close(w->log);
	serve_close(w->serve);
	test_dir_free(test_dir);
	arena_free(w->scratch);
	arena_free(w->arena);
}

void
wrong(struct world *w, const char *fmt, ...)
{
	va_list ap;

	/* The first ones tell enough. */
	if (w->wrong++ >= 30)
		return;
	fprintf(stderr, "WRONG: ");
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
}

/* xorshift64*: the same cells for the same seed. */
uint64_t
draw(struct world *w, uint64_t below)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (w->random * UINT64_C(2685821657736338717) >> 16) % below;
}

bool
drawn(struct world *w)
{
	return draw(w, 100) < w->share;
}

bool
comes(struct world *w, const struct person *p)
{
	return p->owner || w->crowd >= 100 || draw(w, 100) < w->crowd;
}
