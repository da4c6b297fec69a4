#include "parse/frame.h"

#include "base/arena.h"

#define NO_FILE UINT32_MAX

static uint32_t
file_number(const char *name)
{
	int64_t v;

	if (name == NULL || name[0] != '#' || !str_to_i64(str_from(name + 1), &v))
		return NO_FILE;
	return (uint32_t)v;
}

static const char *
file_name(struct wire *w, const char *const *names, size_t files)
{
	uint32_t i = wire_u32(w);

	if (i != NO_FILE && i >= files)
		w->bad = true;
	return w->bad || i == NO_FILE ? NULL : names[i];
}

void
frame_add_err(struct buf *b, const struct err *err)
{
	wire_add_u8(b, (unsigned)err->rc);
	buf_add_u32(b, file_number(err->file));
	wire_add_i64(b, err->line);
	wire_add_i64(b, err->column);
	wire_add_text(b, str_from(err->key));
	wire_add_text(b, str_from(err->text));
}

void
frame_err(struct wire *w, const char *const *names, size_t files, struct err *out)
{
	unsigned rc = wire_u8(w);
	const char *name = file_name(w, names, files);
	struct str key, text;

	*out = (struct err){.rc = (enum rc)rc};
	out->line = wire_place(w);
	out->column = wire_place(w);
	key = wire_text(w);
	text = wire_text(w);
	if (rc >= RC_COUNT || key.n >= sizeof out->key || text.n >= sizeof out->text)
		w->bad = true;
	if (w->bad)
		return;
	(void)snprintf(out->file, sizeof out->file, "%s", name != NULL ? name : "");
	(void)snprintf(out->key, sizeof out->key, "%.*s", STR_ARG(key));
	(void)snprintf(out->text, sizeof out->text, "%.*s", STR_ARG(text));
}

#define CSV_CELL_BYTES 21

void
frame_add_csv(struct buf *b, const struct csv_row *row)
{
	wire_add_i64(b, row->line);
	buf_add_u32(b, (uint32_t)row->n);
	for (size_t i = 0; i < row->n; i++) {
		const struct csv_cell *cell = &row->at[i];

		wire_add_i64(b, cell->line);
		wire_add_i64(b, cell->column);
		wire_add_u8(b, cell->quoted);
		wire_add_text(b, cell->text);
	}
}

void
frame_csv(struct wire *w, struct arena *a, struct csv_row *out)
{
	out->line = wire_place(w);
	out->n = wire_count(w, CSV_CELL_BYTES);
	out->at = NEW_N(a, struct csv_cell, out->n);
	for (size_t i = 0; i < out->n; i++) {
		struct csv_cell *cell = &out->at[i];

		cell->line = wire_place(w);
		cell->column = wire_place(w);
		cell->quoted = wire_u8(w) != 0;
		cell->text = wire_text(w);
	}
}

static void
add_texts(struct buf *b, const struct str_list *list)
{
	buf_add_u32(b, (uint32_t)list->n);
	for (size_t i = 0; i < list->n; i++)
		wire_add_text(b, list->at[i]);
}

static struct str_list
texts(struct wire *w, struct arena *a)
{
	struct str_list list = {.n = wire_count(w, 4)};

	list.cap = list.n;
	list.at = list.n > 0 ? NEW_N(a, struct str, list.n) : NULL;
	for (size_t i = 0; i < list.n; i++)
		list.at[i] = wire_text(w);
	return list;
}

#define HTCDS_CELL_BYTES 16

void
frame_add_htcds(struct buf *b, const struct htcds_row *row, const struct htcds_report *so_far)
{
	wire_add_i64(b, row->line);
	wire_add_i64(b, so_far->rows);
	wire_add_i64(b, so_far->bad_rows);
	wire_add_i64(b, so_far->bad_cells);
	buf_add_u32(b, (uint32_t)row->cells.n);
	for (size_t i = 0; i < row->cells.n; i++) {
		const struct htcds_cell *cell = &row->cells.at[i];

		buf_add_u32(b, (uint32_t)cell->field);
		wire_add_i64(b, cell->column);
		add_texts(b, &cell->values);
	}
}

void
frame_htcds(struct wire *w, struct arena *a, size_t fields, struct htcds_row *out,
	    struct htcds_report *so_far)
{
	size_t next = 0;

	*out = (struct htcds_row){.line = wire_place(w)};
	so_far->rows = wire_place(w);
	so_far->bad_rows = wire_place(w);
	so_far->bad_cells = wire_place(w);
	out->cells.n = out->cells.cap = wire_count(w, HTCDS_CELL_BYTES);
	if (out->cells.n == 0 || out->cells.n > fields) {
		w->bad = true;
		return;
	}
	out->cells.at = NEW_N(a, struct htcds_cell, out->cells.n);
	for (size_t i = 0; i < out->cells.n && !w->bad; i++) {
		struct htcds_cell *cell = &out->cells.at[i];

		cell->field = wire_u32(w);
		cell->column = wire_place(w);
		cell->values = texts(w, a);
		/* In order of field, each once, and none without a value. */
		if (cell->field < next || cell->field >= fields || cell->values.n == 0)
			w->bad = true;
		for (size_t k = 0; k < cell->values.n; k++)
			w->bad |= cell->values.at[k].n == 0;
		next = cell->field + 1;
	}
}

void
frame_add_entry(struct buf *b, const struct list_entry *e)
{
	wire_add_text(b, e->id);
	wire_add_u8(b, e->type);
	buf_add_u32(b, (uint32_t)e->names.n);
	for (size_t i = 0; i < e->names.n; i++) {
		wire_add_u8(b, e->names.at[i].kind);
		wire_add_text(b, e->names.at[i].text);
	}
	add_texts(b, &e->dobs);
	add_texts(b, &e->birth_places);
	add_texts(b, &e->countries);
	buf_add_u32(b, (uint32_t)e->ids.n);
	for (size_t i = 0; i < e->ids.n; i++) {
		wire_add_text(b, e->ids.at[i].kind);
		wire_add_text(b, e->ids.at[i].value);
		wire_add_text(b, e->ids.at[i].country);
	}
	buf_add_u32(b, (uint32_t)e->addresses.n);
	for (size_t i = 0; i < e->addresses.n; i++) {
		wire_add_text(b, e->addresses.at[i].text);
		wire_add_text(b, e->addresses.at[i].country);
	}
	wire_add_text(b, e->sex);
	wire_add_text(b, e->programme);
	wire_add_text(b, e->remarks);
	wire_add_text(b, e->source);
	buf_add_u32(b, file_number(e->file));
	wire_add_i64(b, e->line);
}

static void
read_names(struct wire *w, struct arena *a, struct list_entry *out)
{
	out->names.n = out->names.cap = wire_count(w, 5);
	out->names.at = NEW_N(a, struct list_name, out->names.n);
	for (size_t i = 0; i < out->names.n; i++) {
		unsigned kind = wire_u8(w);

		out->names.at[i] = (struct list_name){wire_text(w), (enum list_name_kind)kind};
		w->bad |= kind > LIST_NAME_SCRIPT || out->names.at[i].text.n == 0;
	}
	w->bad |= out->names.n == 0;
}

static void
read_ids(struct wire *w, struct arena *a, struct list_entry *out)
{
	out->ids.n = out->ids.cap = wire_count(w, 12);
	out->ids.at = NEW_N(a, struct list_id, out->ids.n);
	for (size_t i = 0; i < out->ids.n; i++) {
		struct list_id *id = &out->ids.at[i];

		id->kind = wire_text(w);
		id->value = wire_text(w);
		id->country = wire_text(w);
	}
	out->addresses.n = out->addresses.cap = wire_count(w, 8);
	out->addresses.at = NEW_N(a, struct list_address, out->addresses.n);
	for (size_t i = 0; i < out->addresses.n; i++) {
		out->addresses.at[i].text = wire_text(w);
		out->addresses.at[i].country = wire_text(w);
	}
}

void
frame_entry(struct wire *w, struct arena *a, const char *const *names, size_t files,
	    struct list_entry *out)
{
	unsigned type;

	*out = (struct list_entry){.id = wire_text(w)};
	type = wire_u8(w);
	w->bad |= type > LIST_OTHER || out->id.n == 0;
	out->type = (enum list_type)type;
	read_names(w, a, out);
	out->dobs = texts(w, a);
	out->birth_places = texts(w, a);
	out->countries = texts(w, a);
	read_ids(w, a, out);
	out->sex = wire_text(w);
	out->programme = wire_text(w);
	out->remarks = wire_text(w);
	out->source = wire_text(w);
	out->file = file_name(w, names, files);
	out->line = wire_place(w);
}
