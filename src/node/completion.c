#include "node/completion.h"

#include "base/arena.h"
#include "serve/cli_commands.h"

/* The options in front of which a noun may still come, and which take a value. */
static void
standard_with_value(struct buf *out, const char *between)
{
	bool more = false;

	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		if (s->option.argument != NULL) {
			buf_addf(out, "%s--%s", more ? between : "", s->option.name);
			more = true;
		}
}

static void
standard_all(struct buf *out)
{
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		buf_addf(out, " --%s", s->option.name);
}

static void
bash_verbs(const struct feature *const *features, struct str noun, struct buf *out)
{
	const struct command *c;

	buf_addf(out, "\t'%.*s ') words='", STR_ARG(noun));
	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++)
		if (str_eq_z(noun, c->noun))
			buf_addf(out, "%s ", c->verb);
	buf_add_z(out, "' ;;\n");
}

void
completion_bash(struct arena *a, const struct feature *const *features, struct buf *out)
{
	struct str_list nouns = command_nouns(a, features);
	const struct command *c;

	buf_add_z(out, "# Completion of liaison for bash; made by: liaison node completion bash\n"
		       "_liaison() {\n"
		       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} noun= verb= i word words= own=\n"
		       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		       "\t\tword=${COMP_WORDS[i]}\n"
		       "\t\tcase $word in\n\t\t");
	standard_with_value(out, " | ");
	buf_add_z(out, ") ((i++)) ;;\n"
		       "\t\t-*) ;;\n"
		       "\t\t*) if [[ -z $noun ]]; then noun=$word; elif [[ -z $verb ]]; then "
		       "verb=$word; fi ;;\n"
		       "\t\tesac\n"
		       "\tdone\n"
		       "\tcase \"$noun $verb\" in\n\t' ') words='");
	for (size_t i = 0; i < nouns.n; i++)
		buf_addf(out, "%.*s ", STR_ARG(nouns.at[i]));
	buf_add_z(out, "help' ;;\n\t'help ') words='");
	for (size_t i = 0; i < nouns.n; i++)
		buf_addf(out, "%.*s ", STR_ARG(nouns.at[i]));
	buf_add_z(out, "' ;;\n");
	for (size_t i = 0; i < nouns.n; i++)
		bash_verbs(features, nouns.at[i], out);
	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++) {
		if (c->options == NULL || c->options->name == NULL)
			continue;
		buf_addf(out, "\t'%s %s') own='", c->noun, c->verb);
		for (const struct option *o = c->options; o->name != NULL; o++)
			buf_addf(out, "--%s ", o->name);
		buf_add_z(out, "' ;;\n");
	}
	buf_add_z(out, "\tesac\n\tif [[ $cur == -* ]]; then\n\t\twords=\"$own");
	standard_all(out);
	buf_add_z(out, "\"\n\tfi\n"
		       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
		       "}\n"
		       "complete -o bashdefault -o default -F _liaison liaison\n");
}

/* 'it'\''s': a text as one word of zsh. For _describe a colon parts name and text. */
static void
zsh_pair(struct buf *out, const char *prefix, const char *name, const char *text)
{
	buf_addf(out, " '%s%s:", prefix, name);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\'')
			buf_add_z(out, "'\\''");
		else if (*p == ':' || *p == '\\')
			buf_addf(out, "\\%c", *p);
		else
			buf_add_byte(out, *p == '\n' ? ' ' : *p);
	}
	buf_add_byte(out, '\'');
}

static void
zsh_verbs(const struct feature *const *features, struct str noun, struct buf *out)
{
	const struct command *c;

	buf_addf(out, "\t'%.*s ') words_=(", STR_ARG(noun));
	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++)
		if (str_eq_z(noun, c->noun))
			zsh_pair(out, "", c->verb, c->text);
	buf_add_z(out, ") ;;\n");
}

void
completion_zsh(struct arena *a, const struct feature *const *features, struct buf *out)
{
	struct str_list nouns = command_nouns(a, features);
	const struct command *c;

	buf_add_z(out, "#compdef liaison\n"
		       "# Completion of liaison for zsh; made by: liaison node completion zsh\n"
		       "_liaison() {\n"
		       "\tlocal noun= verb= i\n"
		       "\tlocal -a words_ own\n"
		       "\tfor ((i = 2; i < CURRENT; i++)); do\n"
		       "\t\tcase $words[i] in\n\t\t(");
	standard_with_value(out, "|");
	buf_add_z(out, ") ((i++)) ;;\n"
		       "\t\t(-*) ;;\n"
		       "\t\t(*) if [[ -z $noun ]]; then noun=$words[i]; elif [[ -z $verb ]]; then "
		       "verb=$words[i]; fi ;;\n"
		       "\t\tesac\n"
		       "\tdone\n"
		       "\tcase \"$noun $verb\" in\n\t' ' | 'help ') words_=(");
	for (size_t i = 0; i < nouns.n; i++)
		buf_addf(out, " '%.*s'", STR_ARG(nouns.at[i]));
	buf_add_z(out, ") ;;\n");
	for (size_t i = 0; i < nouns.n; i++)
		zsh_verbs(features, nouns.at[i], out);
	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++) {
		if (c->options == NULL || c->options->name == NULL)
			continue;
		buf_addf(out, "\t'%s %s') own=(", c->noun, c->verb);
		for (const struct option *o = c->options; o->name != NULL; o++)
			zsh_pair(out, "--", o->name, o->text);
		buf_add_z(out, ") ;;\n");
	}
	buf_add_z(out, "\tesac\n\tif [[ $PREFIX == -* ]]; then\n\t\town+=(");
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		zsh_pair(out, "--", s->option.name, s->option.text);
	buf_add_z(out, ")\n\t\t_describe -o option own\n"
		       "\telif (( $#words_ )); then\n\t\t_describe command words_\n"
		       "\telse\n\t\t_files\n\tfi\n"
		       "}\n"
		       "if [[ $funcstack[1] == _liaison ]]; then\n\t_liaison \"$@\"\n"
		       "else\n\tcompdef _liaison liaison\nfi\n");
}

static void
fish_text(struct buf *out, const char *text)
{
	buf_add_byte(out, '\'');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\'' || *p == '\\')
			buf_add_byte(out, '\\');
		buf_add_byte(out, *p == '\n' ? ' ' : *p);
	}
	buf_add_byte(out, '\'');
}

static void
fish_option(struct buf *out, const char *when, const struct option *o)
{
	buf_addf(out, "complete -c liaison%s -l %s%s -d ", when, o->name,
		 o->argument != NULL ? " -r" : "");
	fish_text(out, o->text);
	buf_add_byte(out, '\n');
}

void
completion_fish(struct arena *a, const struct feature *const *features, struct buf *out)
{
	struct str_list nouns = command_nouns(a, features);
	const struct command *c;

	buf_add_z(out, "# Completion of liaison for fish; made by: liaison node completion fish\n"
		       "function __liaison_at --description 'The noun and verb typed so far'\n"
		       "\tset -l typed (commandline -opc)\n"
		       "\tset -e typed[1]\n"
		       "\tset -l found\n"
		       "\tset -l skip 0\n"
		       "\tfor word in $typed\n"
		       "\t\tif test $skip = 1\n\t\t\tset skip 0\n"
		       "\t\telse if contains -- $word ");
	standard_with_value(out, " ");
	buf_add_z(out, "\n\t\t\tset skip 1\n"
		       "\t\telse if not string match -q -- '-*' $word\n"
		       "\t\t\tset -a found $word\n"
		       "\t\tend\n\tend\n"
		       "\ttest \"$found[1]\" = \"$argv[1]\" -a \"$found[2]\" = \"$argv[2]\"\n"
		       "end\n");
	for (size_t i = 0; i < nouns.n; i++)
		buf_addf(out, "complete -c liaison -f -n \"__liaison_at '' ''\" -a %.*s\n",
			 STR_ARG(nouns.at[i]));
	for (size_t i = 0; (c = command_at(features, i)) != NULL; i++) {
		const char *when = str_fmt(a, " -n \"__liaison_at %s %s\"", c->noun, c->verb).p;

		buf_addf(out, "complete -c liaison -f -n \"__liaison_at %s ''\" -a %s -d ", c->noun,
			 c->verb);
		fish_text(out, c->text);
		buf_add_byte(out, '\n');
		for (const struct option *o = c->options; o != NULL && o->name != NULL; o++)
			fish_option(out, when, o);
	}
	for (const struct cli_standard *s = cli_standards; s->option.name != NULL; s++)
		fish_option(out, "", &s->option);
}
