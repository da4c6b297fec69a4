/*
 * What a leaf of the log costs on SQLite, apart from the commit that makes it durable:
 * bench_audit_append [LEAVES [GROUP]]. A realistic mix: four reads and one change with a body.
 * Then verifying with and without keys, and the export with its check.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/export.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "base/arena.h"
#include "base/clock.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "store/db.h"
#include "store/migrate.h"

#include "audit/migrations.h"

struct times {
	int64_t begin, append, end, commit;
};

static void
check(enum rc rc, const struct err *err)
{
	if (rc == RC_OK)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static struct audit_entry
entry_of(int64_t n, struct id *ids)
{
	struct audit_entry e = {
	    .time_ms = INT64_C(1795910340000) + n * 20,
	    .action = n % 5 == 0 ? AUDIT_UPDATE : AUDIT_READ,
	    .actor = ids[n % 50],
	    .purpose = STR("investigation"),
	    .has_record = true,
	    .record = ids[n % 1000],
	    .type = STR("incident"),
	    .version = n % 9,
	    .legal_basis = STR("led-8"),
	    .reason = STR("linked to the case by a shared telephone number"),
	    .has_case = true,
	    .case_id = ids[n % 7],
	    .fields = n % 5 == 0 ? STR("narrative,places") : STR_NONE,
	};

	if (n % 5 == 0) {
		e.has_body = true;
		e.plain = STR("{\"state\":\"open\",\"handling\":\"restricted\",\"unit\":\"7\"}");
	}
	return e;
}

static void
append_group(struct db *db, struct keys *keys, int64_t from, int64_t to, struct id *ids,
	     struct times *t)
{
	struct audit_group *g;
	struct err err;
	int64_t at[5];

	at[0] = monotonic_us();
	check(db_begin(db, &err), &err);
	check(audit_group_begin(db, keys, &g, &err), &err);
	at[1] = monotonic_us();
	for (int64_t n = from; n < to; n++) {
		struct audit_entry e = entry_of(n, ids);

		check(audit_append(g, &e, NULL, &err), &err);
	}
	at[2] = monotonic_us();
	check(audit_group_end(g, &err), &err);
	audit_group_free(g);
	at[3] = monotonic_us();
	check(db_commit(db, &err), &err);
	at[4] = monotonic_us();
	t->begin += at[1] - at[0];
	t->append += at[2] - at[1];
	t->end += at[3] - at[2];
	t->commit += at[4] - at[3];
}

static void
read_back(struct db *db, struct keys *keys, struct arena *a, const char *folder, double leaves)
{
	const char *path = str_z(a, str_fmt(a, "%s/export", folder));
	struct audit_report report;
	struct err err;
	struct str note;
	FILE *f = fopen(path, "w+b");
	int64_t at = monotonic_us();

	check(audit_verify(db, NULL, NULL, a, &report, &err), &err);
	printf("verify without keys   %6.2f us a leaf\n", (double)(monotonic_us() - at) / leaves);
	at = monotonic_us();
	check(audit_verify(db, keys, NULL, a, &report, &err), &err);
	printf("verify with keys      %6.2f us a leaf\n", (double)(monotonic_us() - at) / leaves);
	check(db_begin(db, &err), &err);
	check(audit_checkpoint_make(db, keys, a, &note, &err), &err);
	check(db_commit(db, &err), &err);
	at = monotonic_us();
	check(audit_export(db, f, &err), &err);
	printf("export                %6.2f us a leaf, %.0f bytes\n",
	       (double)(monotonic_us() - at) / leaves, (double)ftell(f) / leaves);
	rewind(f);
	at = monotonic_us();
	check(audit_export_verify(f, STR_NONE, NULL, &err), &err);
	printf("check of the export   %6.2f us a leaf\n", (double)(monotonic_us() - at) / leaves);
	(void)fclose(f);
	(void)unlink(path);
}

int
main(int argc, char **argv)
{
	static const struct migration_set sets[] = {MIGRATION_SET(AUDIT_MIGRATIONS)};
	int64_t leaves = argc > 1 ? atoll(argv[1]) : 100000, group = argc > 2 ? atoll(argv[2]) : 64;
	char folder[] = "/tmp/liaison-bench-XXXXXX";
	struct arena *a = arena_new(0);
	struct times t = {.append = 0};
	struct id ids[1000];
	const char *path, *keys_path;
	struct keys *keys;
	struct db *db;
	struct stat st;
	struct err err = {.rc = RC_OK};

	if (leaves < 1 || group < 1 || mkdtemp(folder) == NULL)
		return 2;
	path = str_z(a, str_fmt(a, "%s/node.db", folder));
	keys_path = str_z(a, str_fmt(a, "%s/keys", folder));
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		ids[i] = random_id_at((int64_t)i);
	check(keys_create(keys_path, STR_NONE, &err), &err);
	check(keys_open(keys_path, STR_NONE, &keys, &err), &err);
	check(db_open(str_fmt(a, "sqlite:%s", path), 1000, &db, &err), &err);
	check(migrate(db, sets, COUNT_OF(sets), 1, &err), &err);
	check(db_begin(db, &err), &err);
	check(audit_init(db, keys, STR("bench.example/log"), &err), &err);
	check(db_commit(db, &err), &err);
	for (int64_t n = 0; n < leaves; n += group)
		append_group(db, keys, n, n + group < leaves ? n + group : leaves, ids, &t);
	printf("%lld leaves in groups of %lld\n", (long long)leaves, (long long)group);
	printf("append                %6.2f us a leaf\n", (double)t.append / (double)leaves);
	printf("begin and end         %6.2f us a leaf\n",
	       (double)(t.begin + t.end) / (double)leaves);
	printf("commit                %6.2f us a leaf\n", (double)t.commit / (double)leaves);
	read_back(db, keys, a, folder, (double)leaves);
	db_close(db);
	if (stat(path, &st) == 0)
		printf("database              %6.0f bytes a leaf\n",
		       (double)st.st_size / (double)leaves);
	keys_close(keys);
	(void)unlink(path);
	(void)unlink(keys_path);
	(void)rmdir(folder);
	arena_free(a);
	return 0;
}
