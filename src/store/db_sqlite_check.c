#include "store/db_sqlite.h"

#include "base/arena.h"
#include "base/vec.h"

/*
 * What SQLite finds wrong with its own file. integrity_check and not quick_check, which leaves
 * out whether each row has its index entries. The check of the whole file sees lost pages and
 * names no table for a damaged one; the check by table names it. So both run once the first has
 * found something.
 */
static const struct sql whole_file = {"integrity_check", {"PRAGMA integrity_check(100)"}, 0};
static const struct sql by_table = {
    "integrity_check_by_table",
    {"SELECT i.integrity_check, s.name FROM sqlite_schema s, pragma_integrity_check(s.name) i "
     "WHERE s.type = 'table'"},
    0};

static bool
is_known(const struct str_list *list, struct str line)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_ends(list->at[i], line))
			return true;
	return false;
}

/* One row may hold several lines, and a title that says nothing. */
static void
add_lines(struct arena *a, struct str all, struct str table, struct str_list *out)
{
	while (all.n > 0) {
		struct str line = str_cut(&all, '\n');

		if (line.n == 0 || str_eq_z(line, "ok") || str_starts(line, STR("***")) ||
		    (table.n == 0 && is_known(out, line)))
			continue;
		*VEC_ADD(a, out) =
		    table.n > 0 ? str_fmt(a, "table %.*s: %.*s", STR_ARG(table), STR_ARG(line))
				: str_copy(a, line);
	}
}

/* RC_INTEGRITY: the check itself could not read on; that is a finding like the others. */
static enum rc
run_check(struct db *db, struct arena *a, const struct sql *sql, struct str_list *out,
	  struct err *err)
{
	struct err why = {.rc = RC_OK};
	struct rows *rows;
	enum rc rc = db_select(db, sql, NO_BINDS, &rows, &why);

	if (rc == RC_OK) {
		while ((rc = rows_next(rows, &why)) == RC_OK)
			add_lines(a, rows_text(rows, 0),
				  sql == &by_table ? rows_text(rows, 1) : STR_NONE, out);
		rows_close(rows);
	}
	if (rc == RC_ABSENT)
		return RC_OK;
	if (rc == RC_INTEGRITY) {
		if (!is_known(out, str_from(why.text)))
			*VEC_ADD(a, out) = str_copy(a, str_from(why.text));
		return RC_OK;
	}
	if (err != NULL)
		*err = why;
	return rc;
}

static void
tell(struct arena *a, db_found_fn *found, void *ctx, struct str what)
{
	char *z = str_z(a, what);

	sqlite_plain(z, what.n);
	found(ctx, (struct str){z, what.n});
}

enum rc
sqlite_check_file(struct db *db, db_found_fn *found, void *ctx, struct err *err)
{
	struct arena *a = arena_new(0);
	struct str_list whole = {0}, all = {0};
	enum rc rc = run_check(db, a, &whole_file, &whole, err);

	if (rc == RC_OK && whole.n > 0)
		rc = run_check(db, a, &by_table, &all, err);
	for (size_t i = 0; rc == RC_OK && i < whole.n; i++)
		add_lines(a, whole.at[i], STR_NONE, &all);
	for (size_t i = 0; rc == RC_OK && i < all.n && i < DB_FOUND_MAX; i++)
		tell(a, found, ctx, all.at[i]);
	arena_free(a);
	return rc;
}

/* What the indexes that SQLite makes itself are called says their table; they have no text. */
static const struct sql definitions = {
    "definitions",
    {"SELECT type || ' ' || name, tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema "
     "WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1"},
    0};

struct definition {
	struct str name, text;
};
struct definition_list {
	struct definition *at;
	size_t n, cap;
};

/* The same from a database in memory that the scripts were run in. */
static enum rc
make_definitions(struct arena *a, const char *const *scripts, size_t n, struct definition_list *out,
		 struct err *err)
{
	struct sqlite s = {.h = NULL};
	sqlite3_stmt *stmt = NULL;
	bool good = sqlite3_open(":memory:", &s.h) == SQLITE_OK;
	enum rc rc = RC_OK;

	for (size_t i = 0; good && i < n; i++)
		good = sqlite3_exec(s.h, scripts[i], NULL, NULL, NULL) == SQLITE_OK;
	good = good &&
	       sqlite3_prepare_v2(s.h, definitions.text[DB_SQLITE], -1, &stmt, NULL) == SQLITE_OK;
	while (good && sqlite3_step(stmt) == SQLITE_ROW)
		*VEC_ADD(a, out) = (struct definition){
		    str_copy(a, str_from((const char *)sqlite3_column_text(stmt, 0))),
		    str_copy(a, str_from((const char *)sqlite3_column_text(stmt, 1)))};
	if (!good)
		rc = sqlite_fail(&s, "definitions", err);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(s.h);
	return rc;
}

enum rc
sqlite_check_schema(struct db *db, const char *const *scripts, size_t n, db_found_fn *found,
		    void *ctx, struct err *err)
{
	struct arena *a = arena_new(0);
	struct definition_list want = {0};
	struct rows *rows = NULL;
	size_t i = 0;
	enum rc rc = make_definitions(a, scripts, n, &want, err);

	if (rc == RC_OK && (rc = db_select(db, &definitions, NO_BINDS, &rows, err)) == RC_OK)
		while ((rc = rows_next(rows, err)) == RC_OK) {
			struct str name = rows_text(rows, 0);

			/* Both are in order of name, so what lacks is passed before what is there.
			 */
			for (; i < want.n && str_cmp(want.at[i].name, name) < 0; i++)
				tell(a, found, ctx,
				     str_fmt(a, "%.*s is missing or named otherwise",
					     STR_ARG(want.at[i].name)));
			if (i == want.n || !str_eq(want.at[i].name, name))
				tell(a, found, ctx,
				     str_fmt(a, "%.*s is none that this program makes",
					     STR_ARG(name)));
			else if (!str_eq(want.at[i++].text, rows_text(rows, 1)))
				tell(a, found, ctx,
				     str_fmt(a, "%.*s is defined otherwise than it was made",
					     STR_ARG(name)));
		}
	rows_close(rows);
	for (; rc == RC_ABSENT && i < want.n; i++)
		tell(a, found, ctx,
		     str_fmt(a, "%.*s is missing or named otherwise", STR_ARG(want.at[i].name)));
	arena_free(a);
	return rc == RC_ABSENT ? RC_OK : rc;
}
