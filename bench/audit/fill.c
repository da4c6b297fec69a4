/*
 * bench_audit_fill NODE LEAVES [STORE]: append readings to the log of a stopped node, in the shape
 * that a node writes them, until it has so many leaves. Of a bench's own node alone: the key
 * process sees that the log grew elsewhere (liaison node accept-log).
 */
#include <stdio.h>
#include <stdlib.h>

#include "audit/audit.h"
#include "audit/leaf.h"
#include "base/arena.h"
#include "base/clock.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "store/db.h"

#define GROUP 512

static void
check(enum rc rc, const struct err *err)
{
	if (rc == RC_OK)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static void
append(struct db *db, struct keys *keys, int64_t n, int64_t of, int64_t now, const struct id *ids,
       size_t id_count)
{
	struct audit_group *g;
	struct err err;

	check(db_begin(db, &err), &err);
	check(audit_group_begin(db, keys, &g, &err), &err);
	for (int64_t i = 0; i < n; i++) {
		size_t at = (size_t)(of + i);
		struct audit_entry e = {
		    .time_ms = now,
		    .action = AUDIT_READ,
		    .actor = ids[at % 50],
		    .purpose = STR("investigation"),
		    .has_record = true,
		    .record = ids[at * 7919 % id_count],
		    .type = STR("incident"),
		    .version = (int64_t)(at % 9) + 1,
		    .legal_basis = STR("led-8"),
		    .reason = STR("linked to the case by a shared telephone number"),
		};

		check(audit_append(g, &e, NULL, &err), &err);
	}
	check(audit_group_end(g, &err), &err);
	audit_group_free(g);
	check(db_commit(db, &err), &err);
}

int
main(int argc, char **argv)
{
	enum { IDS = 5000 };
	struct arena *a = arena_new(0);
	struct id *ids = NEW_N(a, struct id, IDS);
	int64_t wanted = argc > 2 ? atoll(argv[2]) : 0, now = clock_now(&clock_system), size;
	struct keys *keys;
	struct db *db;
	struct err err = {.rc = RC_OK};

	if (wanted < 1)
		return 2;
	for (size_t i = 0; i < IDS; i++)
		ids[i] = random_id_at((int64_t)i);
	check(keys_open(str_fmt(a, "%s/keys.liaison", argv[1]).p, STR_NONE, &keys, &err), &err);
	check(db_open(argc > 3 ? str_from(argv[3]) : str_fmt(a, "sqlite:%s/node.db", argv[1]), 5000,
		      &db, &err),
	      &err);
	check(audit_size(db, &size, &err), &err);
	for (; size < wanted; size += GROUP)
		append(db, keys, wanted - size < GROUP ? wanted - size : GROUP, size, now, ids,
		       IDS);
	db_close(db);
	keys_close(keys);
	arena_free(a);
	return 0;
}
