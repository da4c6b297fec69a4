#include "model/codes.h"

#include "format/csv.h"
#include "seal/keys.h"

#include "model/read.h"

const struct code *
code_find(const struct code_list *list, struct str code)
{
	return map_find(&list->by_code, code);
}

const struct code *
code_find_alias(const struct code_list *list, struct str alias)
{
	return map_find(&list->by_alias, alias);
}

int
code_list_column(const struct code_list *list, struct str column)
{
	for (size_t i = 0; i < list->columns.n; i++)
		if (str_eq(list->columns.at[i], column))
			return (int)i;
	return -1;
}

struct str
code_cell(const struct code_list *list, const struct code *code, struct str column)
{
	int i = code_list_column(list, column);

	return i < 0 || code->cells == NULL ? STR_NONE : code->cells[i];
}

/* Codes go into URLs, file names and other systems: printable ASCII without quotes or space. */
static bool
code_is_good(struct str code)
{
	if (code.n == 0 || code.n > 80)
		return false;
	for (size_t i = 0; i < code.n; i++)
		if (code.p[i] <= ' ' || code.p[i] > '~' || code.p[i] == '"' || code.p[i] == '\\')
			return false;
	return true;
}

static void
bad_row(struct reader *r, long line, const char *key, const char *text)
{
	if (r->rc == RC_OK)
		r->rc = fail_at(r->err, RC_INVALID, r->file, line, 0, key, "%s", text);
}

static void
add_aliases(struct reader *r, struct code_list *list, struct code *code, struct str aliases,
	    long line)
{
	struct str rest = aliases;

	while (rest.n > 0) {
		struct str alias = str_cut(&rest, '|');

		if (alias.n == 0)
			continue;
		if (map_put(&list->by_alias, alias, code) != NULL)
			bad_row(r, line, "alias", "stands at two codes; keep it at one");
	}
}

static void
add_code(struct reader *r, struct code_list *list, const struct csv_row *row,
	 const struct str_list *columns, bool overlay)
{
	struct code *code = NEW(r->arena, struct code);
	struct str aliases = STR_NONE;

	code->cells = NEW_N(r->arena, struct str, list->columns.n);
	for (size_t i = 0; i < row->n && r->rc == RC_OK; i++) {
		struct str column = columns->at[i], cell = str_copy(r->arena, row->at[i].text);
		int at = code_list_column(list, column);

		if (at < 0) {
			bad_row(r, row->line, "code",
				"an overlay's list has the columns of the list "
				"it adds to");
			return;
		}
		code->cells[at] = cell;
		if (str_eq(column, STR("code")))
			code->code = cell;
		else if (str_eq(column, STR("source")))
			code->source = cell;
		else if (str_eq(column, STR("confidence")))
			code->confidence = cell;
		else if (str_eq(column, STR("retired")))
			code->retired = cell.n > 0;
		else if (str_eq(column, STR("alias")))
			aliases = cell;
		else if (str_starts(column, STR("label_")) && cell.n > 0)
			*VEC_ADD(r->arena, &code->label) =
			    (struct label){str_sub(column, 6, column.n), cell};
	}
	if (!code_is_good(code->code))
		bad_row(r, row->line, "code",
			"must be 1 to 80 printable ASCII characters without space or quote");
	else if (str_eq(list->name, STR("retention_class")) && !keys_class_is_good(code->code))
		bad_row(r, row->line, "code",
			"names buckets of keys (CODE/2026-11): 47 bytes at most, and no /");
	if (overlay && !str_starts(code->code, r->prefix))
		bad_row(r, row->line, "code", "an overlay's codes start with its prefix x_AGENCY_");
	if (r->rc == RC_OK && map_put(&list->by_code, code->code, code) != NULL)
		bad_row(r, row->line, "code", "stands twice in this list; codes are unique");
	add_aliases(r, list, code, aliases, row->line);
}

/* The codes in the file's order; the map alone has none. */
static void
order_codes(struct reader *r, struct code_list *list, struct str_list *order)
{
	struct code *codes = NEW_N(r->arena, struct code, order->n + 1);

	for (size_t i = 0; i < order->n; i++) {
		struct code *code = map_find(&list->by_code, order->at[i]);

		codes[i] = *code;
		codes[i].index = (uint32_t)i;
		(void)map_put(&list->by_code, codes[i].code, &codes[i]);
	}
	for (size_t i = 0; i < list->by_alias.cap; i++) {
		struct map_item *item = &list->by_alias.at[i];

		if (item->value != NULL)
			item->value = map_find(&list->by_code, ((struct code *)item->value)->code);
	}
	list->codes = codes;
	list->code_count = order->n;
}

static struct code_list *
list_for(struct reader *r, struct str name, const struct str_list *columns, bool overlay)
{
	struct code_list *list = reader_list(r, name);

	if (list != NULL && !overlay) {
		bad_row(r, 1, "code", "a list of this name is there already");
		return NULL;
	}
	if (list != NULL) {
		if (str_eq(name, STR("roles")) || str_eq(name, STR("purposes")) ||
		    str_eq(name, STR("gates")) || str_eq(name, STR("led_subject_categories"))) {
			bad_row(r, 1, "code", "this list is closed; an overlay cannot add to it");
			return NULL;
		}
		list->overlay = true;
		return list;
	}
	if (overlay && !str_starts(name, r->prefix)) {
		bad_row(r, 1, "code",
			"a list of an overlay's own starts with its prefix x_AGENCY_");
		return NULL;
	}
	list = NEW(r->arena, struct code_list);
	list->name = str_copy(r->arena, name);
	list->columns = *columns;
	list->by_code.arena = list->by_alias.arena = r->arena;
	list->overlay = overlay;
	(void)map_put(&r->model->by_list, list->name, list);
	*VEC_ADD(r->arena, &r->lists) = list;
	return list;
}

void
read_codes(struct reader *r, struct str name, struct str bytes, bool overlay)
{
	const struct csv_options options = {
	    .delimiter = ',',
	    .limits = {.bytes_max = 1 << 20,
		       .row_bytes_max = 16384,
		       .rows_max = 20000,
		       .columns_max = 32},
	};
	struct csv *csv = csv_new(r->arena, source_memory(bytes, r->file), &options);
	struct str_list columns = {0}, order = {0};
	struct code_list *list;
	struct csv_row row;
	enum rc rc;

	if (r->rc != RC_OK)
		return;
	if ((rc = csv_next(csv, &row, r->err)) != RC_OK) {
		if (rc == RC_ABSENT)
			bad_row(r, 1, "code",
				"the list is empty; its first line names the columns");
		r->rc = rc == RC_ABSENT ? r->rc : rc;
		return;
	}
	for (size_t i = 0; i < row.n; i++) {
		for (size_t j = 0; j < columns.n; j++)
			if (str_eq(columns.at[j], row.at[i].text))
				bad_row(r, 1, "code", "a column stands twice");
		*VEC_ADD(r->arena, &columns) = str_copy(r->arena, row.at[i].text);
	}
	if (!str_eq(columns.at[0], STR("code")))
		bad_row(r, 1, "code", "the first column must be \"code\"");
	if (r->rc != RC_OK || (list = list_for(r, name, &columns, overlay)) == NULL)
		return;
	for (size_t i = 0; i < list->code_count; i++)
		*VEC_ADD(r->arena, &order) = list->codes[i].code;
	while (r->rc == RC_OK && (rc = csv_next(csv, &row, r->err)) == RC_OK) {
		add_code(r, list, &row, &columns, overlay);
		if (r->rc == RC_OK)
			*VEC_ADD(r->arena, &order) = str_copy(r->arena, row.at[0].text);
	}
	if (r->rc == RC_OK && rc != RC_ABSENT)
		r->rc = rc;
	if (r->rc == RC_OK)
		order_codes(r, list, &order);
}

/* What the label belongs to: "type", "type.field", "type#state", "list:code"; NULL: nothing. */
static struct labels *
labelled(struct reader *r, struct str key)
{
	struct record_type *type;
	struct code_list *list;
	ptrdiff_t at;

	if ((at = str_chr(key, ':')) > 0) {
		const struct code *code = NULL;

		list = reader_list(r, str_sub(key, 0, (size_t)at));
		if (list != NULL)
			code = code_find(list, str_sub(key, (size_t)at + 1, key.n));
		return code == NULL ? NULL : &list->codes[code->index].label;
	}
	if ((at = str_chr(key, '.')) > 0) {
		const struct field *field = NULL;

		type = reader_type(r, str_sub(key, 0, (size_t)at));
		if (type != NULL)
			field = type_field(type, str_sub(key, (size_t)at + 1, key.n));
		return field == NULL ? NULL : &type->fields[field->index].label;
	}
	if ((at = str_chr(key, '#')) > 0) {
		int state = -1;

		type = reader_type(r, str_sub(key, 0, (size_t)at));
		if (type != NULL)
			state = type_state(type, str_sub(key, (size_t)at + 1, key.n));
		return state < 0 ? NULL : &type->state_labels[state];
	}
	type = reader_type(r, key);
	return type == NULL ? NULL : &type->label;
}

void
read_label_file(struct reader *r, struct str lang, struct str bytes)
{
	const struct csv_options options = {
	    .delimiter = ',',
	    .limits = {.bytes_max = 1 << 20, .row_bytes_max = 4096, .columns_max = 4},
	};
	struct csv *csv = csv_new(r->arena, source_memory(bytes, r->file), &options);
	struct csv_row row;
	enum rc rc = r->rc;

	while (r->rc == RC_OK && (rc = csv_next(csv, &row, r->err)) == RC_OK) {
		struct labels *labels;

		if (row.n != 2) {
			bad_row(r, row.line, "label", "the columns are key,label");
		} else if (row.line == 1) {
			continue;
		} else if ((labels = labelled(r, row.at[0].text)) == NULL) {
			bad_row(r, row.line, "key",
				"names nothing: write type, type.field, type#state or list:code");
		} else if (row.at[1].text.n > 0) {
			for (size_t i = 0; i < labels->n; i++)
				if (str_eq(labels->at[i].lang, lang))
					bad_row(r, row.line, "key", "has a label in this language");
			*VEC_ADD(r->arena, labels) =
			    (struct label){lang, str_copy(r->arena, row.at[1].text)};
		}
	}
	if (r->rc == RC_OK && rc != RC_ABSENT)
		r->rc = rc;
}

static void
closed(struct reader *r, const char *name, const char *(*say)(int), size_t count)
{
	const struct code_list *list = reader_list(r, str_from(name));

	if (r->rc != RC_OK)
		return;
	if (list == NULL || list->code_count != count) {
		r->rc = fail(
		    r->err, RC_INVALID, name,
		    "the list must be there with exactly the %zu codes of src/model/role.h", count);
		return;
	}
	for (size_t i = 0; i < count && r->rc == RC_OK; i++)
		if (!str_eq_z(list->codes[i].code, say((int)i)))
			r->rc =
			    fail(r->err, RC_INVALID, name,
				 "code %zu must be \"%s\"; the list is closed", i + 1, say((int)i));
}

static const char *
say_role(int n)
{
	return role_name((enum role)n);
}

static const char *
say_purpose(int n)
{
	return purpose_name((enum purpose)n);
}

static const char *
say_subject(int n)
{
	return subject_name((enum subject)n);
}

void
read_closed_lists(struct reader *r)
{
	closed(r, "roles", say_role, ROLE_COUNT);
	closed(r, "purposes", say_purpose, PURPOSE_COUNT);
	closed(r, "led_subject_categories", say_subject, SUBJECT_COUNT);
	if (r->rc == RC_OK && reader_list(r, STR("gates")) == NULL)
		r->rc = fail(r->err, RC_INVALID, "gates", "model/gates.csv is missing");
	r->model->roles = reader_list(r, STR("roles"));
	r->model->purposes = reader_list(r, STR("purposes"));
	r->model->gates = reader_list(r, STR("gates"));
}
