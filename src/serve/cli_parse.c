#include "serve/cli_inside.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "text/similar.h"

/* clang-format off */
const struct cli_standard cli_standards[] = {
	{ { "node", "DIR", "The node's folder; /var/lib/liaison when not given." }, "LIAISON_NODE" },
	{ { "as", "LOGIN", "Act as this user, one of those bound to your system account." }, "LIAISON_AS" },
	{ { "purpose", "PURPOSE", "What personal data are asked for: investigation, protection, ..." }, "LIAISON_PURPOSE" },
	{ { "case", "ID", "The case it is for." }, "LIAISON_CASE" },
	{ { "legal-basis", "TEXT", "The law or order that allows it." }, "LIAISON_LEGAL_BASIS" },
	{ { "reason", "TEXT", "Why, in words; it stands in the log." }, NULL },
	{ { "passphrase-file", "FILE", "The file that holds the key file's passphrase, for a node that does not run." }, "LIAISON_PASSPHRASE_FILE" },
	{ { "share", "FILE", "A share of the passphrase, for a node that does not run; two of them open it (node shares).", true }, NULL },
	{ { "json", NULL, "Print one JSON document instead of text for people; an error is one JSON object on standard error." }, NULL },
	{ { "help", NULL, "Say what the command does and takes." }, NULL },
	{ { NULL } },
};
/* clang-format on */

const struct command *
command_at(const struct feature *const *features, size_t i)
{
	for (; *features != NULL; features++)
		for (const struct command *c = (*features)->commands; c != NULL && c->noun != NULL;
		     c++)
			if (i-- == 0)
				return c;
	return NULL;
}

static bool
list_has(const struct str_list *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->at[i], s))
			return true;
	return false;
}

struct str_list
command_nouns(struct arena *a, const struct feature *const *features)
{
	struct str_list nouns = {0};
	const struct command *c;

	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++)
		if (!list_has(&nouns, str_from(c->noun)))
			*VEC_ADD(a, &nouns) = str_from(c->noun);
	return nouns;
}

size_t
option_value_count(const struct option *o)
{
	size_t n = o->argument != NULL;

	for (const char *p = o->argument; p != NULL && *p != '\0'; p++)
		n += *p == ' ';
	return n;
}

void
arguments_count(const char *text, size_t *least, size_t *most)
{
	struct str rest = str_from(text);
	int depth = 0;

	*least = *most = 0;
	while (rest.p != NULL) {
		struct str word = str_cut(&rest, ' ');

		if (word.n == 0)
			continue;
		for (size_t i = 0; i < word.n; i++)
			depth += word.p[i] == '[';
		if (depth == 0)
			++*least;
		if (*most != SIZE_MAX)
			++*most;
		if (str_find(word, STR("...")) >= 0)
			*most = SIZE_MAX;
		for (size_t i = 0; i < word.n; i++)
			depth -= word.p[i] == ']';
	}
}

/* Names near what was typed, for "did you mean". */
struct nearest {
	struct str typed;
	const char *best;
	int edits;
};

static void
nearest_see(struct nearest *n, const char *name)
{
	int limit = n->typed.n > 5 ? 3 : n->typed.n > 2 ? 2 : 1;
	int edits = similar_edits(n->typed, str_from(name), limit);

	if (n->typed.n >= 3 && str_starts(str_from(name), n->typed))
		edits = 1;
	if (edits <= limit && (n->best == NULL || edits < n->edits)) {
		n->best = name;
		n->edits = edits;
	}
}

struct parse {
	struct arena *arena;
	const struct feature *const *features;
	int argc, at;
	char *const *argv;
	struct cli_words *out;
	bool options_over, help_words;
};

static enum rc
unknown_noun(struct parse *p, struct str word, struct err *err)
{
	struct nearest n = {.typed = word};
	const struct command *c;

	for (size_t i = 0; (c = command_at(p->features, i)) != NULL; i++)
		nearest_see(&n, c->noun);
	if (n.best != NULL)
		return fail(err, RC_USAGE, "", "no command \"%.*s\"; did you mean \"%s\"?",
			    STR_ARG(str_sub(word, 0, 60)), n.best);
	return fail(err, RC_USAGE, "", "no command \"%.*s\"; see: liaison help",
		    STR_ARG(str_sub(word, 0, 60)));
}

static enum rc
unknown_verb(struct parse *p, struct str word, struct err *err)
{
	struct nearest n = {.typed = word};
	const struct command *c;

	for (size_t i = 0; (c = command_at(p->features, i)) != NULL; i++)
		if (str_eq_z(p->out->noun, c->noun))
			nearest_see(&n, c->verb);
	if (n.best != NULL)
		return fail(err, RC_USAGE, "", "no command \"%.*s %.*s\"; did you mean \"%s\"?",
			    STR_ARG(p->out->noun), STR_ARG(str_sub(word, 0, 60)), n.best);
	return fail(err, RC_USAGE, "", "no command \"%.*s %.*s\"; see: liaison %.*s",
		    STR_ARG(p->out->noun), STR_ARG(str_sub(word, 0, 60)), STR_ARG(p->out->noun));
}

static enum rc
unknown_option(struct parse *p, struct str name, struct err *err)
{
	const struct command *c = p->out->command;
	struct nearest n = {.typed = name};

	for (const struct option *o = c != NULL ? c->options : NULL; o != NULL && o->name; o++)
		nearest_see(&n, o->name);
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		nearest_see(&n, s->option.name);
	if (n.best != NULL)
		return fail(err, RC_USAGE, "", "no option --%.*s; did you mean --%s?",
			    STR_ARG(str_sub(name, 0, 60)), n.best);
	if (c == NULL)
		return fail(err, RC_USAGE, "",
			    "no option --%.*s here; options of a command stand behind it",
			    STR_ARG(str_sub(name, 0, 60)));
	return fail(err, RC_USAGE, "", "no option --%.*s; see: liaison %s %s --help",
		    STR_ARG(str_sub(name, 0, 60)), c->noun, c->verb);
}

static const struct option *
find_option(const struct parse *p, struct str name)
{
	const struct command *c = p->out->command;

	for (const struct option *o = c != NULL ? c->options : NULL; o != NULL && o->name; o++)
		if (str_eq_z(name, o->name))
			return o;
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		if (str_eq_z(name, s->option.name))
			return &s->option;
	return NULL;
}

static bool
has_value(const struct parse *p, const char *name)
{
	for (size_t i = 0; i < p->out->values.n; i++)
		if (p->out->values.at[i].name == name)
			return true;
	return false;
}

static void
add_value(struct parse *p, const struct option *o, struct str text)
{
	*VEC_ADD(p->arena, &p->out->values) = (struct cli_value){o->name, text};
}

/* --name VALUE or --name=VALUE, -k VALUE where the name is one letter; a value that looks like an
 * option must use the second form. */
static enum rc
take_option(struct parse *p, struct str word, struct err *err)
{
	ptrdiff_t eq = str_chr(word, '=');
	struct str name = str_sub(word, 2, eq < 0 ? word.n : (size_t)eq);
	const struct option *o = find_option(p, name);
	size_t want;

	if (o == NULL && str_eq_z(name, "version")) {
		p->out->ask = CLI_VERSION;
		return RC_OK;
	}
	if (o == NULL)
		return unknown_option(p, name, err);
	if (!o->repeats && o->argument != NULL && has_value(p, o->name))
		return fail(err, RC_USAGE, "", "--%s is given twice", o->name);
	if (o->argument == NULL && eq >= 0)
		return fail(err, RC_USAGE, "", "--%s takes no value", o->name);
	if (str_eq_z(name, "help") && o->argument == NULL)
		p->out->ask = CLI_HELP;
	if (o->argument == NULL)
		add_value(p, o, STR("yes"));
	want = option_value_count(o);
	if (eq >= 0) {
		add_value(p, o, str_sub(word, (size_t)eq + 1, word.n));
		want--;
	}
	for (; want > 0; want--) {
		struct str value =
		    p->at < p->argc ? str_from(p->argv[p->at]) : (struct str){NULL, 0};

		if (value.p == NULL || (value.n > 2 && str_starts(value, STR("--"))))
			return fail(err, RC_USAGE, "", "--%s wants a value: --%s %s", o->name,
				    o->name, o->argument);
		add_value(p, o, value);
		p->at++;
	}
	return RC_OK;
}

static enum rc
take_word(struct parse *p, struct str word, struct err *err)
{
	const struct command *c;

	if (p->out->command != NULL) {
		if (!p->help_words)
			*VEC_ADD(p->arena, &p->out->arguments) = word;
		return RC_OK;
	}
	if (p->out->noun.n == 0) {
		if (str_eq_z(word, "help") && !p->help_words) {
			p->help_words = true;
			p->out->ask = CLI_HELP;
			return RC_OK;
		}
		for (size_t i = 0; (c = command_at(p->features, i)) != NULL; i++)
			if (str_eq_z(word, c->noun)) {
				p->out->noun = word;
				return RC_OK;
			}
		return unknown_noun(p, word, err);
	}
	for (size_t i = 0; (c = command_at(p->features, i)) != NULL; i++)
		if (str_eq_z(p->out->noun, c->noun) && str_eq_z(word, c->verb)) {
			p->out->command = c;
			return RC_OK;
		}
	return unknown_verb(p, word, err);
}

static enum rc
check_arguments(const struct cli_words *w, struct err *err)
{
	const struct command *c = w->command;
	size_t least, most;

	arguments_count(c->arguments, &least, &most);
	if (w->arguments.n < least)
		return fail(err, RC_USAGE, "", "something is missing; write: liaison %s %s %s",
			    c->noun, c->verb, c->arguments);
	if (w->arguments.n > most)
		return fail(err, RC_USAGE, "", "too many words; write: liaison %s %s%s%s%s",
			    c->noun, c->verb, c->arguments[0] != '\0' ? " " : "", c->arguments,
			    c->options != NULL && c->options[0].name != NULL ? " [OPTION...]" : "");
	return RC_OK;
}

enum rc
cli_parse(struct arena *a, const struct feature *const *features, int argc, char *const *argv,
	  struct cli_words *out, struct err *err)
{
	struct parse p = {
	    .arena = a, .features = features, .argc = argc, .argv = argv, .at = 1, .out = out};
	enum rc rc = RC_OK;

	*out = (struct cli_words){.ask = CLI_RUN};
	for (int i = 1; i < argc; i++)
		if (!utf8_is_valid(str_from(argv[i])))
			return fail(err, RC_USAGE, "", "word %d is not UTF-8", i);
	while (rc == RC_OK && p.at < argc) {
		struct str word = str_from(argv[p.at++]);

		if (!p.options_over && str_eq_z(word, "--"))
			p.options_over = true;
		else if (!p.options_over && str_eq_z(word, "-h"))
			out->ask = CLI_HELP;
		else if (!p.options_over && str_starts(word, STR("--")))
			rc = take_option(&p, word, err);
		else if (!p.options_over && word.n == 2 && word.p[0] == '-' &&
			 find_option(&p, str_sub(word, 1, 2)) != NULL)
			rc = take_option(&p, str_fmt(a, "-%.*s", STR_ARG(word)), err);
		else if (!p.options_over && word.n > 1 && word.p[0] == '-')
			rc = fail(err, RC_USAGE, "", "no option %.*s; options are written --name",
				  STR_ARG(str_sub(word, 0, 60)));
		else
			rc = take_word(&p, word, err);
	}
	if (rc != RC_OK || out->ask != CLI_RUN)
		return rc;
	if (out->command == NULL) {
		out->ask = CLI_HELP;
		return RC_OK;
	}
	return check_arguments(out, err);
}
