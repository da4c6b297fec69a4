#include "node/import_columns.h"

#include "base/arena.h"
#include "format/csv.h"
#include "format/listfile.h"

struct heading {
	struct import *im;
	const struct record_type *type;
	struct arena *arena;
	const struct csv_row *row;
	struct list_mapping mapping; /* --fields */
	struct str_list ignored;     /* --ignore */
};

static struct str
column_name(const struct heading *h, size_t i)
{
	return str_trim(h->row->at[i].text);
}

static bool
is_column(const struct heading *h, struct str name)
{
	for (size_t i = 0; i < h->row->n; i++)
		if (str_eq(column_name(h, i), name))
			return true;
	return false;
}

/* "at.city": the field, and what stands behind the dot. */
static const struct field *
field_of(const struct heading *h, struct str name, struct str *part)
{
	struct str rest = name, field = str_cut(&rest, '.');
	const struct field *f = type_field(h->type, field);

	*part = rest.p != NULL ? str_copy(h->arena, rest) : STR_NONE;
	if (f != NULL && rest.p != NULL && !cells_has_part(h->im->model, f, rest))
		return NULL;
	return f;
}

/* What the options say must all come true: a word that is passed over is a value that is lost. */
static enum rc
check_options(struct heading *h, struct err *err)
{
	struct str ignore = import_option(h->im, "ignore"), text = import_option(h->im, "fields");
	struct str part;
	enum rc rc;

	if (text.n > 0 && (rc = list_mapping_parse(text, &h->mapping, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < h->mapping.n; i++) {
		struct str ours = h->mapping.at[i].ours, theirs = h->mapping.at[i].theirs;
		const struct field *f = field_of(h, ours, &part);

		if (f == NULL)
			return fail(err, RC_INVALID, "fields",
				    "%.*s is no field of a %.*s; `liaison model show %.*s` lists "
				    "them",
				    STR_ARG(ours), STR_ARG(h->type->name), STR_ARG(h->type->name));
		if (f->automatic)
			return fail(err, RC_INVALID, "fields",
				    "%.*s is filled in by the node, never by a file",
				    STR_ARG(ours));
		if (!is_column(h, theirs))
			return fail(err, RC_INVALID, "fields", "there is no column \"%.*s\"",
				    STR_ARG(theirs));
	}
	while (ignore.n > 0 && ignore.p != NULL) {
		struct str name = str_trim(str_cut(&ignore, ','));

		if (!is_column(h, name))
			return fail(err, RC_INVALID, "ignore", "there is no column \"%.*s\"",
				    STR_ARG(name));
		*VEC_ADD(h->arena, &h->ignored) = name;
	}
	return RC_OK;
}

static bool
is_ignored(const struct heading *h, struct str name)
{
	for (size_t i = 0; i < h->ignored.n; i++)
		if (str_eq(h->ignored.at[i], name))
			return true;
	return false;
}

/* The error has a place and no name: a file without a header has somebody's data there. */
static enum rc
read_column(const struct heading *h, size_t i, struct import_column *out, struct err *err)
{
	struct str name = column_name(h, i);

	if (is_ignored(h, name))
		return RC_OK;
	for (size_t k = 0; k < h->mapping.n; k++)
		if (str_eq(h->mapping.at[k].theirs, name)) {
			name = h->mapping.at[k].ours;
			break;
		}
	out->field = field_of(h, name, &out->part);
	if (out->field == NULL)
		return fail_at(err, RC_INVALID, "", h->row->line, h->row->at[i].column, "header",
			       "column %zu is no field of a %.*s; say which it is with --fields "
			       "FIELD=COLUMN, or leave it out with --ignore COLUMN",
			       i + 1, STR_ARG(h->type->name));
	if (out->field->automatic)
		out->field = NULL;
	return RC_OK;
}

/* One value of one field comes from one column; the columns of a place are its parts. */
static enum rc
check_doubled(const struct heading *h, const struct import_column *columns, struct err *err)
{
	for (size_t i = 0; i < h->row->n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct import_column *a = &columns[i], *b = &columns[k];

			if (a->field == NULL || a->field != b->field || a->field->list ||
			    (a->field->kind == FIELD_PLACE && !str_eq(a->part, b->part)))
				continue;
			return fail_at(err, RC_INVALID, "", h->row->line, h->row->at[i].column,
				       "header",
				       "columns %zu and %zu are both the field %.*s, which takes "
				       "one value; leave one out with --ignore COLUMN",
				       k + 1, i + 1, STR_ARG(a->field->name));
		}
	return RC_OK;
}

/* The same word of a mapping twice, for two columns or for one. */
static enum rc
check_mapping(const struct heading *h, struct err *err)
{
	for (size_t i = 0; i < h->mapping.n; i++)
		for (size_t k = 0; k < i; k++) {
			struct str ours = h->mapping.at[i].ours, theirs = h->mapping.at[i].theirs;
			const struct field *f = type_field(h->type, ours);

			if (str_eq(theirs, h->mapping.at[k].theirs))
				return fail(err, RC_INVALID, "fields",
					    "the column \"%.*s\" is given to two fields",
					    STR_ARG(theirs));
			if (str_eq(ours, h->mapping.at[k].ours) && (f == NULL || !f->list))
				return fail(err, RC_INVALID, "fields",
					    "%.*s is given two columns, and takes one value",
					    STR_ARG(ours));
		}
	return RC_OK;
}

enum rc
import_columns_read(struct import *im, struct arena *a, const struct record_type *type,
		    const struct csv_row *row, struct import_column **out, struct err *err)
{
	struct heading h = {.im = im, .type = type, .arena = a, .row = row};
	struct import_column *columns = NEW_N(a, struct import_column, row->n);
	enum rc rc;

	if ((rc = check_options(&h, err)) != RC_OK || (rc = check_mapping(&h, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < row->n; i++)
		if ((rc = read_column(&h, i, &columns[i], err)) != RC_OK)
			return rc;
	*out = columns;
	return check_doubled(&h, columns, err);
}
