#include "serve/cli_inside.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "serve/cli_text.h"

#define COLUMNS_MAX 32
#define COLUMN_LEAST 8
#define GAP 2

struct cell {
	struct str text;
	size_t width;
};

struct table {
	struct arena *arena;
	const struct cli_column *columns;
	json_t *rows;
	size_t n; /* columns */
	struct cell *cells;
	size_t width[COLUMNS_MAX], limit[COLUMNS_MAX];
	bool right[COLUMNS_MAX]; /* numbers stand at the right */
	bool whole[COLUMNS_MAX]; /* an id cut short is of no use */
};

static json_t *
reach(json_t *row, const char *key)
{
	struct str rest = str_from(key);

	while (rest.p != NULL && row != NULL)
		row = json_member(row, str_cut(&rest, '.'));
	return row;
}

static void
add_plain(struct buf *b, json_t *value)
{
	size_t i;
	json_t *item;

	switch (json_typeof(value)) {
	case JSON_STRING: buf_add(b, json_str(value)); return;
	case JSON_TRUE: buf_add_z(b, "yes"); return;
	case JSON_FALSE: buf_add_z(b, "no"); return;
	case JSON_NULL: return;
	case JSON_ARRAY:
		json_array_foreach (value, i, item) {
			if (i > 0)
				buf_add_z(b, ", ");
			add_plain(b, item);
		}
		return;
	case JSON_OBJECT:
	case JSON_INTEGER:
	case JSON_REAL: json_canonical(value, b); return;
	}
}

static struct str
plain(struct arena *a, json_t *value)
{
	struct buf b;

	buf_init(&b, a);
	if (value != NULL)
		add_plain(&b, value);
	return buf_str(&b);
}

/* A record of a list whose row does not open (record/damaged.h), or one at the end of a link. */
static bool
is_damaged(const json_t *row)
{
	return json_is_true(json_object_get(row, "damaged")) ||
	       json_is_true(json_object_get(json_object_get(row, "record"), "damaged"));
}

static struct str
cell_text(struct table *t, json_t *row, size_t column, json_t *value)
{
	bool in_place = value == NULL && strcmp(t->columns[column].title, "TITLE") == 0;

	return in_place && is_damaged(row) ? STR("(damaged, does not open)")
					   : plain(t->arena, value);
}

static void
measure(struct table *t)
{
	size_t rows = json_array_size(t->rows);

	t->cells = NEW_N(t->arena, struct cell, rows * t->n + 1);
	for (size_t c = 0; c < t->n; c++) {
		t->width[c] = text_width(str_from(t->columns[c].title));
		t->right[c] = rows > 0;
		for (size_t r = 0; r < rows; r++) {
			json_t *row = json_array_get(t->rows, r);
			json_t *value = reach(row, t->columns[c].key);
			struct cell *cell = &t->cells[r * t->n + c];

			t->right[c] = t->right[c] && json_is_number(value);
			cell->text = text_cell(t->arena, cell_text(t, row, c, value), t->limit[c]);
			cell->width = text_width(cell->text);
			if (cell->width > t->width[c])
				t->width[c] = cell->width;
		}
	}
}

/* Cells of the terminal, or 0 when out is none. */
static size_t
terminal_width(const struct cli *cli)
{
	struct winsize size;
	int fd = fileno(cli->out);

	if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

/* Take from the widest column that may be cut until the row fits. */
static bool
shrink(struct table *t, size_t wanted)
{
	size_t total = GAP * (t->n - 1), widest = 0;

	for (size_t c = 0; c < t->n; c++)
		total += t->width[c];
	if (wanted == 0 || total <= wanted)
		return false;
	for (; total > wanted; total--) {
		for (size_t c = widest = 0; c < t->n; c++)
			if (!t->whole[c] && (t->whole[widest] || t->width[c] > t->width[widest]))
				widest = c;
		if (t->whole[widest] || t->width[widest] <= COLUMN_LEAST)
			break;
		t->limit[widest] = --t->width[widest];
	}
	return true;
}

static void
add_cell(const struct table *t, size_t c, struct str text, size_t width, struct buf *out)
{
	size_t pad = t->width[c] > width ? t->width[c] - width : 0;

	if (c > 0)
		text_spaces(out, GAP);
	if (t->right[c])
		text_spaces(out, pad);
	buf_add(out, text);
	if (!t->right[c] && c + 1 < t->n)
		text_spaces(out, pad);
}

static void
add_rows(const struct table *t, struct buf *out)
{
	for (size_t r = 0; r < json_array_size(t->rows); r++) {
		for (size_t c = 0; c < t->n; c++) {
			const struct cell *cell = &t->cells[r * t->n + c];

			add_cell(t, c, cell->text, cell->width, out);
		}
		buf_add_byte(out, '\n');
	}
}

static bool
is_coloured(const struct cli *cli)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no == NULL || no[0] == '\0') && fileno(cli->out) >= 0 && isatty(fileno(cli->out)) &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

static void
add_titles(const struct table *t, bool coloured, struct buf *out)
{
	if (coloured)
		buf_add_z(out, "\033[1m");
	for (size_t c = 0; c < t->n; c++) {
		struct str title = str_from(t->columns[c].title);

		add_cell(t, c, title, text_width(title), out);
	}
	buf_add_z(out, coloured ? "\033[0m\n" : "\n");
}

/* For people indented and harmless, for programs canonical and untouched; both end a line. */
static void
print_json(struct cli *cli, json_t *value)
{
	struct buf b;
	char *text;

	buf_init(&b, cli->arena);
	if (fileno(cli->out) >= 0 && isatty(fileno(cli->out))) {
		text = json_dumps(value, JSON_INDENT(2) | JSON_ENCODE_ANY);
		text_harmless(&b, str_from(text), true);
		free(text);
	} else {
		json_canonical(value, &b);
	}
	buf_add_byte(&b, '\n');
	(void)fwrite(b.p, 1, b.n, cli->out);
}

static void
tell_damaged(struct cli *cli, json_t *rows)
{
	size_t i, n = 0;
	json_t *row;

	json_array_foreach (rows, i, row)
		n += is_damaged(row);
	if (n > 0)
		fprintf(cli->notes,
			"%zu of them do%s not open: what is stored is not what was written, so "
			"whether it is what was asked for nobody can see. `liaison audit verify "
			"--open` names what is wrong; it comes back from a backup (liaison node "
			"restore).\n",
			n, n == 1 ? "es" : "");
}

void
cli_table(struct cli *cli, json_t *rows, const struct cli_column *columns)
{
	struct table t = {.arena = cli->arena, .columns = columns, .rows = rows};
	struct buf out;

	if (cli->json) {
		json_t *page = json_object();

		/* As HTTP gives it, so that a page may say more than its rows one day. */
		must(json_object_set_nocheck(page, "items", rows) == 0);
		print_json(cli, page);
		json_decref(page);
		return;
	}
	if (json_array_size(rows) == 0) {
		(void)fputs("nothing to show\n", cli->notes);
		return;
	}
	while (columns[t.n].title != NULL) {
		must(t.n < COLUMNS_MAX);
		t.limit[t.n] = columns[t.n].width_max > 0 ? (size_t)columns[t.n].width_max : 0;
		t.whole[t.n] = str_ends(str_from(columns[t.n].key), STR("id"));
		t.n++;
	}
	measure(&t);
	if (shrink(&t, terminal_width(cli)))
		measure(&t);
	buf_init(&out, cli->arena);
	add_titles(&t, is_coloured(cli), &out);
	add_rows(&t, &out);
	(void)fwrite(out.p, 1, out.n, cli->out);
	tell_damaged(cli, rows);
}

static bool
is_block(json_t *value)
{
	return json_is_object(value) ||
	       (json_is_array(value) && json_is_object(json_array_get(value, 0)));
}

static void show(struct arena *a, json_t *object, size_t indent, struct buf *out);

/* A text of several lines keeps them: evidence that sums to a score is read as a column. */
static void
show_lines(struct arena *a, struct str text, size_t indent, struct buf *out)
{
	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		text_spaces(out, indent);
		buf_add(out, text_cell(a, line, 0));
		buf_add_byte(out, '\n');
	}
}

static void
show_member(struct arena *a, struct str key, json_t *value, size_t indent, size_t width,
	    struct buf *out)
{
	size_t i;
	json_t *item;

	text_spaces(out, indent);
	buf_add(out, text_cell(a, key, 0));
	buf_add_byte(out, ':');
	if (json_is_string(value) && str_find(json_str(value), STR("\n")) >= 0) {
		buf_add_byte(out, '\n');
		show_lines(a, json_str(value), indent + 2, out);
		return;
	}
	if (!is_block(value)) {
		text_spaces(out, width - text_width(key) + 1);
		buf_add(out, text_cell(a, plain(a, value), 0));
		buf_add_byte(out, '\n');
		return;
	}
	buf_add_byte(out, '\n');
	if (json_is_object(value)) {
		show(a, value, indent + 2, out);
		return;
	}
	json_array_foreach (value, i, item) {
		if (i > 0)
			buf_add_byte(out, '\n');
		if (json_is_object(item))
			show(a, item, indent + 2, out);
	}
}

static void
show(struct arena *a, json_t *object, size_t indent, struct buf *out)
{
	const char *key;
	json_t *value;
	size_t width = 0;

	json_object_foreach (object, key, value) {
		size_t n = text_width(str_from(key));

		if (!is_block(value) && n > width)
			width = n;
	}
	json_object_foreach (object, key, value)
		show_member(a, str_from(key), value, indent, width, out);
}

void
cli_show(struct cli *cli, json_t *object)
{
	struct buf out;

	if (cli->json || !json_is_object(object)) {
		print_json(cli, object);
		return;
	}
	buf_init(&out, cli->arena);
	show(cli->arena, object, 0, &out);
	(void)fwrite(out.p, 1, out.n, cli->out);
}

bool
cli_json_text(struct cli *cli, const char *key, struct str text)
{
	json_t *object;

	if (!cli->json)
		return false;
	object = json_object();
	must(json_object_set_new_nocheck(object, key, json_from_str(text)) == 0);
	print_json(cli, object);
	json_decref(object);
	return true;
}
