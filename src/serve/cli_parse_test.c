#include "base/test.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "serve/cli_fake.h"

/* Words by spaces; "_" stands for an empty one. */
static int
split(struct arena *a, const char *line, char **argv, int max)
{
	struct str rest = str_from(line);
	int n = 0;

	argv[n++] = str_z(a, STR("liaison"));
	while (rest.p != NULL && n < max) {
		struct str word = str_cut(&rest, ' ');

		if (word.n > 0)
			argv[n++] = str_z(a, str_eq(word, STR("_")) ? STR("") : word);
	}
	return n;
}

/* What was understood, as text: "boat list a b | limit=3 all=yes". */
static struct str
written(struct arena *a, const struct cli_words *w)
{
	static const char *const asks[] = {"", "help ", "version "};
	struct buf b;

	buf_init(&b, a);
	buf_add_z(&b, asks[w->ask]);
	if (w->command != NULL)
		buf_addf(&b, "%s %s", w->command->noun, w->command->verb);
	else
		buf_add(&b, w->noun);
	for (size_t i = 0; i < w->arguments.n; i++)
		buf_addf(&b, " %.*s", STR_ARG(w->arguments.at[i]));
	if (w->values.n > 0)
		buf_add_z(&b, " |");
	for (size_t i = 0; i < w->values.n; i++)
		buf_addf(&b, " %s=%.*s", w->values.at[i].name, STR_ARG(w->values.at[i].text));
	return buf_str(&b);
}

static const struct {
	const char *line;
	enum rc rc;
	const char *want; /* what was understood, or the error */
} cases[] = {
    /* clang-format off */
	{ "boat list",                              RC_OK, "boat list" },
	{ "boat list a b c d",                      RC_OK, "boat list a b c d" },
	{ "boat show 7",                            RC_OK, "boat show 7" },
	{ "boat show _",                            RC_OK, "boat show " },
	{ "boat list --limit 3",                    RC_OK, "boat list | limit=3" },
	{ "boat list --limit=3 a",                  RC_OK, "boat list a | limit=3" },
	{ "boat list --limit= a",                   RC_OK, "boat list a | limit=" },
	{ "boat list --limit=a=b",                  RC_OK, "boat list | limit=a=b" },
	{ "boat list --limit -3",                   RC_OK, "boat list | limit=-3" },
	{ "boat list --limit=--all",                RC_OK, "boat list | limit=--all" },
	{ "boat list --all --all",                  RC_OK, "boat list | all=yes all=yes" },
	{ "boat list --where a=1 --where=b=2",      RC_OK, "boat list | where=a=1 where=b=2" },
	{ "boat list --dates 1979 1980 x",          RC_OK, "boat list x | dates=1979 dates=1980" },
	{ "boat list --dates=1979 1980 x",          RC_OK, "boat list x | dates=1979 dates=1980" },
	{ "boat list -n 5 x",                       RC_OK, "boat list x | n=5" },
	{ "boat list --n=5",                        RC_OK, "boat list | n=5" },
	{ "boat list -n -n",                        RC_OK, "boat list | n=-n" },
	{ "boat list -",                            RC_OK, "boat list -" },
	{ "boat list -- --limit -h",                RC_OK, "boat list --limit -h" },
	{ "boat -- list --all",                     RC_OK, "boat list --all" },
	{ "--node /x boat list",                    RC_OK, "boat list | node=/x" },
	{ "boat --json list --as ana",              RC_OK, "boat list | json=yes as=ana" },
	{ "crew move-all a b c",                    RC_OK, "crew move-all a b c" },
	{ "",                                       RC_OK, "help " },
	{ "help",                                   RC_OK, "help " },
	{ "-h",                                     RC_OK, "help " },
	{ "boat",                                   RC_OK, "help boat" },
	{ "help boat",                              RC_OK, "help boat" },
	{ "help boat show",                         RC_OK, "help boat show" },
	{ "boat show --help",                       RC_OK, "help boat show | help=yes" },
	{ "boat list a -h",                         RC_OK, "help boat list a" },
	{ "--version",                              RC_OK, "version " },
	{ "baot list",     RC_USAGE, "no command \"baot\"; did you mean \"boat\"?" },
	{ "zeppelin",      RC_USAGE, "no command \"zeppelin\"; see: liaison help" },
	{ "help zeppelin", RC_USAGE, "no command \"zeppelin\"; see: liaison help" },
	{ "boat lits",     RC_USAGE, "no command \"boat lits\"; did you mean \"list\"?" },
	{ "boat mov",      RC_USAGE, "no command \"boat mov\"; see: liaison boat" },
	{ "crew move",     RC_USAGE, "no command \"crew move\"; did you mean \"move-all\"?" },
	{ "boat list --limt 3",   RC_USAGE, "no option --limt; did you mean --limit?" },
	{ "boat list --purp x",   RC_USAGE, "no option --purp; did you mean --purpose?" },
	{ "boat list --zeppelin", RC_USAGE, "no option --zeppelin; see: liaison boat list --help" },
	{ "--limit 3 boat list",  RC_USAGE, "no option --limit here; options of a command stand behind it" },
	{ "boat list -x",         RC_USAGE, "no option -x; options are written --name" },
	{ "boat list -n",             RC_USAGE, "--n wants a value: --n N" },
	{ "boat list --limit",        RC_USAGE, "--limit wants a value: --limit N" },
	{ "boat list --limit --all",  RC_USAGE, "--limit wants a value: --limit N" },
	{ "boat list --dates 1979",   RC_USAGE, "--dates wants a value: --dates A B" },
	{ "boat list --limit 1 --limit 2", RC_USAGE, "--limit is given twice" },
	{ "boat list --all=yes",      RC_USAGE, "--all takes no value" },
	{ "boat show",           RC_USAGE, "something is missing; write: liaison boat show ID" },
	{ "boat show 7 8",       RC_USAGE, "too many words; write: liaison boat show ID" },
	{ "boat sink 7",         RC_USAGE, "too many words; write: liaison boat sink" },
	{ "crew move-all a b c d", RC_USAGE, "too many words; write: liaison crew move-all BOAT [BOAT [BOAT]]" },
	{ "boat list \xff",      RC_USAGE, "word 3 is not UTF-8" },
    /* clang-format on */
};

static void
each_line_is_understood_or_says_how_to_write_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct cli_words words;
		struct err err = {0};
		char *argv[32];
		int argc = split(a, cases[i].line, argv, 32);
		enum rc rc = cli_parse(a, fake_features, argc, argv, &words, &err);
		struct str got = rc == RC_OK ? written(a, &words) : str_from(err.text);

		if (rc != cases[i].rc || !str_eq_z(got, cases[i].want))
			fail_msg("\"%s\" gave %d \"%.*s\"", cases[i].line, (int)rc, STR_ARG(got));
		arena_free(a);
	}
}

static void
argument_texts_are_counted(void **state)
{
	static const struct {
		const char *text;
		size_t least, most;
	} rows[] = {
	    {"", 0, 0},
	    {"ID", 1, 1},
	    {"TYPE ID", 2, 2},
	    {"[DIR]", 0, 1},
	    {"A [B [C]]", 1, 3},
	    {"FILE...", 1, SIZE_MAX},
	    {"TYPE [ID...]", 1, SIZE_MAX},
	    {"[FILE ...]", 0, SIZE_MAX},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t least, most;

		arguments_count(rows[i].text, &least, &most);
		assert_int_equal(least, rows[i].least);
		assert_int_equal(most, rows[i].most);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_line_is_understood_or_says_how_to_write_it),
	    cmocka_unit_test(argument_texts_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
