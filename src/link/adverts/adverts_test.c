#include "base/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "parse/test_child.h"
#include "link/adverts/run.h"

static struct arena *arena;

static const char *
file_of(struct str text)
{
	char *path = str_z(arena, STR("/tmp/liaison-adverts-test-XXXXXX"));
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	close(fd);
	return path;
}

struct ran {
	enum rc rc;
	struct err err;
	struct str out, diag;
};

static struct ran
run(struct str adverts, struct str helpers, unsigned threads)
{
	struct ran ran = {0};
	struct adverts_options o = {.path = file_of(adverts), .threads = threads};
	char *out = NULL, *diag = NULL;
	size_t out_n, diag_n;
	FILE *f = open_memstream(&out, &out_n), *g = open_memstream(&diag, &diag_n);

	if (helpers.p != NULL)
		o.helpers = file_of(helpers);
	ran.rc = adverts_run(&o, f, g, &ran.err);
	fclose(f);
	fclose(g);
	ran.out = str_copy(arena, str_from(out));
	ran.diag = str_copy(arena, str_from(diag));
	free(out);
	free(diag);
	unlink(o.path);
	if (o.helpers != NULL)
		unlink(o.helpers);
	return ran;
}

/* The cluster of an id, as it stands in the output. */
static struct str
cluster_of(const struct ran *ran, const char *id)
{
	struct str rest = ran->out;

	while (rest.p != NULL) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		struct str first = str_cut(&line, ',');

		if (str_eq_z(first, id))
			return line;
	}
	fail_msg("no line for %s", id);
	return STR_NONE;
}

/* Pronounceable words that no other seed makes, n of them. */
static void
words(struct buf *b, unsigned seed, int n)
{
	static const char *const parts[] = {"ba", "ko", "mi", "ra", "ne", "lo", "ta",  "vel",
					    "gu", "zo", "fi", "en", "du", "is", "dor", "hal"};
	uint32_t x = seed * 2654435761u + 12345;

	for (int i = 0; i < n; i++) {
		for (int k = 0; k < 4; k++) {
			x = x * 1664525u + 1013904223u;
			buf_add_z(b, parts[x >> 28]);
		}
		buf_add_z(b, " ");
	}
}

/* `alone` adverts of one trade, each with words of its own and this at its end. */
static void
strangers(struct buf *b, int alone, const char *end)
{
	for (int i = 0; i < alone; i++) {
		buf_addf(b, "s%d,good work abroad for serious people ", i);
		words(b, 1000 + (unsigned)i, 12);
		buf_addf(b, "call +49 30 %07d%s\n", 1000000 + i * 7919, end);
	}
}

static struct buf
begin_file(void)
{
	struct buf b;

	buf_init(&b, arena);
	buf_add_z(&b, "id,text\n");
	return b;
}

static void
one_text_in_other_clothes_is_one_group_and_strangers_are_none(void **state)
{
	struct buf b = begin_file();
	struct ran ran;

	(void)state;
	strangers(&b, 40, "");
	for (int i = 0; i < 5; i++) {
		buf_addf(&b, "g%d,%s wanted in %s: ", i, i % 2 ? "Nurse" : "DRIVER",
			 i % 3 ? "Bari" : "Lyon");
		words(&b, 7, i == 2 ? 9 : 12);
		buf_addf(&b, "\xF0\x9F\x94\xA5 c\xD0\xB0ll +49 30 %07d\n", 5000000 + i * 104729);
	}
	ran = run(buf_str(&b), STR_NONE, 1);
	assert_int_equal(ran.rc, RC_OK);
	assert_true(str_starts(ran.out, STR("id,cluster\r\n")));
	for (int i = 0; i < 5; i++)
		assert_true(
		    str_eq_z(cluster_of(&ran, str_z(arena, str_fmt(arena, "g%d", i))), "0"));
	for (int i = 0; i < 40; i++)
		assert_true(
		    str_eq_z(cluster_of(&ran, str_z(arena, str_fmt(arena, "s%d", i))), "-1"));
	assert_true(str_eq(ran.out, run(buf_str(&b), STR_NONE, 3).out));
}

static void
a_number_joins_what_is_said_in_two_languages_however_it_is_hidden(void **state)
{
	struct buf b = begin_file();
	struct ran ran;

	(void)state;
	strangers(&b, 40, "");
	for (int i = 0; i < 3; i++) {
		buf_addf(&b, "a%d,", i);
		words(&b, 11, 14);
		buf_add_z(&b, "call +380 44 123 45 67\n");
		buf_addf(&b, "b%d,", i);
		words(&b, 12, 14);
		buf_add_z(&b, "дзвоніть нуль чотири чотири один два три чотири п'ять шість сім\n");
	}
	ran = run(buf_str(&b), STR_NONE, 1);
	assert_int_equal(ran.rc, RC_OK);
	for (int i = 0; i < 3; i++) {
		assert_true(
		    str_eq_z(cluster_of(&ran, str_z(arena, str_fmt(arena, "a%d", i))), "0"));
		assert_true(
		    str_eq_z(cluster_of(&ran, str_z(arena, str_fmt(arena, "b%d", i))), "0"));
	}
}

static void
a_hotline_in_forty_adverts_joins_nothing(void **state)
{
	struct buf b = begin_file();
	struct ran ran;

	(void)state;
	strangers(&b, 40, " in danger call +49 30 7654321");
	ran = run(buf_str(&b), STR_NONE, 1);
	assert_int_equal(ran.rc, RC_OK);
	for (int i = 0; i < 40; i++)
		assert_true(
		    str_eq_z(cluster_of(&ran, str_z(arena, str_fmt(arena, "s%d", i))), "-1"));
	assert_true(str_find(ran.diag, STR("join nothing")) >= 0);
	assert_true(str_find(ran.diag, STR("7654321")) < 0);
}

static void
a_registered_helper_joins_nothing_however_few_name_it(void **state)
{
	struct buf b = begin_file();
	struct ran ran;

	(void)state;
	strangers(&b, 3, " in danger call +49 30 7654321");
	ran = run(buf_str(&b), STR_NONE, 1);
	assert_true(str_eq_z(cluster_of(&ran, "s0"), "0"));
	ran = run(buf_str(&b), STR("name,phone\nShelter,030 7654321\n"), 1);
	assert_int_equal(ran.rc, RC_OK);
	assert_true(str_eq_z(cluster_of(&ran, "s0"), "-1"));
	assert_true(str_eq_z(cluster_of(&ran, "s2"), "-1"));
}

/* A long chain of adverts, each like the next one: no single group. */
static void
a_chain_of_pairs_is_no_group(void **state)
{
	struct buf b = begin_file();
	struct ran ran;

	(void)state;
	for (int i = 0; i < 60; i++) {
		buf_addf(&b, "c%d,", i);
		for (int k = 0; k < 6; k++)
			words(&b, 5000 + (unsigned)(i + k), 3);
		buf_add_z(&b, "\n");
	}
	ran = run(buf_str(&b), STR_NONE, 1);
	assert_int_equal(ran.rc, RC_OK);
	assert_false(str_eq_z(cluster_of(&ran, "c30"), "-1"));
	assert_false(str_eq(cluster_of(&ran, "c0"), cluster_of(&ran, "c30")));
	assert_false(str_eq(cluster_of(&ran, "c30"), cluster_of(&ran, "c59")));
}

static void
order_and_ids_have_no_say(void **state)
{
	static const char *const names[2][3] = {{"a", "b", "c"}, {"z", "y", "x"}};
	struct str got[2][3];

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct buf b = begin_file();
		struct ran ran;

		for (int n = 0; n < 3; n++) {
			int i = turn ? 2 - n : n;

			buf_addf(&b, "%s,", names[turn][i]);
			words(&b, i == 1 ? 3 : 4, 12);
			buf_add_z(&b, "\n");
		}
		ran = run(buf_str(&b), STR_NONE, 1);
		for (int i = 0; i < 3; i++)
			got[turn][i] = cluster_of(&ran, names[turn][i]);
	}
	for (int i = 0; i < 3; i++)
		assert_true(str_eq(got[0][i], got[1][i]));
	assert_true(str_eq_z(got[0][1], "-1"));
	assert_true(str_eq_z(got[0][2], "0"));
}

static void
rows_that_cannot_be_read_are_told_and_the_rest_is_grouped(void **state)
{
	struct ran ran = run(STR("id,text\na,one\nb,two,three\n,four\nc,five\n"), STR_NONE, 1);

	(void)state;
	assert_int_equal(ran.rc, RC_INVALID);
	assert_true(str_eq_z(ran.out, "id,cluster\r\na,-1\r\nc,-1\r\n"));
	assert_true(str_find(ran.diag, STR(":3:")) >= 0);
	assert_true(str_find(ran.diag, STR(":4")) >= 0);
	ran = run(STR("id,body\na,one\n"), STR_NONE, 1);
	assert_int_equal(ran.rc, RC_INVALID);
	assert_true(str_find(str_from(ran.err.text), STR("no column \"text\"")) >= 0);
	assert_int_equal(run(STR(""), STR_NONE, 1).rc, RC_INVALID);
	ran = run(STR("id,text\n"), STR_NONE, 1);
	assert_int_equal(ran.rc, RC_OK);
	assert_true(str_eq_z(ran.out, "id,cluster\r\n"));
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_text_in_other_clothes_is_one_group_and_strangers_are_none),
	    cmocka_unit_test(a_number_joins_what_is_said_in_two_languages_however_it_is_hidden),
	    cmocka_unit_test(a_hotline_in_forty_adverts_joins_nothing),
	    cmocka_unit_test(a_registered_helper_joins_nothing_however_few_name_it),
	    cmocka_unit_test(a_chain_of_pairs_is_no_group),
	    cmocka_unit_test(order_and_ids_have_no_say),
	    cmocka_unit_test(rows_that_cannot_be_read_are_told_and_the_rest_is_grouped),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
