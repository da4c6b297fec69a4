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
		found(ctx, all.at[i]);
	arena_free(a);
	return rc;
}
