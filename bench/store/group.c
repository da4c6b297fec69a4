/*
 * group: what grouping buys. The same rows (a sealed body of 600 bytes and six random index
 * keys of 16 bytes) are written one commit a write, bare in transactions of 64, and through
 * the writer by 64 threads that each wait for their commit; with the disk as it is and with
 * syncs 3 ms slower.
 *     bench_store_group [FOLDER] [SECONDS]     then: [SQLITE OPTIONS] to compare tunings
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "seal/random.h"
#include "store/db_driver.h"
#include "store/writer.h"

enum { BODY_BYTES = 600, KEYS = 6, THREADS = 64, GROUP = 64 };

static const struct migration_step tables = {
    "bench",
    1,
    {"CREATE TABLE body (id BLOB PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL)"
     " STRICT, WITHOUT ROWID;"
     "CREATE TABLE entry (k BLOB NOT NULL, id BLOB NOT NULL, PRIMARY KEY (k, id))"
     " STRICT, WITHOUT ROWID;"}};
static const struct sql add_body = {"add_body", {"INSERT INTO body VALUES (?1, 1, ?2)"}, 2};
static const struct sql add_key = {"add_key", {"INSERT INTO entry VALUES (?1, ?2)"}, 2};

struct run {
	const char *folder, *options;
	int sync_ms;
	int64_t us;
	struct db *db;
};

static int64_t worst_us, commits;

static void
die(const char *what, const struct err *err)
{
	fprintf(stderr, "bench: %s: %s\n", what, err->text);
	exit(1);
}

static void
run_open(struct run *r)
{
	struct arena *a = arena_new(0);
	struct err err = {0};
	static const char *const ends[] = {"", "-wal", "-shm"};

	for (size_t i = 0; i < COUNT_OF(ends); i++)
		(void)unlink(str_z(a, str_fmt(a, "%s/bench.db%s", r->folder, ends[i])));
	if (db_open(str_fmt(a, "faulty:sqlite:%s/bench.db?sync_ms=%d%s%s", r->folder, r->sync_ms,
			    r->options[0] ? "&" : "", r->options),
		    1000, &r->db, &err) != RC_OK ||
	    db_script(r->db, &tables, &err) != RC_OK)
		die("open", &err);
	arena_free(a);
	worst_us = commits = 0;
}

static enum rc
write_one(struct db *db, struct err *err)
{
	struct {
		unsigned char body[BODY_BYTES], keys[KEYS][16];
	} r;
	struct id id = random_id(&clock_system);
	enum rc rc;

	random_bytes(&r, sizeof r);
	rc = db_run(db, &add_body, BINDS(B_ID(id), B_BYTES(r.body, BODY_BYTES)), NULL, err);
	for (int i = 0; rc == RC_OK && i < KEYS; i++)
		rc = db_run(db, &add_key, BINDS(B_BYTES(r.keys[i], 16), B_ID(id)), NULL, err);
	return rc;
}

/* Rows a second with a commit after every `group` rows. */
static double
bare(struct run *r, int group)
{
	struct err err = {0};
	int64_t n = 0, start, now;

	run_open(r);
	for (start = now = monotonic_us(); now - start < r->us; n += group) {
		int64_t before = now;

		if (db_begin(r->db, &err) != RC_OK)
			die("begin", &err);
		for (int i = 0; i < group; i++)
			if (write_one(r->db, &err) != RC_OK)
				die("write", &err);
		if (db_commit(r->db, &err) != RC_OK)
			die("commit", &err);
		now = monotonic_us();
		commits++;
		if (now - before > worst_us)
			worst_us = now - before;
	}
	db_close(r->db);
	return (double)n * 1e6 / (double)(now - start);
}

struct bench_client {
	pthread_t thread;
	struct writer *w;
	atomic_bool *stop;
	int64_t worst_us, n;
};

static enum rc
item_run(struct write_item *item, struct db *db, struct err *err)
{
	(void)item;
	return write_one(db, err);
}

static void *
client_main(void *arg)
{
	struct bench_client *c = arg;

	while (!atomic_load(c->stop)) {
		struct write_item item = {.run = item_run};
		struct err err = {0};
		int64_t before = monotonic_us(), took;

		if (writer_call(c->w, &item, &err) != RC_OK)
			die("writer", &err);
		took = monotonic_us() - before;
		c->n++;
		if (took > c->worst_us)
			c->worst_us = took;
	}
	return NULL;
}

static double
grouped(struct run *r)
{
	static struct bench_client clients[THREADS];
	struct writer_counts counts;
	struct err err = {0};
	struct writer *w;
	atomic_bool stop = false;
	int64_t start, took;

	run_open(r);
	if (writer_open(r->db, NULL, NULL, &w, &err) != RC_OK)
		die("writer", &err);
	start = monotonic_us();
	for (int i = 0; i < THREADS; i++) {
		clients[i] = (struct bench_client){.w = w, .stop = &stop};
		pthread_create(&clients[i].thread, NULL, client_main, &clients[i]);
	}
	(void)usleep((useconds_t)r->us);
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(clients[i].thread, NULL);
		if (clients[i].worst_us > worst_us)
			worst_us = clients[i].worst_us;
	}
	took = monotonic_us() - start;
	counts = writer_counts(w);
	writer_close(w);
	commits = (int64_t)counts.groups;
	return (double)counts.items * 1e6 / (double)took;
}

static void
line(const struct run *r, const char *what, double rate, double alone)
{
	double seconds = (double)r->us / 1e6;

	printf("%7d  %-28s %9.0f %13.1f %10.1f %8.1f\n", r->sync_ms, what, rate,
	       commits ? rate * seconds / (double)commits : 0, (double)worst_us / 1000,
	       rate / alone);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct run r = {.folder = argc > 1 ? argv[1] : "/tmp",
			.us = (argc > 2 ? atoi(argv[2]) : 3) * 1000000,
			.options = argc > 3 ? argv[3] : ""};

	(void)mkdir(r.folder, 0700);
	printf("sync_ms  %-28s %9s %13s %10s %8s\n", "how", "writes/s", "writes/commit", "worst ms",
	       "times");
	for (int slow = 0; slow < 2; slow++) {
		double alone;

		r.sync_ms = slow ? 3 : 0;
		alone = bare(&r, 1);
		line(&r, "one commit a write", alone, alone);
		line(&r, "bare, transactions of 64", bare(&r, GROUP), alone);
		line(&r, "writer, 64 threads waiting", grouped(&r), alone);
	}
	return 0;
}
