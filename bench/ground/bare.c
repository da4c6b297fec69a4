#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"

/*
 * bench_ground_bare NODE_DB SCRATCH_DB GROUP: what the disk and SQLite alone take for the rows
 * of a node that was loaded by bench_ground_client. The rows are the node's own (record, its
 * index tokens, its leaf of the log, and for each group the key of details, tile and head),
 * read into memory first and put into a new file with the same tables and indexes, in
 * transactions of GROUP records; WAL, synchronous FULL, the node's page and cache sizes. One
 * thread, prepared statements; no HTTP, no crypto, no checks. Prints one line of CSV.
 */

static const char *const copied_tables[] = {"record",		"record_token", "audit_leaf",
					    "audit_detail_key", "audit_tile",	"audit_head",
					    "audit_run",	"audit_trace"};

struct row_set {
	sqlite3_value **at; /* columns of all rows, one row after the other */
	int columns;
	size_t rows, cap;
};

static void
check(sqlite3 *db, int code, const char *what)
{
	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return;
	(void)fprintf(stderr, "bare: %s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static void
script(sqlite3 *db, const char *text)
{
	check(db, sqlite3_exec(db, text, NULL, NULL, NULL), text);
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *text)
{
	sqlite3_stmt *stmt;

	check(db, sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL), text);
	return stmt;
}

static struct row_set
load(sqlite3 *db, const char *text)
{
	sqlite3_stmt *stmt = prepare(db, text);
	struct row_set set = {.columns = sqlite3_column_count(stmt)};

	while (sqlite3_step(stmt) == SQLITE_ROW) {
		if (set.rows == set.cap) {
			set.cap = set.cap > 0 ? set.cap * 2 : 1024;
			set.at = heap_grow(set.at,
					   set.cap * (size_t)set.columns * sizeof(sqlite3_value *));
		}
		for (int i = 0; i < set.columns; i++)
			set.at[set.rows * (size_t)set.columns + (size_t)i] =
			    sqlite3_value_dup(sqlite3_column_value(stmt, i));
		set.rows++;
	}
	(void)sqlite3_finalize(stmt);
	return set;
}

static sqlite3_value **
row(const struct row_set *set, size_t n)
{
	return set->at + n * (size_t)set->columns;
}

static void
put(sqlite3 *db, sqlite3_stmt *stmt, const struct row_set *set, size_t n)
{
	for (int i = 0; i < set->columns; i++)
		check(db, sqlite3_bind_value(stmt, i + 1, row(set, n)[i]), "bind");
	check(db, sqlite3_step(stmt), sqlite3_sql(stmt));
	(void)sqlite3_reset(stmt);
}

static void
copy_schema(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *stmt = prepare(from, "SELECT sql FROM sqlite_schema WHERE tbl_name = ?1 AND "
					   "sql IS NOT NULL ORDER BY type DESC");

	for (size_t i = 0; i < COUNT_OF(copied_tables); i++) {
		check(from, sqlite3_bind_text(stmt, 1, copied_tables[i], -1, SQLITE_STATIC),
		      "bind");
		while (sqlite3_step(stmt) == SQLITE_ROW)
			script(to, (const char *)sqlite3_column_text(stmt, 0));
		(void)sqlite3_reset(stmt);
	}
	(void)sqlite3_finalize(stmt);
	script(to, "INSERT INTO audit_head VALUES (1, 0, zeroblob(32), zeroblob(0), 0, 0)");
}

static sqlite3 *
open_scratch(const char *path)
{
	sqlite3 *db;

	(void)unlink(path);
	check(NULL, sqlite3_open(path, &db), path);
	script(db, "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		   "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000");
	return db;
}

/* The traces of a run of leaves, as the node's log puts them once the run is whole. */
static void
put_traces(sqlite3 *db, sqlite3_stmt *trace, size_t before)
{
	check(db, sqlite3_bind_int64(trace, 1, (sqlite3_int64)before), "bind");
	check(db, sqlite3_step(trace), "traces");
	(void)sqlite3_reset(trace);
}

/* What a group costs besides its records: one tile (two at an edge), one key, one head. */
static void
put_group_rows(sqlite3 *db, sqlite3_stmt *tile, sqlite3_stmt *head, size_t from, size_t until)
{
	static unsigned char hashes[256 * 32];

	for (size_t t = from / 256; t <= (until - 1) / 256; t++) {
		size_t width = until - t * 256 < 256 ? until - t * 256 : 256;

		check(db, sqlite3_bind_int64(tile, 1, (sqlite3_int64)t), "bind");
		check(db, sqlite3_bind_blob(tile, 2, hashes, (int)(width * 32), SQLITE_STATIC),
		      "bind");
		check(db, sqlite3_step(tile), "tile");
		(void)sqlite3_reset(tile);
	}
	check(db, sqlite3_bind_int64(head, 1, (sqlite3_int64)until), "bind");
	check(db,
	      sqlite3_bind_blob(head, 2, hashes, 32 * __builtin_popcountll(until), SQLITE_STATIC),
	      "bind");
	check(db, sqlite3_step(head), "head");
	(void)sqlite3_reset(head);
}

int
main(int argc, char **argv)
{
	size_t group = argc == 4 ? strtoul(argv[3], NULL, 10) : 0, token = 0, commits = 0;
	sqlite3 *from, *db;
	sqlite3_stmt *leaf_put, *record_put, *token_put, *key_put, *tile_put, *head_put, *trace_put,
	    *begin, *commit;
	struct row_set leaves, records, tokens, keys;
	int64_t start, took;

	if (group == 0) {
		(void)fprintf(stderr, "bench_ground_bare NODE_DB SCRATCH_DB GROUP\n");
		return 2;
	}
	check(NULL, sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READWRITE, NULL), argv[1]);
	records = load(from, "SELECT * FROM record WHERE type = 'person' ORDER BY leaf");
	leaves = load(from,
		      "SELECT l.* FROM record r JOIN audit_leaf l ON l.idx = r.leaf WHERE r.type = "
		      "'person' ORDER BY r.leaf");
	tokens =
	    load(from, "SELECT t.* FROM record_token t JOIN record r ON r.id = t.id WHERE r.type = "
		       "'person' ORDER BY r.leaf");
	keys = load(from, "SELECT * FROM audit_detail_key ORDER BY id");
	if (records.rows == 0 || records.rows != leaves.rows || keys.rows == 0) {
		(void)fprintf(stderr, "bare: %s holds no records of the load\n", argv[1]);
		return 1;
	}
	db = open_scratch(argv[2]);
	copy_schema(from, db);
	leaf_put = prepare(db, "INSERT INTO audit_leaf VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	record_put = prepare(db, "INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	token_put = prepare(db, "INSERT INTO record_token VALUES (?,?) ON CONFLICT DO NOTHING");
	key_put = prepare(db, "INSERT OR REPLACE INTO audit_detail_key VALUES (?,?,?,?)");
	tile_put =
	    prepare(db, "INSERT INTO audit_tile VALUES (0, ?, ?) ON CONFLICT (level, tile) DO "
			"UPDATE SET hashes = excluded.hashes");
	head_put =
	    prepare(db, "UPDATE audit_head SET size = ?, frontier = ?, last_ms = last_ms + 1 "
			"WHERE id = 1");
	trace_put = prepare(
	    db,
	    "INSERT INTO audit_trace SELECT ?1 / 1024, record_mac, idx, 0 FROM audit_leaf WHERE "
	    "record_mac IS NOT NULL AND rowid IN (SELECT rowid FROM audit_leaf ORDER BY idx DESC "
	    "LIMIT 1024) UNION SELECT ?1 / 1024, actor_mac, idx, 2 FROM audit_leaf WHERE rowid IN "
	    "(SELECT rowid FROM audit_leaf ORDER BY idx DESC LIMIT 1024) ORDER BY 1, 2, 3, 4");
	begin = prepare(db, "BEGIN IMMEDIATE");
	commit = prepare(db, "COMMIT");
	start = monotonic_us();
	for (size_t i = 0; i < records.rows; commits++) {
		size_t first = i;

		check(db, sqlite3_step(begin), "begin");
		(void)sqlite3_reset(begin);
		for (; i < records.rows && i - first < group; i++) {
			put(db, leaf_put, &leaves, i);
			put(db, record_put, &records, i);
			while (token < tokens.rows &&
			       memcmp(sqlite3_value_blob(row(&tokens, token)[1]),
				      sqlite3_value_blob(row(&records, i)[0]), 16) == 0)
				put(db, token_put, &tokens, token++);
		}
		put(db, key_put, &keys, commits % keys.rows);
		put_group_rows(db, tile_put, head_put, first, i);
		if (first / 1024 != i / 1024)
			put_traces(db, trace_put, i);
		check(db, sqlite3_step(commit), "commit");
		(void)sqlite3_reset(commit);
	}
	took = monotonic_us() - start;
	if (token != tokens.rows) {
		(void)fprintf(stderr, "bare: only %zu of %zu index rows were put\n", token,
			      tokens.rows);
		return 1;
	}
	(void)printf("bare_%zu,%zu,%.3f,%.0f,,,%.1f,,,0\n", group, records.rows, (double)took / 1e6,
		     (double)records.rows * 1e6 / (double)took,
		     (double)records.rows / (double)commits);
	return 0;
}
