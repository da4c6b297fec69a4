#include "net/events.h"

#include <stdlib.h>

#include "base/arena.h"

static bool
text_add(struct text *t, struct str s)
{
	if (s.n > EVENT_BYTES_MAX - t->n)
		return false;
	if (t->n + s.n > t->cap) {
		t->cap = t->cap * 2 > t->n + s.n ? t->cap * 2 : t->n + s.n;
		t->p = heap_grow(t->p, t->cap);
	}
	if (s.n > 0)
		memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
	return true;
}

static struct str
text_str(const struct text *t)
{
	return (struct str){t->p, t->n};
}

static bool
field(struct events *e, struct str name, struct str value)
{
	if (str_eq_z(name, "data")) {
		if (e->has_data && !text_add(&e->data, STR("\n")))
			return false;
		e->has_data = true;
		return text_add(&e->data, value);
	}
	if (str_eq_z(name, "event")) {
		e->event.n = 0;
		return text_add(&e->event, value);
	}
	if (str_eq_z(name, "id") && str_chr(value, '\0') < 0) {
		e->id.n = 0;
		return text_add(&e->id, value);
	}
	return true;
}

static enum events_end
line_ends(struct events *e, events_on *on, void *ctx)
{
	struct str line = text_str(&e->line), value;
	bool go_on = true;

	if (!e->started && str_starts(line, STR("\xef\xbb\xbf")))
		line = str_sub(line, 3, line.n);
	e->started = true;
	e->line.n = 0;
	if (line.n == 0) {
		if (e->has_data)
			go_on = on(ctx, text_str(&e->id), text_str(&e->event), text_str(&e->data));
		/* The last id stays in force, event and data do not. */
		e->event.n = e->data.n = 0;
		e->has_data = false;
		return go_on ? EVENTS_GO_ON : EVENTS_STOPPED;
	}
	if (line.p[0] == ':')
		return EVENTS_GO_ON;
	value = line;
	line = str_cut(&value, ':');
	if (value.n > 0 && value.p[0] == ' ')
		value = str_sub(value, 1, value.n);
	return field(e, line, value) ? EVENTS_GO_ON : EVENTS_TOO_LARGE;
}

enum events_end
events_feed(struct events *e, struct str bytes, events_on *on, void *ctx)
{
	size_t from = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];
		enum events_end end;

		if (c != '\n' && c != '\r') {
			e->after_cr = false;
			continue;
		}
		if (c == '\n' && e->after_cr) {
			e->after_cr = false;
			from = i + 1;
			continue;
		}
		e->after_cr = c == '\r';
		if (!text_add(&e->line, str_sub(bytes, from, i)))
			return EVENTS_TOO_LARGE;
		from = i + 1;
		if ((end = line_ends(e, on, ctx)) != EVENTS_GO_ON)
			return end;
	}
	return text_add(&e->line, str_sub(bytes, from, bytes.n)) ? EVENTS_GO_ON : EVENTS_TOO_LARGE;
}

void
events_done(struct events *e)
{
	free(e->line.p);
	free(e->id.p);
	free(e->event.p);
	free(e->data.p);
	*e = (struct events){0};
}
