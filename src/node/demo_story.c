#include "node/demo_story.h"

#include "base/arena.h"

void
demo_chapter(struct demo *d, const char *title, const char *text)
{
	fprintf(d->out, "\n%d. %s\n   %s\n", ++d->chapter, title, text);
}

/* A thing that must hold for the chapter to be true. */
void
demo_expect(struct demo *d, bool holds, const char *fmt, ...)
{
	va_list ap;

	if (holds)
		d->held++;
	else
		d->failed++;
	fprintf(d->out, "  %s ", holds ? "[holds]" : "[DOES NOT HOLD]");
	va_start(ap, fmt);
	(void)vfprintf(d->out, fmt, ap);
	va_end(ap);
	fputc('\n', d->out);
}

/* Run a command that must succeed; what it printed is shown. */
bool
demo_show(struct demo *d, const char *const *words)
{
	struct demo_result r;
	struct err err;

	if (demo_run(&d->sh, DEMO_SHOWN, words, &r, &err) == RC_OK && r.exit_code == 0)
		return true;
	demo_expect(d, false, "the command ended with %d", r.exit_code);
	return false;
}

/* Run it for its JSON; NULL when it failed. line: show the command. */
json_t *
demo_ask(struct demo *d, bool line, const char *const *words)
{
	struct demo_result r;
	struct err err;

	if (demo_run(&d->sh, DEMO_JSON | (line ? DEMO_SHOWN : 0u), words, &r, &err) == RC_OK &&
	    r.exit_code == 0 && r.json != NULL)
		return r.json;
	demo_expect(d, false, "%s %s ended with %d: %.*s", words[0], words[1], r.exit_code,
		    STR_ARG(r.notes));
	return NULL;
}

const char *
demo_keep(struct demo *d, struct str s)
{
	return str_z(d->arena, s);
}

long long
demo_number(json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

json_t *
demo_first_item(json_t *page)
{
	return json_array_get(json_is_array(page) ? page : json_object_get(page, "items"), 0);
}
