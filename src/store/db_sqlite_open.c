#include "store/db_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

/* How a connection to an SQLite file is opened and set up, and how its WAL is synced. */
enum {
	PAGE_BYTES = 4096,
	/* 16 MiB of WAL before it is copied back: measured, see bench/store/group.c. */
	CHECKPOINT_PAGES = 4000,
	WRITER_CACHE_KIB = 65536,
	READER_CACHE_KIB = 8192,
	CACHE_PAGES_AT_ONCE = 64,
	VALUE_BYTES_MAX = 64 << 20,
};

/* One PRAGMA that a connection is made with; the words are ours, the number may be an option. */
static bool
pragma(struct sqlite *s, const char *name, int64_t value)
{
	char text[96];

	(void)snprintf(text, sizeof text, "PRAGMA %s=%lld", name, (long long)value);
	return sqlite3_exec(s->h, text, NULL, NULL, NULL) == SQLITE_OK;
}

static bool
go_wal(struct sqlite *s)
{
	sqlite3_stmt *stmt;
	bool ok = false;

	if (sqlite3_prepare_v2(s->h, "PRAGMA journal_mode=WAL", -1, &stmt, NULL) != SQLITE_OK)
		return false;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		ok = strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
	(void)sqlite3_finalize(stmt);
	return ok;
}

enum rc
sqlite_settle(struct db *db, struct err *err)
{
	struct sqlite *s = (struct sqlite *)db;
	sqlite3_file *wal = s->wal;

	/* Before db_commit_later: what a process left there that ended between commit and sync. */
	if (wal == NULL &&
	    (sqlite3_file_control(s->h, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) != SQLITE_OK ||
	     wal == NULL || wal->pMethods == NULL))
		return RC_OK;
	return wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) == SQLITE_OK
		   ? RC_OK
		   : fail(err, RC_UNAVAILABLE, "", "the disk did not take what was written");
}

/*
 * With synchronous=NORMAL a commit ends with the write of the WAL, not with its sync; before
 * a checkpoint, and when the WAL begins anew, SQLite still syncs by itself, so the order on
 * the disk is safe. The sync is then ours to ask for, of the same file of SQLite's, so that
 * whatever layer lies under it (faulty_vfs) hears of it.
 */
enum rc
sqlite_commit_later(struct db *db, struct err *err)
{
	struct sqlite *s = (struct sqlite *)db;

	if (sqlite3_file_control(s->h, "main", SQLITE_FCNTL_JOURNAL_POINTER, &s->wal) !=
		SQLITE_OK ||
	    s->wal == NULL || s->wal->pMethods == NULL || !pragma(s, "synchronous", 1))
		return fail(err, RC_UNAVAILABLE, "url", "this database has no WAL to sync");
	/* The first sync of a new WAL also syncs its folder and notes so in the file's struct:
	 * on this thread, before there are two. */
	return sqlite_settle(db, err);
}

/* In one reading of its own; into the file that stands there, whose mode is the caller's. */
enum rc
sqlite_copy_file(struct db *db, const char *path, struct err *err)
{
	struct sqlite *s = (struct sqlite *)db;
	sqlite3_stmt *stmt;
	enum rc rc = RC_OK;

	if (sqlite3_prepare_v2(s->h, "VACUUM INTO ?1", -1, &stmt, NULL) != SQLITE_OK)
		return sqlite_fail(s, "copy", err);
	if (sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_DONE)
		rc = sqlite_fail(s, "copy", err);
	(void)sqlite3_finalize(stmt);
	return rc;
}

struct tuning {
	int64_t page_bytes, checkpoint_pages, cache_kib;
};

static enum rc
tuning_parse(struct str options, struct tuning *t, struct err *err)
{
	struct str key;
	int64_t value;
	bool ok;

	while (db_option_next(&options, &key, &value, &ok)) {
		if (ok && str_eq_z(key, "page_bytes") && value >= 512 && value <= 65536 &&
		    (value & (value - 1)) == 0)
			t->page_bytes = value;
		else if (ok && str_eq_z(key, "checkpoint_pages") && value <= 1000000)
			t->checkpoint_pages = value;
		else if (ok && str_eq_z(key, "cache_kib") && value <= 16 << 20)
			t->cache_kib = value;
		else
			return fail(err, RC_INVALID, "url",
				    "after ? stand page_bytes, checkpoint_pages or cache_kib with "
				    "a number");
	}
	return RC_OK;
}

static enum rc
configure(struct sqlite *s, const struct db_open_options *o, const struct tuning *t,
	  struct err *err)
{
	sqlite3_extended_result_codes(s->h, 1);
	sqlite3_busy_timeout(s->h, o->timeout_ms);
	sqlite3_limit(s->h, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
	must(sqlite3_db_config(s->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK);
	must(sqlite3_db_config(s->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK);
	must(sqlite3_db_config(s->h, SQLITE_DBCONFIG_DQS_DML, 0, NULL) == SQLITE_OK);
	must(sqlite3_db_config(s->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL) == SQLITE_OK);
	if (!o->reader && (!pragma(s, "page_size", t->page_bytes) || !go_wal(s)))
		return sqlite3_errcode(s->h) == SQLITE_OK
			   ? fail(err, RC_UNAVAILABLE, "url", "this disk cannot hold a WAL")
			   : sqlite_fail(s, "open", err);
	/* synchronous 2 is FULL: a commit is on the disk when it returns. temp_store 2 is
	 * memory: no sorted rows in files of /tmp. secure_delete 2 (FAST) overwrites what
	 * costs no extra page. */
	if (!pragma(s, "synchronous", 2) || !pragma(s, "foreign_keys", 1) ||
	    !pragma(s, "temp_store", 2) || !pragma(s, "cell_size_check", 1) ||
	    !pragma(s, "cache_size", -t->cache_kib) ||
	    /* Nobody maps the file: SQLite unmaps it whenever another connection has changed it,
	     * which the writer does all the time, and a failing disk is an error and no signal. */
	    !pragma(s, "mmap_size", 0) ||
	    !pragma(s, "wal_autocheckpoint", o->reader ? 0 : t->checkpoint_pages) ||
	    !pragma(s, "journal_size_limit", 256 << 20) || !pragma(s, "query_only", o->reader) ||
	    sqlite3_exec(s->h, "PRAGMA secure_delete=FAST; SELECT 1 FROM sqlite_schema LIMIT 1",
			 NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_fail(s, "open", err);
	return RC_OK;
}

/*
 * Each allocation is counted under one lock of the whole process, which nobody here asks for.
 * It can be turned off before the library is first used; the faulty driver may have been first.
 * And a reader forgets its pages with each change of the database, so room for as many as one
 * look takes is kept by its cache, and not asked of malloc one by one.
 */
static void
library_setup(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, CACHE_PAGES_AT_ONCE);
}

enum rc
sqlite_open(const struct db_open_options *o, struct db **out, struct err *err)
{
	struct tuning tuning = {PAGE_BYTES, CHECKPOINT_PAGES,
				o->reader ? READER_CACHE_KIB : WRITER_CACHE_KIB};
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sqlite *s;
	char path[4096];
	enum rc rc;
	int fd;

	must(pthread_once(&once, library_setup) == 0);
	if ((rc = tuning_parse(o->options, &tuning, err)) != RC_OK)
		return rc;
	if (o->place.n == 0 || o->place.n >= sizeof path || o->place.p[0] == ':' ||
	    str_chr(o->place, '\0') >= 0)
		return fail(err, RC_INVALID, "url", "after sqlite: stands the path of a file");
	memcpy(path, o->place.p, o->place.n);
	path[o->place.n] = '\0';
	/*
	 * SQLite would make the file readable by others; WAL and index take its mode. A file
	 * that is there is not opened here: closing it would drop the locks that other
	 * connections of this process hold on it (fcntl(2)).
	 */
	if (access(path, F_OK) != 0) {
		/* An empty file in its place would make SQLite take its WAL away. */
		if (o->existing && errno == ENOENT)
			return fail(err, RC_CONFLICT, "store",
				    "the database file is not there, so this place holds no node; "
				    "name the right one as `store` in liaison.yaml (--store), or "
				    "bring it back");
		fd = o->reader ? -1 : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0)
			close(fd);
		else if (o->reader || errno != EEXIST)
			return fail(err, RC_UNAVAILABLE, "url", "the database file: %s",
				    strerror(errno));
	}
	s = heap_zeroed(sizeof *s);
	s->db = (struct db){&db_driver_sqlite, DB_SQLITE};
	if (sqlite3_open_v2(path, &s->h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, o->vfs) !=
	    SQLITE_OK)
		rc = sqlite_fail(s, "open", err);
	else
		rc = configure(s, o, &tuning, err);
	if (rc != RC_OK) {
		sqlite_close(&s->db);
		return rc;
	}
	*out = &s->db;
	return RC_OK;
}
