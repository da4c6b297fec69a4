#include "store/copy.h"

#include <string.h>

#define COLUMNS_MAX 64
#define PROGRESS_ROWS 5000

struct copying {
	struct db *from, *to;
	void (*progress)(void *ctx, uint64_t rows);
	void *ctx;
	struct store_copied *out;
};

static struct bind
value(const struct rows *rows, int column, char kind)
{
	if (rows_is_null(rows, column))
		return B_NULL;
	switch (kind) {
	case 'i': return B_I64(rows_i64(rows, column));
	case 't': return B_TEXT(rows_text(rows, column));
	default: return B_BLOB(rows_blob(rows, column));
	}
}

static enum rc
copy_rows(struct copying *c, const struct migration_table *t, struct rows *rows, int64_t *copied,
	  struct err *err)
{
	size_t columns = strlen(t->kinds);
	struct bind binds[COLUMNS_MAX];
	enum rc rc;

	must(columns <= COLUMNS_MAX && (int)columns == t->insert.params);
	while ((rc = rows_next(rows, err)) == RC_OK) {
		for (size_t i = 0; i < columns; i++)
			binds[i] = value(rows, (int)i, t->kinds[i]);
		if ((rc = db_run(c->to, &t->insert, binds, columns, NULL, err)) != RC_OK)
			return rc;
		++*copied;
		if (++c->out->rows % PROGRESS_ROWS == 0 && c->progress != NULL)
			c->progress(c->ctx, c->out->rows);
	}
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
copy_table(struct copying *c, const struct migration_table *t, struct err *err)
{
	int64_t there, arrived, copied = 0;
	struct rows *rows;
	enum rc rc;

	if ((rc = db_select_i64(c->from, &t->count, NO_BINDS, &there, err)) != RC_OK ||
	    (rc = db_select(c->from, &t->select, NO_BINDS, &rows, err)) != RC_OK)
		return rc;
	rc = copy_rows(c, t, rows, &copied, err);
	rows_close(rows);
	if (rc != RC_OK || (rc = db_select_i64(c->to, &t->count, NO_BINDS, &arrived, err)) != RC_OK)
		return rc;
	c->out->tables++;
	if (there != copied || arrived != copied)
		return fail(err, RC_INTEGRITY, "",
			    "table %s: %lld rows were there, %lld left, %lld arrived", t->name,
			    (long long)there, (long long)copied, (long long)arrived);
	return RC_OK;
}

typedef enum rc table_fn(struct copying *c, const struct migration_table *t, struct err *err);

static enum rc
is_empty(struct copying *c, const struct migration_table *t, struct err *err)
{
	int64_t n;
	enum rc rc = db_select_i64(c->to, &t->count, NO_BINDS, &n, err);

	if (rc == RC_OK && n > 0)
		return fail(err, RC_CONFLICT, "to",
			    "that database is not empty: table %s holds %lld rows", t->name,
			    (long long)n);
	return rc;
}

static enum rc
each_table(struct copying *c, const struct migration_set *sets, size_t n, table_fn *fn,
	   struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < n; i++)
		for (size_t k = 0; rc == RC_OK && k < sets[i].table_count; k++)
			rc = fn(c, &sets[i].tables[k], err);
	return rc;
}

enum rc
store_copy(struct db *from, struct db *to, const struct migration_set *sets, size_t n,
	   void (*progress)(void *ctx, uint64_t rows), void *ctx, struct store_copied *out,
	   struct err *err)
{
	struct copying c = {from, to, progress, ctx, out};
	enum rc rc;

	*out = (struct store_copied){0};
	if ((rc = db_begin_read(from, err)) != RC_OK)
		return rc;
	if ((rc = db_begin(to, err)) == RC_OK) {
		if ((rc = each_table(&c, sets, n, is_empty, err)) == RC_OK &&
		    (rc = each_table(&c, sets, n, copy_table, err)) == RC_OK)
			rc = db_commit(to, err);
		if (rc != RC_OK)
			db_rollback(to);
	}
	db_rollback(from);
	return rc;
}
