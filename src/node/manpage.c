#include "node/manpage.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "serve/cli_commands.h"

/* A hyphen is typed as it is read, quotes are straight, and a line starts no request. */
void
manpage_text(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t used = 1;
		uint32_t c = utf8_decode(s.p + i, s.n - i, &used);
		bool first = out->n == 0 || out->p[out->n - 1] == '\n';

		i += used;
		switch (c) {
		case '\\': buf_add_z(out, "\\(rs"); break;
		case '-': buf_add_z(out, "\\-"); break;
		case '\'': buf_add_z(out, "\\(aq"); break;
		case '`': buf_add_z(out, "\\(ga"); break;
		case '^': buf_add_z(out, "\\(ha"); break;
		case '~': buf_add_z(out, "\\(ti"); break;
		case '"': buf_add_z(out, "\\(dq"); break;
		case '.': buf_add_z(out, first ? "\\&." : "."); break;
		case '\n': buf_add_byte(out, ' '); break;
		default:
			if (c >= 0x80)
				buf_addf(out, "\\[u%04X]", c);
			else if (c >= 0x20 && c != 0x7F)
				buf_add_byte(out, (char)c);
		}
	}
}

static void
text_z(struct buf *out, const char *z)
{
	manpage_text(out, str_from(z));
}

static void
paragraphs(struct buf *out, const char *details)
{
	struct str rest = str_from(details);

	while (rest.n > 0) {
		ptrdiff_t end = str_find(rest, STR("\n\n"));

		buf_add_z(out, ".PP\n");
		manpage_text(out, end < 0 ? rest : str_sub(rest, 0, (size_t)end));
		buf_add_byte(out, '\n');
		rest = end < 0 ? STR_NONE : str_sub(rest, (size_t)end + 2, rest.n);
	}
}

static void
head(struct buf *out, const char *noun, const char *what)
{
	buf_add_z(out, ".TH \"LIAISON");
	for (const char *p = noun; *p != '\0'; p++)
		buf_add_byte(out, *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
	buf_add_z(out, "\" 1 \"\" \"liaison " LIAISON_VERSION "\" \"Manual of liaison\"\n"
		       ".SH NAME\nliaison");
	text_z(out, noun);
	buf_add_z(out, " \\- ");
	text_z(out, what);
	buf_add_byte(out, '\n');
}

static void
option(struct buf *out, const struct option *o, const char *environment)
{
	buf_add_z(out, ".TP\n\\fB\\-\\-");
	text_z(out, o->name);
	buf_add_z(out, "\\fR");
	if (o->argument != NULL) {
		buf_add_z(out, " \\fI");
		text_z(out, o->argument);
		buf_add_z(out, "\\fR");
	}
	buf_add_byte(out, '\n');
	text_z(out, o->text);
	if (o->text[strlen(o->text) - 1] != '.')
		buf_add_byte(out, '.');
	if (o->repeats)
		buf_add_z(out, " May be given several times.");
	if (environment != NULL)
		buf_addf(out, " Stands in for it: the variable \\fB%s\\fR.", environment);
	buf_add_byte(out, '\n');
}

static void
synopsis(struct buf *out, const struct command *c)
{
	buf_add_z(out, "\\fBliaison ");
	text_z(out, c->noun);
	buf_add_byte(out, ' ');
	text_z(out, c->verb);
	buf_add_z(out, "\\fR");
	if (c->arguments[0] != '\0') {
		buf_add_z(out, " \\fI");
		text_z(out, c->arguments);
		buf_add_z(out, "\\fR");
	}
	if (c->options != NULL && c->options->name != NULL)
		buf_add_z(out, " [\\fIOPTION\\fR...]");
	buf_add_byte(out, '\n');
}

static struct str
verbs(struct arena *a, const struct feature *const *features, struct str noun)
{
	const struct command *c;
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++)
		if (str_eq_z(noun, c->noun))
			buf_addf(&b, "%s%s", b.n > 0 ? ", " : "", c->verb);
	buf_add_byte(&b, '\0');
	return str_sub(buf_str(&b), 0, b.n - 1);
}

static void
exit_status(struct buf *out)
{
	static const struct {
		const char *code, *text;
	} rows[] = {
	    {"0", "done"},
	    {"1", "failed"},
	    {"2", "the command line or the input is not acceptable"},
	    {"3", "not found, or not for you to know of"},
	    {"4", "not allowed, or not signed in"},
	    {"5", "a conflict with the present state, or told to stop"},
	    {"6", "a peer, disk or database does not answer"},
	    {"7", "integrity: bytes are not what was written"},
	};

	buf_add_z(out, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		buf_addf(out, ".TP\n\\fB%s\\fR\n%s\n", rows[i].code, rows[i].text);
}

void
manpage_main(struct arena *a, const struct feature *const *features, struct buf *out)
{
	struct str_list nouns = command_nouns(a, features);

	head(out, "", "agencies working together against human trafficking");
	buf_add_z(out, ".SH SYNOPSIS\n\\fBliaison\\fR \\fINOUN VERB\\fR [\\fIARGUMENT\\fR...] "
		       "[\\fIOPTION\\fR...]\n"
		       ".SH DESCRIPTION\n"
		       "Data go to standard output, all else to standard error. Most commands call "
		       "a node: over its socket when it runs, else they open its folder "
		       "themselves.\n.SH COMMANDS\n");
	for (size_t i = 0; i < nouns.n; i++) {
		buf_add_z(out, ".TP\n\\fBliaison\\-");
		manpage_text(out, nouns.at[i]);
		buf_add_z(out, "\\fR(1)\n");
		manpage_text(out, verbs(a, features, nouns.at[i]));
		buf_add_byte(out, '\n');
	}
	buf_add_z(out, ".SH OPTIONS OF EVERY COMMAND\n");
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		option(out, &s->option, s->environment);
	buf_add_z(out, ".TP\n\\fB\\-\\-\\fR\nWhat follows is no option.\n"
		       ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nWhen set, no colour and no bold "
		       "text.\n");
	exit_status(out);
}

void
manpage_noun(struct arena *a, const struct feature *const *features, struct str noun,
	     struct buf *out)
{
	const struct command *c;

	head(out, str_fmt(a, "-%.*s", STR_ARG(noun)).p, verbs(a, features, noun).p);
	buf_add_z(out, ".SH SYNOPSIS\n.nf\n");
	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++)
		if (str_eq_z(noun, c->noun))
			synopsis(out, c);
	buf_add_z(out, ".fi\n.SH COMMANDS\n");
	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++) {
		if (!str_eq_z(noun, c->noun))
			continue;
		buf_add_z(out, ".SS ");
		synopsis(out, c);
		text_z(out, c->text);
		buf_add_byte(out, '\n');
		paragraphs(out, c->details);
		for (const struct option *o = c->options; o != NULL && o->name != NULL; o++)
			option(out, o, NULL);
	}
	buf_add_z(out, ".SH SEE ALSO\nOptions of every command and the exit status: "
		       "\\fBliaison\\fR(1).\n");
}
