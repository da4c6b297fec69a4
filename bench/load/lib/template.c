#include "base/arena.h"
#include "load/load.h"

enum rc
load_template_parse(struct arena *a, struct str text, struct load_template *out, struct err *err)
{
	struct str rest = text, line = str_cut(&rest, '\n'), target;
	struct str method = str_cut(&line, ' ');
	struct buf head;

	buf_init(&head, a);
	target = str_trim(line);
	if (method.n == 0 || target.n == 0 || target.p[0] != '/')
		return fail_at(err, RC_INVALID, "template", 1, 1, "",
			       "the first line must be METHOD /target");
	buf_addf(&head, "%.*s %.*s HTTP/1.1\r\nHost: localhost\r\n", STR_ARG(method),
		 STR_ARG(target));
	while (rest.p != NULL) {
		line = str_trim(str_cut(&rest, '\n'));
		if (line.n == 0)
			break;
		buf_add(&head, line);
		buf_add(&head, STR("\r\n"));
	}
	if (str_ends(rest, STR("\n")))
		rest.n--;
	*out = (struct load_template){.head = buf_str(&head),
				      .body = rest,
				      .random = 88172645463325252,
				      .arena = arena_new(0)};
	return RC_OK;
}

static void
fill(struct load_template *t, struct str text, unsigned connection, uint64_t n, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = i + 1 < text.n ? text.p[i + 1] : '\0';

		if (text.p[i] != '%' || strchr("dch%", c) == NULL || c == '\0') {
			buf_add_byte(out, text.p[i]);
			continue;
		}
		i++;
		if (c == 'd')
			buf_addf(out, "%llu", (unsigned long long)(n + t->first));
		else if (c == 'c')
			buf_addf(out, "%u", connection);
		else if (c == '%')
			buf_add_byte(out, '%');
		else {
			/* xorshift64 (Marsaglia 2003): spread, not secrecy. */
			t->random ^= t->random << 13;
			t->random ^= t->random >> 7;
			t->random ^= t->random << 17;
			buf_addf(out, "%016llx", (unsigned long long)t->random);
		}
	}
}

bool
load_template_next(void *ctx, unsigned connection, uint64_t n, struct buf *out)
{
	struct load_template *t = ctx;
	struct buf body;

	arena_reset(t->arena);
	buf_init(&body, t->arena);
	fill(t, t->body, connection, n, &body);
	fill(t, t->head, connection, n, out);
	if (body.n > 0)
		buf_addf(out, "Content-Length: %zu\r\n", body.n);
	buf_add(out, STR("\r\n"));
	buf_add(out, buf_str(&body));
	return true;
}
