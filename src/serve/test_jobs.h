#ifndef SERVE_TEST_JOBS_H
#define SERVE_TEST_JOBS_H

/*
 * test_jobs: a node with the floors up to serve/, people of two units, and two kinds of jobs: one
 * counts, one reads and writes parts.
 */

#include "base/test.h"

#include <time.h>

#include "audit/migrations.h"
#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "model/model.h"
#include "record/migrations.h"
#include "seal/keys.h"
#include "serve/file.h"
#include "serve/job_inside.h"
#include "serve/job_keep.h"
#include "serve/migrations.h"
#include "serve/timer.h"
#include "serve/user.h"
#include "store/test_database.h"
#include "store/test_dir.h"

/* Counts to arguments.n, a step each; what it did stands in the log, as an export of row n. */
static _Atomic int64_t steps_seen;
static bool quick = true;

static inline enum rc
log_number(struct door *d, void *ctx, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("counted")};
	int64_t n = *(int64_t *)ctx;

	steps_seen++;
	entry.fields = str_fmt(d->arena, "%lld", (long long)n);
	if (n == 13)
		return fail(err, RC_CONFLICT, "n", "thirteen is not counted here");
	return door_log(d, &entry, NULL, err);
}

/* Until the job is in the middle of its work, however busy the machine is. */
static inline void
wait_steps(int64_t n)
{
	for (int i = 0; i < 3000 && steps_seen < n; i++)
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	assert_true(steps_seen >= n);
}

static inline enum rc
count(struct job_run *run, struct err *err)
{
	int64_t n = json_integer_value(json_member(run->job.arguments, STR("n"))), at = 0;
	int64_t numbers[3];
	enum rc rc = RC_OK, waited;

	run->job.total = n;
	run->job.unit_word = STR("numbers");
	if (run->job.cursor.n > 0 && !str_to_i64(run->job.cursor, &at))
		return fail(err, RC_INTEGRITY, "cursor", "is no number");
	while (at < n && rc == RC_OK) {
		struct job_error bad = {
		    .line = at + 1, .column = 2, .key = STR("n"), .text = STR("is not even")};
		int64_t *number = &numbers[at % 3];

		*number = ++at;
		if (!quick)
			(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		rc = job_send(run, log_number, number, at,
			      str_fmt(run->arena, "%lld", (long long)at), &bad, at % 2 == 0 ? 0 : 1,
			      err);
	}
	/* Steps on their way read numbers, so they end before it does. */
	waited = job_wait(run, 0, rc == RC_OK ? err : NULL);
	job_result(run, json_pack("{s:I}", "counted", (json_int_t)at));
	return rc != RC_OK ? rc : waited;
}

static inline enum rc
read_parts(struct job_run *run, struct err *err)
{
	struct job_reader *r;
	int64_t sum = 0, bytes = 0;
	char p[1000];
	size_t got = 1;
	enum rc rc = job_reader_open(run, 0, 3, &r, err);

	while (rc == RC_OK && got > 0) {
		rc = job_reader_read(r, p, sizeof p, &got, err);
		for (size_t i = 0; rc == RC_OK && i < got; i++)
			sum += (unsigned char)p[i];
		bytes += (int64_t)got;
	}
	job_reader_close(r);
	job_result(run,
		   json_pack("{s:I, s:I}", "bytes", (json_int_t)bytes, "sum", (json_int_t)sum));
	if (rc == RC_OK)
		job_parts_end(run);
	return rc;
}

/* As an export does: two parts that its owner may fetch. */
static inline enum rc
write_parts(struct job_run *run, struct err *err)
{
	enum rc rc = job_part_write(run, 0, STR("what was asked for"), err);

	if (rc == RC_OK)
		rc = job_part_write(run, 1, STR("and the rest of it"), err);
	job_result(run, json_pack("{s:i}", "parts", 2));
	return rc;
}

static const struct job_kind kinds[] = {{"gives", write_parts, "Writes parts."},
					{"count", count, "Counts."},
					{"parts", read_parts, "Reads its parts."},
					{.name = NULL}};
static const struct feature test_feature = {.name = "test", .jobs = kinds};
static const struct feature audit_rows = {.name = "audit",
					  .migrations = MIGRATION_SET(AUDIT_MIGRATIONS)};
static const struct feature record_rows = {.name = "record",
					   .migrations = MIGRATION_SET(RECORD_MIGRATIONS)};
static const struct setting settings[] = {{"origin", SETTING_TEXT, "test/log", 0, 0, "Log."},
					  {"overlay", SETTING_TEXT, "", 0, 0, "Overlay."},
					  {"store", SETTING_TEXT, "", 0, 0, "Store."},
					  {"language", SETTING_TEXT, "en", 0, 0, "Language."},
					  {.name = NULL}};
static const struct feature serve_rows = {
    .name = "serve", .settings = settings, .migrations = MIGRATION_SET(SERVE_MIGRATIONS)};
static const struct feature *const features[] = {&audit_rows,  &record_rows,  &serve_rows,
						 &job_feature, &test_feature, NULL};

struct node {
	struct test_dir *dir;
	struct serve *s;
	struct arena *a;
	struct user one, two, lead;
};

static inline void
open_serve(struct node *n, bool is_new)
{
	const struct serve_options options = {
	    .dir = n->dir->path, .features = features, .is_new = is_new};
	struct err err;

	if (serve_open(&options, &n->s, &err) != RC_OK)
		fail_msg("%s: %s", err.key, err.text);
}

static inline enum rc
add_users(struct door *d, void *ctx, struct err *err)
{
	struct id here = {{1, 2, 3}}, there = {{4, 5, 6}};
	struct node *n = ctx;
	enum rc rc;

	if ((rc = user_add(d, STR("one"), STR("One"), BIT(ROLE_ANALYST), here, -1, &n->one, err)) !=
		RC_OK ||
	    (rc = user_add(d, STR("two"), STR("Two"), BIT(ROLE_SUPERVISOR), there, -1, &n->two,
			   err)) != RC_OK)
		return rc;
	return user_add(d, STR("lead"), STR("Lead"), BIT(ROLE_SUPERVISOR), here, -1, &n->lead, err);
}

static inline int
node_open(void **state)
{
	struct node *n = heap_zeroed(sizeof *n);
	struct err err;

	n->dir = test_dir_new();
	n->a = arena_new(0);
	n->dir->url = test_database(n->dir->a, test_dir_path(n->dir, "node.db"));
	assert_int_equal(
	    file_write(test_dir_path(n->dir, "liaison.yaml"),
		       str_fmt(n->a, "origin: test/log\nstore: \"%.*s\"\nparts_sweep_seconds: 1\n",
			       STR_ARG(n->dir->url)),
		       0600, &err),
	    RC_OK);
	assert_int_equal(keys_create(test_dir_path(n->dir, "keys.liaison"), STR_NONE, &err), RC_OK);
	open_serve(n, true);
	assert_int_equal(serve_write(n->s, NULL, NULL, add_users, n, &err), RC_OK);
	quick = true;
	steps_seen = 0;
	*state = n;
	return 0;
}

static inline int
node_close(void **state)
{
	struct node *n = *state;

	serve_close(n->s);
	test_dir_free(n->dir);
	arena_free(n->a);
	free(n);
	return 0;
}

struct ask {
	const char *kind;
	json_t *arguments;
	bool start;
	struct id id;
	struct job job;
	struct arena *a;
};

static inline enum rc
add(struct door *d, void *ctx, struct err *err)
{
	struct ask *q = ctx;

	return job_add(d, str_from(q->kind), q->arguments, q->start, &q->id, err);
}

static inline enum rc
start(struct door *d, void *ctx, struct err *err)
{
	return job_start(d, ((struct ask *)ctx)->id, err);
}

static inline enum rc
stop(struct door *d, void *ctx, struct err *err)
{
	return job_stop(d, ((struct ask *)ctx)->id, err);
}

static inline enum rc
find(struct door *d, void *ctx, struct err *err)
{
	struct ask *q = ctx;
	enum rc rc = job_find(d, q->id, &q->job, err);

	if (rc == RC_OK) {
		q->job.cursor = str_copy(q->a, q->job.cursor);
		q->job.failure = str_copy(q->a, q->job.failure);
		q->job.result = json_deep_copy(q->job.result);
	}
	return rc;
}

static inline enum rc
as(struct node *n, const struct user *u, serve_write_fn *fn, struct ask *q)
{
	const struct actor actor = {.id = u->id, .roles = u->roles, .unit = u->unit};
	struct access access = {.reason = STR("because")};
	struct err err;

	return serve_write(n->s, &actor, &access, fn, q, &err);
}

static inline struct ask
new_count(struct node *n, int64_t to)
{
	struct ask q = {.kind = "count", .start = true, .a = n->a};

	q.arguments = json_pack("{s:I}", "n", (json_int_t)to);
	assert_int_equal(as(n, &n->one, add, &q), RC_OK);
	json_decref(q.arguments);
	return q;
}

static inline void
wait_state(struct node *n, struct ask *q, enum job_state state)
{
	for (int i = 0; i < 500; i++) {
		assert_int_equal(as(n, &n->one, find, q), RC_OK);
		if (q->job.state == state)
			return;
		json_decref(q->job.result);
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	fail_msg("the job is %s", job_state_name(q->job.state));
}

static inline enum rc
part(struct node *n, const struct user *u, struct id job, int64_t number, struct str bytes)
{
	const struct actor actor = {.id = u->id, .roles = u->roles, .unit = u->unit};
	struct access access = {.has_purpose = false};
	struct door d;
	struct err err;
	enum rc rc;

	door_open(&d, serve_door_node(n->s), n->s->readers[0], n->a, &actor, &access, NULL);
	rc = job_part_add(n->s, &d, job, number, bytes, &err);
	door_close(&d);
	return rc;
}

static int64_t later;

static inline int64_t
late_now(void *ctx)
{
	(void)ctx;
	return clock_now(&clock_system) + later;
}

/* What whoever writes into the database can do, with no key at hand. */
static inline void
intrude(struct node *n, const char *deed)
{
	const struct sql sql = {"deed", {deed, deed}, 0, false};
	int64_t changed;
	struct db *raw;

	must(db_open(n->dir->url, 5000, &raw, NULL) == RC_OK);
	assert_int_equal(db_run(raw, &sql, NO_BINDS, &changed, NULL), RC_OK);
	assert_int_equal(changed, 1);
	db_close(raw);
}

/* PostgreSQL writes bytes otherwise: '\\x00'. */
static inline struct str
in_words_of_the_engine(struct node *n, const char *set)
{
	struct str text = str_from(set);
	ptrdiff_t at = str_find(text, STR("x'"));

	if (!test_on_postgres())
		return text;
	if (str_eq_z(text, "body = zeroblob(80)"))
		return STR("body = decode(repeat('00', 80), 'hex')");
	return at < 0 ? text
		      : str_fmt(n->a, "%.*s'\\x%.*s", (int)at, text.p,
				STR_ARG(str_sub(text, (size_t)at + 2, text.n)));
}

static inline const char *
deed(struct node *n, const char *set, struct id id)
{
	struct str is = str_fmt(n->a, "id = x'%s'", hex_format(n->a, id.b, sizeof id.b).p);

	return str_fmt(n->a, "UPDATE serve_job SET %.*s WHERE %.*s",
		       STR_ARG(in_words_of_the_engine(n, set)),
		       STR_ARG(in_words_of_the_engine(n, str_z(n->a, is))))
	    .p;
}

#endif
