#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "format/json.h"
#include "serve/cli_fake.h"

/* What one command line prints, and its exit code. */
struct seen {
	int code;
	char *out, *notes;
	size_t out_n, notes_n;
};

static void
run(struct seen *s, const struct feature *const *features, const char *const *words)
{
	FILE *out = open_memstream(&s->out, &s->out_n);
	FILE *notes = open_memstream(&s->notes, &s->notes_n);
	char *argv[16] = {(char[]){"liaison"}};
	struct arena *a = arena_new(0);
	int argc = 1;

	for (; *words != NULL; words++)
		argv[argc++] = str_z(a, str_from(*words));
	s->code = cli_run(argc, argv, features, out, notes);
	(void)fclose(out);
	(void)fclose(notes);
	arena_free(a);
}

static void
seen_done(struct seen *s)
{
	free(s->out);
	free(s->notes);
	*s = (struct seen){0};
}

/* Golden text lies beside the test; LIAISON_GOLDEN=write makes it anew (make golden). */
static void
assert_golden(const char *path, const char *text, size_t n)
{
	const char *again = getenv("LIAISON_GOLDEN");
	char wanted[16384];
	FILE *f = fopen(path, again != NULL ? "w+" : "r");
	size_t got;

	assert_non_null(f);
	if (again != NULL) {
		assert_int_equal(fwrite(text, 1, n, f), n);
		rewind(f);
	}
	got = fread(wanted, 1, sizeof wanted, f);
	(void)fclose(f);
	if (got != n || memcmp(wanted, text, n) != 0)
		fail_msg("%s: the text is another now:\n%.*s", path, (int)n, text);
}

static void
help_shows_the_tables(void **state)
{
	static const struct {
		const char *path, *words[4];
	} rows[] = {
	    {"src/serve/cli_help_all.out", {"help"}},
	    {"src/serve/cli_help_noun.out", {"boat"}},
	    {"src/serve/cli_help_command.out", {"boat", "list", "--help"}},
	    {"src/serve/cli_help_other.out", {"help", "crew", "move-all"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct seen s;

		run(&s, fake_features, rows[i].words);
		assert_int_equal(s.code, 0);
		assert_int_equal(s.notes_n, 0);
		assert_golden(rows[i].path, s.out, s.out_n);
		seen_done(&s);
	}
}

static void
what_a_command_prints_cannot_act_on_the_terminal(void **state)
{
	struct seen s;

	(void)state;
	run(&s, fake_features,
	    (const char *const[]){"boat", "show", "a\033[2Jb\xE2\x80\xAE", NULL});
	assert_int_equal(s.code, 0);
	assert_string_equal(s.out, "a\xEF\xBF\xBD[2Jb\xEF\xBF\xBD\n");
	seen_done(&s);
}

static void
an_error_is_one_line_that_names_the_option_and_the_exit_code_is_its_own(void **state)
{
	struct seen s;

	(void)state;
	run(&s, fake_features, (const char *const[]){"crew", "move-all", "x", NULL});
	assert_int_equal(s.code, 5);
	assert_string_equal(s.out, "");
	assert_string_equal(s.notes, "liaison: limit: the boat \xEF\xBF\xBD[31mhas left\n");
	seen_done(&s);
	run(&s, fake_features, (const char *const[]){"baot", NULL});
	assert_int_equal(s.code, 2);
	assert_string_equal(s.notes, "liaison: no command \"baot\"; did you mean \"boat\"?\n");
	seen_done(&s);
}

static void
an_error_for_a_program_is_one_problem_object(void **state)
{
	static const struct {
		const char *words[6], *type, *key;
		int code, status;
	} rows[] = {
	    {{"crew", "move-all", "x", "--json"}, "urn:liaison:problem:conflict", "limit", 5, 409},
	    {{"baot", "--json"}, "urn:liaison:problem:usage", NULL, 2, 400},
	    {{"--json", "boat", "list", "--nonsense"}, "urn:liaison:problem:usage", NULL, 2, 400},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct seen s;
		json_t *o;

		run(&s, fake_features, rows[i].words);
		assert_int_equal(s.code, rows[i].code);
		assert_string_equal(s.out, "");
		o = json_loads(s.notes, 0, NULL);
		assert_non_null(o);
		assert_string_equal(json_string_value(json_object_get(o, "type")), rows[i].type);
		assert_int_equal(json_integer_value(json_object_get(o, "status")), rows[i].status);
		assert_true(json_string_length(json_object_get(o, "detail")) > 0);
		if (rows[i].key != NULL)
			assert_string_equal(json_string_value(json_object_get(o, "key")),
					    rows[i].key);
		json_decref(o);
		seen_done(&s);
	}
	/* After "--" the word is an argument like any other. */
	struct seen s;

	run(&s, fake_features, (const char *const[]){"crew", "move-all", "--", "--json", NULL});
	assert_string_equal(s.notes, "liaison: limit: the boat \xEF\xBF\xBD[31mhas left\n");
	seen_done(&s);
}

static void
output_that_cannot_be_written_is_a_failure(void **state)
{
	char *argv[] = {(char[]){"liaison"}, (char[]){"boat"}, NULL};
	FILE *full = fopen("/dev/full", "w"), *notes = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(cli_run(2, argv, fake_features, full, notes), 1);
	(void)fclose(full);
	(void)fclose(notes);
}

static enum rc
run_options(struct cli *cli, struct err *err)
{
	struct str_list where = cli_options(cli, "where");
	int64_t n;
	enum rc rc = cli_number(cli, "limit", 50, 1, 200, &n, err);

	if (rc != RC_OK)
		return rc;
	fprintf(cli->out, "%lld %zu %d %.*s|%s", (long long)n, where.n, cli_switch(cli, "all"),
		STR_ARG(cli_option(cli, "purpose")), cli_node_dir(cli));
	return RC_OK;
}

static const struct command option_commands[] = {
    {"boat", "list", "", fake_options, run_options, "List.", NULL},
    {.noun = NULL},
};
static const struct feature option_feature = {.name = "options", .commands = option_commands};

static void
options_are_read_from_words_then_from_the_environment(void **state)
{
	static const struct feature *const features[] = {&option_feature, NULL};
	struct seen s;

	(void)state;
	(void)unsetenv("LIAISON_NODE");
	(void)setenv("LIAISON_PURPOSE", "oversight", 1);
	run(&s, features, (const char *const[]){"boat", "list", NULL});
	assert_string_equal(s.out, "50 0 0 oversight|/var/lib/liaison");
	seen_done(&s);
	(void)setenv("LIAISON_NODE", "/srv/n", 1);
	run(&s, features,
	    (const char *const[]){"boat", "list", "--purpose=screening", "--where", "a=1",
				  "--where=b=2", "--all", "--limit", "7", NULL});
	assert_string_equal(s.out, "7 2 1 screening|/srv/n");
	seen_done(&s);
	run(&s, features, (const char *const[]){"boat", "list", "--limit", "201", NULL});
	assert_int_equal(s.code, 2);
	assert_string_equal(s.notes, "liaison: --limit: takes a whole number from 1 to 200\n");
	seen_done(&s);
	(void)unsetenv("LIAISON_NODE");
	(void)unsetenv("LIAISON_PURPOSE");
}

static void
a_problem_becomes_the_code_that_it_was(void **state)
{
	static const struct {
		int status;
		const char *json;
		enum rc rc;
		const char *key, *text;
	} rows[] = {
	    {412, "{\"type\":\"urn:liaison:problem:stale\",\"detail\":\"another\",\"key\":\"id\"}",
	     RC_STALE, "id", "another"},
	    {409, "{\"type\":\"urn:liaison:problem:stopped\",\"detail\":\"told to\"}", RC_STOPPED,
	     "", "told to"},
	    {500, "{\"type\":\"urn:liaison:problem:integrity\",\"detail\":\"a leaf\"}",
	     RC_INTEGRITY, "", "a leaf"},
	    {404, "{\"type\":\"urn:other:ok\",\"detail\":\"no\"}", RC_ABSENT, "", "no"},
	    {404, "{\"type\":\"urn:liaison:problem:ok\",\"detail\":\"no\"}", RC_ABSENT, "", "no"},
	    {403, "[]", RC_DENIED, "", "the node answered with status 403"},
	    {502, "null", RC_FAILED, "", "the node answered with status 502"},
	};

	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		json_t *problem = json_loads(rows[i].json, JSON_DECODE_ANY, NULL);
		struct err err = {0};

		assert_int_equal(cli_problem(a, rows[i].status, problem, &err), rows[i].rc);
		assert_int_equal(err.rc, rows[i].rc);
		assert_string_equal(err.key, rows[i].key);
		assert_string_equal(err.text, rows[i].text);
		assert_null(err.faults);
		json_decref(problem);
	}
	arena_free(a);
}

static enum rc
run_faults(struct cli *cli, struct err *err)
{
	static const char text[] =
	    "{\"type\":\"urn:liaison:problem:invalid\",\"detail\":\"a; b\",\"key\":\"name\","
	    "\"errors\":[{\"key\":\"name\",\"pointer\":\"/fields/name\",\"detail\":\"must be "
	    "given\"},{\"key\":\"reason\",\"detail\":\"is long\"}],\"errors_left_out\":7}";
	json_t *problem = json_loads(text, 0, NULL);
	enum rc rc = cli_problem(cli->arena, 422, problem, err);

	json_decref(problem);
	return rc;
}

static const struct command fault_commands[] = {
    {"boat", "faults", "", NULL, run_faults, "Be refused.", NULL}, {.noun = NULL}};
static const struct feature fault_feature = {.name = "faults", .commands = fault_commands};

static void
several_faults_are_a_line_each(void **state)
{
	static const struct feature *const features[] = {&fault_feature, NULL};
	struct seen s;

	(void)state;
	run(&s, features, (const char *const[]){"boat", "faults", NULL});
	assert_int_equal(s.code, 2);
	assert_string_equal(s.notes, "liaison: name: must be given\n"
				     "liaison: --reason: is long\n"
				     "liaison: and 7 more\n");
	seen_done(&s);
	/* As the node told it, for who wants JSON. */
	run(&s, features, (const char *const[]){"boat", "faults", "--json", NULL});
	assert_non_null(strstr(s.notes, "\"errors\":[{"));
	assert_non_null(strstr(s.notes, "\"pointer\":\"/fields/name\""));
	assert_non_null(strstr(s.notes, "\"errors_left_out\":7"));
	seen_done(&s);
}

static enum rc
run_call(struct cli *cli, struct err *err)
{
	struct cli_answer answer;

	return cli_call(cli, "GET", STR("/api/v1/status"), NULL, &answer, err);
}

static const struct command call_commands[] = {
    {"boat", "call", "", NULL, run_call, "Call.", NULL},
    {.noun = NULL},
};
static const struct feature call_feature = {.name = "call", .commands = call_commands};
static const struct feature *const call_features[] = {&call_feature, NULL};

static void
without_a_node_the_remedy_is_named(void **state)
{
	struct seen s;

	(void)state;
	run(&s, call_features,
	    (const char *const[]){"boat", "call", "--node", "/nonexistent/n", NULL});
	assert_int_equal(s.code, 3);
	assert_non_null(strstr(s.notes, "liaison node init --node /nonexistent/n"));
	seen_done(&s);
}

static void
a_socket_that_nobody_holds_any_more_is_no_running_node(void **state)
{
	char dir[] = "/tmp/liaison-cli-XXXXXX";
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct seen s;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s/liaison.sock", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	(void)close(fd);
	run(&s, call_features, (const char *const[]){"boat", "call", "--node", dir, NULL});
	assert_int_equal(s.code, 3);
	assert_non_null(strstr(s.notes, "there is no node in"));
	seen_done(&s);
	(void)unlink(at.sun_path);
	(void)rmdir(dir);
}

static enum rc
run_passphrase(struct cli *cli, struct err *err)
{
	struct str secret;
	enum rc rc = cli_passphrase(cli, &secret, err);

	if (rc == RC_OK)
		fprintf(cli->out, "[%.*s]", STR_ARG(secret));
	return rc;
}

static const struct command pass_commands[] = {
    {"boat", "pass", "", NULL, run_passphrase, "Pass.", NULL},
    {.noun = NULL},
};
static const struct feature pass_feature = {.name = "pass", .commands = pass_commands};

static void
a_passphrase_is_one_line_of_a_file_and_never_empty(void **state)
{
	static const struct feature *const features[] = {&pass_feature, NULL};
	static const struct {
		const char *text, *want;
		int code;
	} rows[] = {
	    {"correct horse\n", "[correct horse]", 0},
	    {"correct horse", "[correct horse]", 0},
	    {" keep \n", "[ keep ]", 0},
	    {"\n", "", 2},
	    {"", "", 2},
	};
	char path[] = "/tmp/liaison-cli-XXXXXX";
	int fd = mkstemp(path);
	struct seen s;

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t n = strlen(rows[i].text);

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i].text, n, 0), (ssize_t)n);
		run(&s, features,
		    (const char *const[]){"boat", "pass", "--passphrase-file", path, NULL});
		assert_int_equal(s.code, rows[i].code);
		assert_string_equal(s.out, rows[i].want);
		seen_done(&s);
	}
	(void)close(fd);
	(void)unlink(path);
	run(&s, features, (const char *const[]){"boat", "pass", "--passphrase-file", path, NULL});
	assert_int_equal(s.code, 3);
	seen_done(&s);
}

static void
progress_tells_share_rate_and_time_left(void **state)
{
	static const struct {
		int64_t done, total;
		const char *unit;
		int64_t moved, elapsed_ms;
		const char *want;
	} rows[] = {
	    {12000, 100000, "rows", 12000, 2000,
	     "12,000 of 100,000 rows (12 %), 6,000 a second, 15 s left"},
	    {1, 3, "", 1, 0, "1 of 3 (33 %)"},
	    {5, 0, "rows", 5, 1000, "5 rows, 5 a second"},
	    {10, 10, "rows", 10, 1000, "10 of 10 rows (100 %), 10 a second"},
	    {90, 100, "rows", 0, 5000, "90 of 100 rows (90 %)"},
	    {1, 100000, "", 1, 1000, "1 of 100,000 (0 %), 1 a second, 27 h 46 min left"},
	    {1, 100, "", 1, 1000, "1 of 100 (1 %), 1 a second, 1 min 39 s left"},
	    {1234567, 0, "", 0, 0, "1,234,567"},
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(str_z(a, cli_progress_text(a, rows[i].done, rows[i].total,
							       str_from(rows[i].unit),
							       rows[i].moved, rows[i].elapsed_ms)),
				    rows[i].want);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(help_shows_the_tables),
	    cmocka_unit_test(what_a_command_prints_cannot_act_on_the_terminal),
	    cmocka_unit_test(
		an_error_is_one_line_that_names_the_option_and_the_exit_code_is_its_own),
	    cmocka_unit_test(an_error_for_a_program_is_one_problem_object),
	    cmocka_unit_test(output_that_cannot_be_written_is_a_failure),
	    cmocka_unit_test(options_are_read_from_words_then_from_the_environment),
	    cmocka_unit_test(several_faults_are_a_line_each),
	    cmocka_unit_test(a_problem_becomes_the_code_that_it_was),
	    cmocka_unit_test(without_a_node_the_remedy_is_named),
	    cmocka_unit_test(a_socket_that_nobody_holds_any_more_is_no_running_node),
	    cmocka_unit_test(a_passphrase_is_one_line_of_a_file_and_never_empty),
	    cmocka_unit_test(progress_tells_share_rate_and_time_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
