#include "format/csv.h"

void
csv_out_init(struct csv_out *out, struct buf *buf, bool safe)
{
	*out = (struct csv_out){.buf = buf, .delimiter = ',', .safe = safe};
}

static bool
is_formula(struct str text)
{
	return text.n > 0 && memchr("=+-@\t\r", text.p[0], 6) != NULL;
}

void
csv_out_cell(struct csv_out *out, struct str text)
{
	bool formula = out->safe && is_formula(text);
	/* At a file's start these two would be an end and a byte order mark. */
	bool quote = str_starts(text, STR("\x1a")) || str_starts(text, STR("\xef\xbb\xbf"));

	if (out->row_started)
		buf_add_byte(out->buf, out->delimiter);
	out->blank = !out->row_started && text.n == 0;
	for (size_t i = 0; i < text.n && !quote; i++)
		quote = text.p[i] == out->delimiter || text.p[i] == '"' || text.p[i] == '\n' ||
			text.p[i] == '\r';
	out->row_started = true;
	if (!quote) {
		if (formula)
			buf_add_byte(out->buf, '\'');
		buf_add(out->buf, text);
		return;
	}
	buf_add_byte(out->buf, '"');
	if (formula)
		buf_add_byte(out->buf, '\'');
	for (struct str rest = text; rest.p != NULL;) {
		buf_add(out->buf, str_cut(&rest, '"'));
		if (rest.p != NULL)
			buf_add(out->buf, STR("\"\""));
	}
	buf_add_byte(out->buf, '"');
}

void
csv_out_end(struct csv_out *out)
{
	buf_add(out->buf, out->blank ? STR("\"\"\r\n") : STR("\r\n"));
	out->row_started = out->blank = false;
}
