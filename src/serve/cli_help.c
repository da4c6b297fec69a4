#include "serve/cli_inside.h"

#include "base/arena.h"
#include "base/buf.h"
#include "serve/cli_text.h"

#define LINE_CELLS 79

/* Two columns: what to write, what it does; a long left side gets a line of its own. */
static void
row(struct arena *a, struct buf *out, struct str left, const char *text, size_t left_cells)
{
	struct buf wrapped;

	buf_init(&wrapped, a);
	text_wrap(&wrapped, str_from(text), left_cells + 4, LINE_CELLS);
	text_spaces(out, 2);
	buf_add(out, left);
	if (left.n > left_cells) {
		buf_add_byte(out, '\n');
		buf_add(out, buf_str(&wrapped));
		return;
	}
	text_spaces(out, left_cells - left.n);
	buf_add(out, str_sub(buf_str(&wrapped), left_cells + 2, wrapped.n));
}

static struct str
option_left(struct arena *a, const struct option *o)
{
	return str_fmt(a, "--%s%s%s%s", o->name, o->argument != NULL ? " " : "",
		       o->argument != NULL ? o->argument : "", o->repeats ? " ..." : "");
}

static void
standard_options(struct arena *a, struct buf *out)
{
	buf_add_z(out, "\nOptions of every command\n");
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		row(a, out, option_left(a, &s->option), s->option.text, 24);
}

static void
help_all(struct arena *a, const struct feature *const *features, struct buf *out)
{
	struct str_list nouns = command_nouns(a, features);
	const struct command *c;

	buf_add_z(out, "liaison: agencies working together against human trafficking\n\n"
		       "  liaison NOUN VERB ...     do it\n"
		       "  liaison NOUN              what can be done with it\n"
		       "  liaison NOUN VERB --help  how\n\n");
	for (size_t i = 0; i < nouns.n; i++) {
		struct buf verbs;

		buf_init(&verbs, a);
		for (size_t k = 0; (c = command_at(features, k)) != NULL; k++)
			if (str_eq_z(nouns.at[i], c->noun))
				buf_addf(&verbs, "%s%s", verbs.n > 0 ? ", " : "", c->verb);
		row(a, out, nouns.at[i], str_copy(a, buf_str(&verbs)).p, 10);
	}
	standard_options(a, out);
}

static void
help_noun(struct arena *a, const struct feature *const *features, struct str noun, struct buf *out)
{
	const struct command *c;

	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++)
		if (str_eq_z(noun, c->noun))
			row(a, out,
			    str_fmt(a, "liaison %s %s%s%s", c->noun, c->verb,
				    c->arguments[0] != '\0' ? " " : "", c->arguments),
			    c->text, 34);
	buf_addf(out, "\nMore of one: liaison %.*s VERB --help\n", STR_ARG(noun));
}

static void
help_command(struct arena *a, const struct command *c, struct buf *out)
{
	struct str rest = str_from(c->details);
	bool own = c->options != NULL && c->options->name != NULL;

	buf_addf(out, "liaison %s %s%s%s%s\n\n", c->noun, c->verb,
		 c->arguments[0] != '\0' ? " " : "", c->arguments, own ? " [OPTION...]" : "");
	text_wrap(out, str_from(c->text), 2, LINE_CELLS);
	while (rest.n > 0) {
		ptrdiff_t end = str_find(rest, STR("\n\n"));
		struct str paragraph = end < 0 ? rest : str_sub(rest, 0, (size_t)end);

		buf_add_byte(out, '\n');
		text_wrap(out, paragraph, 2, LINE_CELLS);
		rest = end < 0 ? STR_NONE : str_sub(rest, (size_t)end + 2, rest.n);
	}
	if (own)
		buf_add_z(out, "\nOptions\n");
	for (const struct option *o = c->options; own && o->name != NULL; o++)
		row(a, out, option_left(a, o), o->text, 24);
	standard_options(a, out);
}

void
cli_help(struct arena *a, const struct feature *const *features, const struct cli_words *words,
	 struct buf *out)
{
	if (words->command != NULL)
		help_command(a, words->command, out);
	else if (words->noun.n > 0)
		help_noun(a, features, words->noun, out);
	else
		help_all(a, features, out);
}
