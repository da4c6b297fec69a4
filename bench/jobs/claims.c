/*
 * claims: how many jobs a second several processes of a node take from one queue. Each thread
 * is one claimer, on a connection of its own, as each process has one; every job must be
 * claimed once.
 *     bench_jobs_claims FOLDER [URL]     FOLDER is new; without URL: SQLite, one claimer
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "node/features.h"
#include "node/init.h"
#include "seal/random.h"
#include "serve/job_inside.h"

enum { JOBS = 3000, CLAIMERS_MAX = 8 };

/* What a claimer has had: it is taken out of the queue now and then, as jobs end. */
enum { BATCH = 50 };

struct claimer {
	struct id had[BATCH];
	size_t had_n;
	struct serve *serve;
	pthread_t thread;
	int64_t claimed;
};

static enum rc
add_jobs(struct door *d, void *ctx, struct err *err)
{
	enum rc rc = RC_OK;

	(void)ctx;
	for (int i = 0; i < JOBS && rc == RC_OK; i++)
		rc = job_enqueue(d, random_id_at(d->now_ms), 0, err);
	return rc;
}

static enum rc
end_jobs(struct door *d, void *ctx, struct err *err)
{
	struct claimer *c = ctx;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < c->had_n && rc == RC_OK; i++)
		rc = job_dequeue(d, c->had[i], err);
	c->had_n = 0;
	return rc;
}

static void *
claim_all(void *arg)
{
	struct claimer *c = arg;
	struct job_claimer *claimer;
	struct err err;
	struct id id;
	enum rc rc = job_claimer_open(c->serve, &claimer, &err);

	while (rc == RC_OK) {
		if ((rc = job_claim(claimer, &id, &err)) != RC_OK)
			break;
		c->claimed++;
		c->had[c->had_n++] = id;
		if (c->had_n == BATCH)
			rc = serve_write(c->serve, NULL, NULL, end_jobs, c, &err);
	}
	if (rc != RC_ABSENT)
		(void)fprintf(stderr, "%s\n", err.text);
	/* Not closed: what one that is gone had is another's. */
	return claimer;
}

static void *kept[4 * CLAIMERS_MAX];
static int kept_n;

static void
measure(struct serve *s, int claimers)
{
	struct claimer c[CLAIMERS_MAX] = {{.serve = s}};
	void *opened[CLAIMERS_MAX];
	int64_t all = 0, from, took;
	struct err err;

	must(serve_write(s, NULL, NULL, add_jobs, NULL, &err) == RC_OK);
	from = monotonic_us();
	for (int i = 0; i < claimers; i++) {
		c[i].serve = s;
		must(pthread_create(&c[i].thread, NULL, claim_all, &c[i]) == 0);
	}
	for (int i = 0; i < claimers; i++) {
		must(pthread_join(c[i].thread, &opened[i]) == 0);
		all += c[i].claimed;
	}
	took = monotonic_us() - from;
	/* What they hold is theirs until they go, so the next round finds its own jobs alone. */
	for (int i = 0; i < claimers; i++)
		kept[kept_n++] = opened[i];
	printf("%d claimer%s: %lld of %d jobs claimed, %.0f a second\n", claimers,
	       claimers > 1 ? "s" : "", (long long)all, JOBS,
	       (double)all * 1e6 / (double)(took > 0 ? took : 1));
	must(all == JOBS);
}

int
main(int argc, char **argv)
{
	struct init_options init = {.name = STR("Bench"),
				    .country = STR("QN"),
				    .kind = STR("police"),
				    .legal_regime = STR("other"),
				    .unit = STR("First desk"),
				    .login = STR("admin"),
				    .features = liaison_features};
	struct serve_options options = {.features = liaison_features, .beside = true};
	struct serve *s;
	struct err err;

	if (argc < 2)
		return 2;
	init.dir = options.dir = argv[1];
	if (argc > 2)
		init.store = str_from(argv[2]);
	if (node_init(&init, &err) != RC_OK || serve_open(&options, &s, &err) != RC_OK) {
		(void)fprintf(stderr, "%s %s\n", err.key, err.text);
		return 1;
	}
	for (int n = 1; n <= (argc > 2 ? CLAIMERS_MAX : 1); n *= 2)
		measure(s, n);
	while (kept_n > 0)
		job_claimer_close(kept[--kept_n]);
	serve_close(s);
	return 0;
}
