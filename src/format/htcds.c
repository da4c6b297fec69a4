#include "base/arena.h"
#include "format/csv.h"
#include "format/htcds_inside.h"

#define NAME_MAX_BYTES 128

/*
 * Words that stand in data where the pick list has another: the 17 flags of "Field
 * Definitions.md", whose names differ from the list's values. RestrictsMovement has none in
 * the list, and dropping it would lose a means of control: it is taken as a value of its own.
 */
static const struct {
	const char *field, *word, *value, *label;
} aliases[] = {
    /* clang-format off */
	{ "vic_MethodsOfControl", "Threats",                "PhysicalThreats",         NULL },
	{ "vic_MethodsOfControl", "ThreatOfLawEnforcement", "ThreatsLawEnforcement",   NULL },
	{ "vic_MethodsOfControl", "UsesChildren",           "ThreatensChildrenFamily", NULL },
	{ "vic_MethodsOfControl", "PsychoactiveSubstances", "PsychoactiveSubstance",   NULL },
	{ "vic_MethodsOfControl", "RestrictsMovement",      "RestrictsMovement", "Restricts movement" },
	{ "vic_RelationshipToTrafficker", "Unacquainted",   "Unaquainted",             NULL },
    /* clang-format on */
};

/* Letters and digits in lower case: "Methods_of Control" is methodsofcontrol. Other bytes of
 * UTF-8 stay as they are. Returns the length, or 0 when it does not fit. */
static size_t
fold(struct str s, char *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 'a' - 'A');
		else if (c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			continue;
		if (n == max)
			return 0;
		out[n++] = (char)c;
	}
	return n;
}

static struct str
fold_copy(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);

	return (struct str){p, fold(s, p, s.n)};
}

size_t
htcds_count(const struct htcds *h)
{
	return h->fields.n;
}

const struct htcds_field *
htcds_field(const struct htcds *h, size_t index)
{
	must(index < h->fields.n);
	return &h->fields.at[index];
}

int
htcds_find(const struct htcds *h, struct str name)
{
	char folded[NAME_MAX_BYTES];
	size_t n = fold(name, folded, sizeof folded);
	const struct htcds_field *f;

	if (n == 0)
		return -1;
	f = map_find(&h->by_name, (struct str){folded, n});
	return f != NULL ? (int)(f - h->fields.at) : -1;
}

bool
htcds_value(const struct htcds *h, size_t field, struct str text, struct str *out)
{
	char folded[2 * NAME_MAX_BYTES];
	const struct str *value;
	size_t n;

	must(field < h->fields.n);
	value = map_find(&h->by_value[field], text);
	if (value == NULL && (n = fold(text, folded, sizeof folded)) > 0)
		value = map_find(&h->by_value[field], (struct str){folded, n});
	if (value == NULL)
		return false;
	*out = *value;
	return true;
}

bool
htcds_find_flag(const struct htcds *h, struct str name, size_t *field, struct str *value)
{
	char folded[NAME_MAX_BYTES], start[NAME_MAX_BYTES];
	size_t n = fold(name, folded, sizeof folded), k;

	for (size_t i = 0; i < h->fields.n; i++) {
		if (h->fields.at[i].kind != HTCDS_MULTI)
			continue;
		k = fold(h->fields.at[i].name, start, sizeof start);
		if (k == 0 || n <= k || memcmp(folded, start, k) != 0)
			continue;
		*field = i;
		if (htcds_value(h, i, (struct str){folded + k, n - k}, value))
			return true;
	}
	return false;
}

/* Which cell of the header has this name, or -1. */
static int
header_at(const struct csv_row *header, const char *name)
{
	for (size_t i = 0; i < header->n; i++) {
		if (str_eq_z(header->at[i].text, name))
			return (int)i;
	}
	return -1;
}

struct table {
	struct csv *csv;
	struct csv_row row;
	int at[6];
};

static enum rc
open_table(struct arena *a, struct str csv, const char *name, const char *const *columns, size_t n,
	   struct table *out, struct err *err)
{
	struct csv_options options = {.delimiter = ','};
	enum rc rc;

	must(n <= COUNT_OF(out->at));
	out->csv = csv_new(a, source_memory(csv, name), &options);
	rc = csv_next(out->csv, &out->row, err);
	if (rc == RC_ABSENT)
		return fail_at(err, RC_INVALID, name, 1, 0, "", "the table is empty");
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		if ((out->at[i] = header_at(&out->row, columns[i])) < 0)
			rc = fail_at(err, RC_INVALID, name, 1, 0, columns[i],
				     "the table lacks this column");
	}
	return rc;
}

static struct str
table_cell(const struct table *t, size_t i)
{
	return t->row.at[t->at[i]].text;
}

static enum htcds_kind
kind_of(struct str name, struct str type)
{
	if (str_eq_z(type, "Picklist"))
		return HTCDS_PICK;
	if (str_eq_z(type, "Multiselect Picklist"))
		return HTCDS_MULTI;
	if (str_eq_z(type, "Date"))
		return HTCDS_DATE;
	if (str_eq_z(type, "Checkbox"))
		return HTCDS_BOOL;
	if (str_eq_z(type, "Number") || str_eq_z(type, "Geolocation"))
		return HTCDS_NUMBER;
	return str_ends(name, STR("Phone")) ? HTCDS_PHONE : HTCDS_TEXT;
}

static enum rc
load_fields(struct htcds *h, struct str csv, struct err *err)
{
	static const char *const columns[] = {"system_name", "label", "type", "external_codelist",
					      "status"};
	struct table t;
	enum rc rc = open_table(h->arena, csv, "htcds_fields.csv", columns, 5, &t, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = csv_next(t.csv, &t.row, err)) == RC_OK) {
		struct htcds_field *f = VEC_ADD(h->arena, &h->fields);

		f->name = str_copy(h->arena, table_cell(&t, 0));
		f->label = str_copy(h->arena, table_cell(&t, 1));
		f->kind = kind_of(f->name, table_cell(&t, 2));
		f->codes = str_copy(h->arena, table_cell(&t, 3));
		f->deprecated = str_eq_z(table_cell(&t, 4), "DEPRECATED");
		if (f->name.n == 0 || f->name.n >= NAME_MAX_BYTES || h->fields.n > 1024)
			return fail_at(err, RC_INVALID, "htcds_fields.csv", t.row.line, 0,
				       "system_name", "no name for a field");
	}
	if (rc != RC_ABSENT)
		return rc;
	for (size_t i = 0; i < h->fields.n; i++) {
		struct htcds_field *f = &h->fields.at[i];

		if (map_put(&h->by_name, fold_copy(h->arena, f->name), f) != NULL)
			return fail_at(err, RC_INVALID, "htcds_fields.csv", 0, 0, f->name.p,
				       "the field stands twice");
	}
	return RC_OK;
}

static void
add_word(struct htcds *h, size_t field, struct str word, struct str *value)
{
	struct str folded = fold_copy(h->arena, word);

	if (map_find(&h->by_value[field], word) == NULL)
		(void)map_put(&h->by_value[field], word, value);
	if (folded.n > 0 && map_find(&h->by_value[field], folded) == NULL)
		(void)map_put(&h->by_value[field], folded, value);
}

static void
add_value(struct htcds *h, size_t field, struct str value, struct str label)
{
	struct htcds_field *f = &h->fields.at[field];
	struct str *kept = NEW(h->arena, struct str);

	*kept = str_copy(h->arena, value);
	label = str_copy(h->arena, label);
	*VEC_ADD(h->arena, &f->values) = *kept;
	*VEC_ADD(h->arena, &f->labels) = label;
	add_word(h, field, *kept, kept);
	add_word(h, field, label, kept);
	/* The standard says of these two that platforms can be added as they come up. */
	f->closed = !str_ends(f->name, STR("WebsitesAndApps"));
}

static void
add_aliases(struct htcds *h)
{
	for (size_t i = 0; i < COUNT_OF(aliases); i++) {
		int field = htcds_find(h, str_from(aliases[i].field));
		struct str *kept, value;

		if (field < 0)
			continue;
		if (aliases[i].label != NULL &&
		    !htcds_value(h, (size_t)field, str_from(aliases[i].value), &value))
			add_value(h, (size_t)field, str_from(aliases[i].value),
				  str_from(aliases[i].label));
		if (!htcds_value(h, (size_t)field, str_from(aliases[i].value), &value))
			continue;
		kept = NEW(h->arena, struct str);
		*kept = value;
		add_word(h, (size_t)field, str_from(aliases[i].word), kept);
	}
}

static enum rc
load_values(struct htcds *h, struct str csv, struct err *err)
{
	static const char *const columns[] = {"system_name", "value", "label"};
	struct table t;
	enum rc rc = open_table(h->arena, csv, "htcds_values.csv", columns, 3, &t, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = csv_next(t.csv, &t.row, err)) == RC_OK) {
		int field = htcds_find(h, table_cell(&t, 0));

		if (field < 0 || table_cell(&t, 1).n == 0)
			return fail_at(err, RC_INVALID, "htcds_values.csv", t.row.line, 0,
				       "system_name", "a value of no field");
		add_value(h, (size_t)field, table_cell(&t, 1), table_cell(&t, 2));
	}
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
htcds_load(struct arena *a, struct str fields_csv, struct str values_csv, const struct htcds **out,
	   struct err *err)
{
	struct htcds *h = NEW(a, struct htcds);
	enum rc rc;

	h->arena = h->by_name.arena = a;
	if ((rc = load_fields(h, fields_csv, err)) != RC_OK)
		return rc;
	h->by_value = NEW_N(a, struct map, h->fields.n + 1);
	for (size_t i = 0; i < h->fields.n; i++)
		h->by_value[i].arena = a;
	if ((rc = load_values(h, values_csv, err)) != RC_OK)
		return rc;
	add_aliases(h);
	*out = h;
	return RC_OK;
}

/* The separator of multi-select cells as we write them. */
static void
join(struct buf *buf, const struct str_list *values)
{
	for (size_t i = 0; i < values->n; i++) {
		if (i > 0)
			buf_add_byte(buf, ';');
		buf_add(buf, values->at[i]);
	}
}

void
htcds_write_csv_header(struct buf *buf, const struct htcds *h)
{
	struct csv_out out;

	csv_out_init(&out, buf, false);
	for (size_t i = 0; i < h->fields.n; i++) {
		if (!h->fields.at[i].deprecated)
			csv_out_cell(&out, h->fields.at[i].name);
	}
	csv_out_end(&out);
}

void
htcds_write_csv(struct buf *buf, const struct htcds *h, const struct htcds_row *row)
{
	struct csv_out out;
	size_t k = 0;

	csv_out_init(&out, buf, false);
	for (size_t i = 0; i < h->fields.n; i++) {
		const struct htcds_cell *cell = NULL;
		struct buf several;

		while (k < row->cells.n && row->cells.at[k].field < i)
			k++;
		if (k < row->cells.n && row->cells.at[k].field == i)
			cell = &row->cells.at[k];
		if (h->fields.at[i].deprecated)
			continue;
		if (cell == NULL || cell->values.n == 0) {
			csv_out_cell(&out, STR_NONE);
		} else if (cell->values.n == 1) {
			csv_out_cell(&out, cell->values.at[0]);
		} else {
			buf_init(&several, buf->arena);
			join(&several, &cell->values);
			csv_out_cell(&out, buf_str(&several));
		}
	}
	csv_out_end(&out);
}
