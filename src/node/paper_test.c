#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "node/completion.h"
#include "node/features.h"
#include "node/manpage.h"
#include "serve/cli_commands.h"
#include "serve/cli_fake.h"

static void
text_of_a_manual_page_stays_text(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"plain", "plain"},
	    {"--set a-b", "\\-\\-set a\\-b"},
	    {".SH not", "\\&.SH not"},
	    {"'br", "\\(aqbr"},
	    {"a.b", "a.b"},
	    {"a\n.b", "a .b"},
	    {"a\\fBb", "a\\(rsfBb"},
	    {"\"q\" `c` ^ ~", "\\(dqq\\(dq \\(gac\\(ga \\(ha \\(ti"},
	    {"caf\xC3\xA9 \xF0\x9F\x9A\xA2", "caf\\[u00E9] \\[u1F6A2]"},
	    {"a\033[31mb\x7F", "a[31mb"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(0);
		struct buf b;

		buf_init(&b, a);
		manpage_text(&b, str_from(rows[i].text));
		assert_string_equal(str_z(a, buf_str(&b)), rows[i].want);
		arena_free(a);
	}
}

static bool
has_program(const char *name)
{
	struct arena *a = arena_new(0);
	bool found = system(str_fmt(a, "command -v %s >/dev/null 2>&1", name).p) == 0;

	arena_free(a);
	return found;
}

/* The program's exit code with text as its input; what it says must be nothing. */
static int
checked(const char *command, struct str text)
{
	char path[] = "/tmp/liaison-paper-XXXXXX", said[200];
	struct arena *a = arena_new(0);
	int fd = mkstemp(path), status;
	FILE *p;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
	(void)close(fd);
	p = popen(str_fmt(a, "%s %s 2>&1", command, path).p, "r");
	assert_non_null(p);
	if (fgets(said, sizeof said, p) != NULL)
		print_error("%s: %s", command, said), status = -1;
	else
		status = 0;
	while (fgets(said, sizeof said, p) != NULL)
		;
	if (status == 0)
		status = pclose(p);
	else
		(void)pclose(p);
	(void)unlink(path);
	arena_free(a);
	return status;
}

/* All pages, of the fake tables and of the node's own, one after the other. */
static void
pages(struct arena *a, const struct feature *const *features, struct buf *out)
{
	struct str_list nouns = command_nouns(a, features);

	manpage_main(a, features, out);
	for (size_t i = 0; i < nouns.n; i++)
		manpage_noun(a, features, nouns.at[i], out);
}

static void
manual_pages_hold_every_command_and_option_and_groff_finds_no_fault(void **state)
{
	static const char *const wanted[] = {"liaison boat list",
					     ".SS \\fBliaison crew move\\-all",
					     "\\fB\\-\\-limit\\fR \\fIN\\fR",
					     "May be given several times.",
					     "captain\\(aqs dog",
					     "\\(rsfBis not\\(rsfR",
					     "\\fBliaison\\-boat\\fR(1)",
					     ".SH EXIT STATUS"};
	struct arena *a = arena_new(0);
	struct buf b;

	(void)state;
	buf_init(&b, a);
	pages(a, fake_features, &b);
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (str_find(buf_str(&b), str_from(wanted[i])) < 0)
			fail_msg("the pages miss %s", wanted[i]);
	if (has_program("groff"))
		assert_int_equal(checked("groff -man -ww -z -K utf8", buf_str(&b)), 0);
	else
		print_message("groff is not here: its check is left out\n");
	arena_free(a);
}

static void
completion_scripts_are_valid_in_their_shells(void **state)
{
	static const struct {
		const char *shell, *check;
		void (*write)(struct arena *, const struct feature *const *, struct buf *);
	} rows[] = {{"bash", "bash -n", completion_bash},
		    {"zsh", "zsh -n", completion_zsh},
		    {"fish", "fish --no-config -n", completion_fish}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(0);
		struct buf b;

		buf_init(&b, a);
		rows[i].write(a, fake_features, &b);
		assert_true(str_find(buf_str(&b), STR("move-all")) > 0);
		if (has_program(rows[i].shell))
			assert_int_equal(checked(rows[i].check, buf_str(&b)), 0);
		else
			print_message("%s is not here: its check is left out\n", rows[i].shell);
		arena_free(a);
	}
}

/* What bash offers after these words, the last being typed. */
static struct str
offered(struct arena *a, const char *words)
{
	static const char ask[] = "\n_ask() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); "
				  "COMPREPLY=(); _liaison; echo \"${COMPREPLY[*]}\"; }\n_ask ";
	char path[] = "/tmp/liaison-bash-XXXXXX";
	char *line = arena_bytes(a, 1000);
	int fd = mkstemp(path);
	struct buf b;
	FILE *p;

	buf_init(&b, a);
	completion_bash(a, fake_features, &b);
	buf_add_z(&b, ask);
	buf_add_z(&b, words);
	buf_add_byte(&b, '\n');
	assert_true(fd >= 0);
	assert_int_equal(write(fd, b.p, b.n), (ssize_t)b.n);
	(void)close(fd);
	p = popen(str_fmt(a, "bash --norc %s", path).p, "r");
	assert_non_null(p);
	assert_non_null(fgets(line, 1000, p));
	assert_int_equal(pclose(p), 0);
	(void)unlink(path);
	return str_trim(str_from(line));
}

static void
bash_completes_nouns_verbs_and_options(void **state)
{
	static const struct {
		const char *words, *want;
	} rows[] = {
	    {"liaison ''", "boat crew help"},	    {"liaison b", "boat"},
	    {"liaison --node boat c", "crew"},	    {"liaison boat ''", "list show sink"},
	    {"liaison --json crew ''", "move-all"}, {"liaison help c", "crew"},
	    {"liaison boat list --li", "--limit"},  {"liaison boat list --purp", "--purpose"},
	    {"liaison boat show --li", ""},	    {"liaison boat show ''", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(0);
		struct str got = offered(a, rows[i].words);

		if (!str_eq_z(got, rows[i].want))
			fail_msg("%s offered \"%.*s\"", rows[i].words, STR_ARG(got));
		arena_free(a);
	}
}

static bool
ends_sentence(const char *text)
{
	size_t n = strlen(text);

	return n > 1 && text[n - 1] == '.';
}

static void
every_command_of_the_node_is_whole_and_has_its_own_name(void **state)
{
	const struct command *c, *other;

	(void)state;
	for (size_t i = 0; (c = command_at(liaison_features, i)) != NULL; i++) {
		assert_non_null(c->verb);
		assert_non_null(c->arguments);
		assert_non_null(c->run);
		if (!ends_sentence(c->text))
			fail_msg("%s %s: its text is no sentence", c->noun, c->verb);
		for (const struct option *o = c->options; o != NULL && o->name != NULL; o++)
			assert_true(o->text != NULL && o->text[0] != '\0');
		for (size_t k = 0; k < i; k++) {
			other = command_at(liaison_features, k);
			if (strcmp(c->noun, other->noun) == 0 && strcmp(c->verb, other->verb) == 0)
				fail_msg("%s %s stands twice", c->noun, c->verb);
		}
	}
}

static void
the_manual_of_the_node_is_without_fault(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b;

	(void)state;
	buf_init(&b, a);
	pages(a, liaison_features, &b);
	assert_true(b.n > 1000);
	if (has_program("groff"))
		assert_int_equal(checked("groff -man -ww -z -K utf8", buf_str(&b)), 0);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_of_a_manual_page_stays_text),
	    cmocka_unit_test(manual_pages_hold_every_command_and_option_and_groff_finds_no_fault),
	    cmocka_unit_test(completion_scripts_are_valid_in_their_shells),
	    cmocka_unit_test(bash_completes_nouns_verbs_and_options),
	    cmocka_unit_test(every_command_of_the_node_is_whole_and_has_its_own_name),
	    cmocka_unit_test(the_manual_of_the_node_is_without_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
