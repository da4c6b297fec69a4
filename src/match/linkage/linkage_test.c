#include "base/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "parse/test_child.h"
#include "match/linkage/cluster.h"
#include "match/linkage/keys.h"
#include "match/linkage/run.h"

static struct arena *arena;

static const char *
file_of(struct str text)
{
	char *path = str_z(arena, STR("/tmp/liaison-link-test-XXXXXX"));
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
run(struct str left, struct str right, struct link_options o)
{
	struct ran ran = {0};
	char *out = NULL, *diag = NULL;
	size_t out_n, diag_n;
	FILE *f = open_memstream(&out, &out_n), *g = open_memstream(&diag, &diag_n);

	o.left = file_of(left);
	o.right = right.p != NULL ? file_of(right) : NULL;
	ran.rc = right.p != NULL ? link_run(&o, f, g, &ran.err) : dedupe_run(&o, f, g, &ran.err);
	fclose(f);
	fclose(g);
	ran.out = str_copy(arena, str_from(out));
	ran.diag = str_copy(arena, str_from(diag));
	free(out);
	free(diag);
	unlink(o.left);
	if (o.right != NULL)
		unlink(o.right);
	return ran;
}

static void
dates_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *raw, *want;
	} cases[] = {
	    {"19081209", "19081209"},
	    {"1990-01-02", "19900102"},
	    {" 1990/01/02 ", "19900102"},
	    {"02.01.1990", "19900102"},
	    {"02/01/1990", "19900102"},
	    {"01/22/1990", "19900122"},
	    {"1990", "19900000"},
	    {"1990-05", "19900500"},
	    {"1990-XX-07", "19900007"},
	    {"1990-05-07T00:00:00Z", "19900507"},
	    {"2/1/1990", "19900102"},
	    {"soon", NULL},
	    {"12-13", NULL},
	    {"1990-01-02-03", NULL},
	    {"", NULL},
	    {"7 May 1990", NULL},
	    {"1990-1a-02", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[8];
		bool is = link_date_read(str_from(cases[i].raw), out);

		assert_int_equal(is, cases[i].want != NULL);
		if (is)
			assert_memory_equal(out, cases[i].want, 8);
	}
}

/* Two values of a field, read as from files. */
static enum link_level
levels(enum link_field field, const char *a, const char *b)
{
	struct link_tables t = {.arena = arena, .field_n = 1};
	struct link_text *text = link_text_open(arena);
	uint32_t x, y;
	enum link_level one, other;

	t.field[0] = field;
	t.kind[0] = link_field_kind(field);
	x = link_value_add(&t, text, 0, 0, str_from(a));
	y = link_value_add(&t, text, 0, 1, str_from(b));
	link_text_close(text);
	if (x == 0 || y == 0)
		return LINK_MISSING;
	one = link_alike(t.kind[0], &t.dictionary[0].at[x], &t.dictionary[0].at[y]);
	other = link_alike(t.kind[0], &t.dictionary[0].at[y], &t.dictionary[0].at[x]);
	assert_int_equal(one, other);
	return one;
}

static void
values_are_alike_in_levels(void **state)
{
	static const struct {
		enum link_field field;
		const char *a, *b;
		enum link_level want;
	} cases[] = {
	    {LINK_FAMILY, "O'Brien", "OBRIEN", LINK_SAME},
	    {LINK_FAMILY, "Petrenko", "Петренко", LINK_SAME},
	    {LINK_FAMILY, "Petrenko", "Petrneko", LINK_NEAR},
	    {LINK_FAMILY, "Petrenko", "Petrenk", LINK_NEAR},
	    {LINK_FAMILY, "Petrenko", "Pertenka", LINK_CLOSE},
	    {LINK_FAMILY, "Petrenko", "Petrenkovich", LINK_LIKE},
	    {LINK_FAMILY, "Petrenko", "Hassan", LINK_APART},
	    {LINK_FAMILY, "Petrenko", " - ", LINK_MISSING},
	    {LINK_FAMILY, "Petrenko", "unknown", LINK_MISSING},
	    {LINK_STREET, "Forbes  Street", "forbesstreet", LINK_NEAR},
	    {LINK_NUMBER, "7", "8", LINK_LIKE},
	    {LINK_POSTCODE, "SW1A 1AA", "sw1a1aa", LINK_SAME},
	    {LINK_BIRTH_DATE, "1979-05-07", "19790507", LINK_SAME},
	    {LINK_BIRTH_DATE, "1979-05-07", "1979-05-17", LINK_NEAR},
	    {LINK_BIRTH_DATE, "1979-05-07", "1979-07-05", LINK_CLOSE},
	    {LINK_BIRTH_DATE, "1979-05-07", "1984-05-07", LINK_LIKE},
	    {LINK_BIRTH_DATE, "1979-05-07", "1979", LINK_LIKE},
	    {LINK_BIRTH_DATE, "1979-05-07", "1979-11-28", LINK_SOMEWHAT},
	    {LINK_BIRTH_DATE, "1979-05-07", "1961-12-30", LINK_APART},
	    {LINK_NAME, "Taluneth, Orvek", "Orvek TALUNETH", LINK_SAME},
	    {LINK_NAME, "Orvek Taluneth", "Orvek Talunet", LINK_NEAR},
	    {LINK_NAME, "Orvek Taluneth", "Orvek Ivan Taluneth", LINK_CLOSE},
	    {LINK_NAME, "Dameru Loshkai|Orvek Taluneth", "Orvek Taluneth", LINK_SAME},
	    {LINK_NAME, "Orvek Taluneth", "Orvek Hassan", LINK_SOMEWHAT},
	    {LINK_NAME, "Orvek Taluneth", "Dameru Loshkai", LINK_APART},
	    {LINK_IDENTIFIER, "AF133955|AC877214", "ac877214", LINK_SAME},
	    {LINK_IDENTIFIER, "AF133955", "AF133956", LINK_NEAR},
	    {LINK_EMAIL, "a.b@x.example", "a.b@x.example", LINK_SAME},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (levels(cases[i].field, cases[i].a, cases[i].b) != cases[i].want)
			fail_msg("%s ~ %s: %d", cases[i].a, cases[i].b,
				 levels(cases[i].field, cases[i].a, cases[i].b));
}

static void
columns_are_known_by_their_headings(void **state)
{
	struct str febrl[] = {STR("rec_id"), STR(" given_name"), STR(" surname"),
			      STR(" date_of_birth"), STR(" favourite")};
	struct str splink[] = {STR("unique_id"), STR("First Name"), STR("SURNAME"), STR("dob")};
	struct str list[] = {STR("entity_id"), STR("names"), STR("dob")};
	struct str own[] = {STR("Nr"), STR("Vorname"), STR("Zuname")};
	struct str_list a = {febrl, 5, 5}, b = {splink, 4, 4}, c = {list, 3, 3}, e = {own, 3, 3};
	struct link_plan plan;
	struct err err;

	(void)state;
	assert_int_equal(link_plan_make(arena, STR_NONE, &a, &b, &plan, &err), RC_OK);
	assert_int_equal(plan.n, 3);
	assert_int_equal(plan.at[0].field, LINK_GIVEN);
	assert_int_equal(plan.at[2].column[0][0], 3);
	assert_int_equal(plan.unused[0].n, 1);
	/* One has a whole name: then both are read so. */
	assert_int_equal(link_plan_make(arena, STR_NONE, &a, &c, &plan, &err), RC_OK);
	assert_int_equal(plan.n, 2);
	assert_int_equal(plan.at[0].field, LINK_NAME);
	assert_int_equal(plan.at[0].column_n[0], 2);
	assert_int_equal(link_plan_make(arena, STR_NONE, &a, &e, &plan, &err), RC_INVALID);
	assert_int_equal(
	    link_plan_make(arena, STR("id=Nr,given=Vorname,family=Zuname"), &a, &e, &plan, &err),
	    RC_INVALID); /* what the map names is not looked for elsewhere */
	assert_int_equal(link_plan_make(arena,
					STR("id=Nr,id=rec_id,given=Vorname,given=given_name,"
					    "family=Zuname,family=surname"),
					&a, &e, &plan, &err),
			 RC_OK);
	assert_int_equal(plan.n, 2);
	assert_int_equal(link_plan_make(arena, STR("shoe=Size"), &a, &b, &plan, &err), RC_USAGE);
	assert_int_equal(link_plan_make(arena, STR("given=nowhere"), &a, &b, &plan, &err),
			 RC_INVALID);
}

/* People with names of chance syllables: left as they are, right with mistakes. */
static const char *const syllables[] = {"ba", "ko", "mi", "ra", "ne", "lo",  "ta",  "vel",
					"go", "zu", "fa", "en", "or", "is",  "dor", "hal",
					"ul", "ka", "pe", "ri", "to", "wen", "lin", "bri"};
static uint64_t chance_state;

static unsigned
chance(unsigned below)
{
	chance_state = chance_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)((chance_state >> 33) % below);
}

static void
add_word(struct buf *b, unsigned parts)
{
	for (unsigned i = 0; i < parts; i++)
		buf_add_z(b, syllables[chance(COUNT_OF(syllables))]);
}

#define PEOPLE 400
/* Row i: person i. dirty: one value in six loses a letter or is empty. */
static struct str
people(unsigned seed, bool dirty)
{
	struct buf b, rows;
	uint64_t errors = seed;

	buf_init(&rows, arena);
	buf_init(&b, arena);
	buf_add_z(&rows, "id,given_name,surname,dob,city,phone\n");
	chance_state = 42;
	for (unsigned i = 0; i < PEOPLE; i++) {
		buf_addf(&rows, "%c%u", dirty ? 'r' : 'l', i);
		for (int f = 0; f < 5; f++) {
			struct str cell;

			buf_clear(&b);
			if (f < 2)
				add_word(&b, 3);
			else if (f == 2)
				buf_addf(&b, "19%02u-%02u-%02u", 30 + chance(70), 1 + chance(12),
					 1 + chance(28));
			else if (f == 3)
				buf_addf(&b, "town%u", chance(20));
			else
				buf_addf(&b, "+999%u", 1000000 + chance(9000000));
			cell = buf_str(&b);
			errors = errors * UINT64_C(6364136223846793005) + 1442695040888963407u;
			if (dirty && (errors >> 33) % 6 == 0)
				cell =
				    (errors >> 40) % 3 == 0 ? STR_NONE : str_sub(cell, 1, cell.n);
			buf_addf(&rows, ",%.*s", STR_ARG(cell));
		}
		buf_add_byte(&rows, '\n');
	}
	return buf_str(&rows);
}

static void
score(struct str out, size_t *right, size_t *wrong)
{
	*right = *wrong = 0;
	(void)str_cut(&out, '\n');
	while (out.n > 0) {
		struct str line = str_cut(&out, '\n'), left = str_cut(&line, ',');
		struct str other = str_cut(&line, ',');

		if (str_eq(str_sub(left, 1, left.n), str_sub(other, 1, other.n)))
			++*right;
		else
			++*wrong;
	}
}

static void
two_files_of_the_same_people_are_linked_without_being_told_how(void **state)
{
	struct link_options o = {.min_probability = 0.5, .threads = 1};
	size_t right, wrong;
	struct ran ran = run(people(1, false), people(5, true), o), two;

	(void)state;
	assert_int_equal(ran.rc, RC_OK);
	score(ran.out, &right, &wrong);
	assert_true(right > PEOPLE * 97 / 100);
	assert_true(wrong < 4);
	o.threads = 2;
	two = run(people(1, false), people(5, true), o);
	assert_true(str_eq(ran.out, two.out));
	o.one_to_one = true;
	ran = run(people(1, false), people(5, true), o);
	score(ran.out, &right, &wrong);
	assert_true(right > PEOPLE * 98 / 100);
	assert_int_equal(wrong, 0);
}

static void
a_probability_asked_for_leaves_out_what_is_less_likely(void **state)
{
	struct link_options o = {.min_probability = 0.9999, .threads = 1};
	struct ran ran = run(people(1, false), people(5, true), o);
	struct str out = ran.out;

	(void)state;
	(void)str_cut(&out, '\n');
	while (out.n > 0) {
		struct str line = str_cut(&out, '\n');

		(void)str_cut(&line, ',');
		(void)str_cut(&line, ',');
		assert_true(strtod(str_z(arena, str_trim(line)), NULL) >= 0.9999);
	}
	o.min_probability = 1.5;
	assert_int_equal(run(people(1, false), people(5, true), o).rc, RC_USAGE);
}

static void
people_of_one_home_are_not_one_person(void **state)
{
	struct link_options o = {.min_probability = 0.5, .threads = 1};
	struct buf left, right;
	struct ran ran;
	size_t good, bad;

	(void)state;
	buf_init(&left, arena);
	buf_init(&right, arena);
	buf_add_z(&left, "id,given_name,surname,dob,street_number,street,postcode\n");
	buf_add_z(&right, "id,given_name,surname,dob,street_number,street,postcode\n");
	chance_state = 7;
	for (unsigned home = 0; home < 150; home++) {
		struct buf name, street;

		buf_init(&name, arena);
		buf_init(&street, arena);
		add_word(&name, 3);
		add_word(&street, 3);
		for (unsigned who = 0; who < 3; who++) {
			struct buf given, row;

			buf_init(&given, arena);
			buf_init(&row, arena);
			add_word(&given, 2);
			buf_addf(&row, "%u,%.*s,%.*s,19%02u-%02u-%02u,%u,%.*s road,%u\n",
				 home * 3 + who, STR_ARG(buf_str(&given)), STR_ARG(buf_str(&name)),
				 30 + chance(70), 1 + chance(12), 1 + chance(28), home % 90,
				 STR_ARG(buf_str(&street)), 1000 + home);
			/* The last of a home is in the left file alone, the first in the right. */
			if (who != 0)
				buf_addf(&left, "l%.*s", STR_ARG(buf_str(&row)));
			if (who != 2)
				buf_addf(&right, "r%.*s", STR_ARG(buf_str(&row)));
		}
	}
	ran = run(buf_str(&left), buf_str(&right), o);
	assert_int_equal(ran.rc, RC_OK);
	score(ran.out, &good, &bad);
	assert_int_equal(good, 150);
	assert_int_equal(bad, 0);
}

static void
where_nobody_lives_together_another_given_name_is_no_other_person(void **state)
{
	static const char head[] = "id,given_name,surname,street_number,street,postcode\n";
	struct link_options o = {.min_probability = 0.5, .threads = 1};
	struct buf left, right;
	struct ran ran;
	size_t good, bad;

	(void)state;
	buf_init(&left, arena);
	buf_init(&right, arena);
	buf_add_z(&left, head);
	buf_add_z(&right, head);
	chance_state = 11;
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct buf given, other, rest;

		buf_init(&given, arena);
		buf_init(&other, arena);
		buf_init(&rest, arena);
		add_word(&given, 2);
		add_word(&other, 2);
		add_word(&rest, 3);
		buf_addf(&rest, ",%u,", 1 + chance(120));
		add_word(&rest, 3);
		buf_addf(&rest, " road,%u\n", 1000 + chance(300));
		buf_addf(&left, "l%u,%.*s,%.*s", i, STR_ARG(buf_str(&given)),
			 STR_ARG(buf_str(&rest)));
		buf_addf(&right, "r%u,%.*s,%.*s", i,
			 STR_ARG(i % 6 == 0 ? buf_str(&other) : buf_str(&given)),
			 STR_ARG(buf_str(&rest)));
	}
	ran = run(buf_str(&left), buf_str(&right), o);
	score(ran.out, &good, &bad);
	assert_true(good >= PEOPLE * 98 / 100);
	assert_true(bad < 3);
}

static void
names_alone_are_found_though_all_have_a_part_in_common(void **state)
{
	struct link_options o = {.min_probability = 0.5, .threads = 1};
	struct buf left, right;
	size_t good, bad;

	(void)state;
	buf_init(&left, arena);
	buf_init(&right, arena);
	buf_add_z(&left, "id,name\n");
	buf_add_z(&right, "id,name\n");
	chance_state = 13;
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct buf name;

		buf_init(&name, arena);
		add_word(&name, 3);
		buf_add_byte(&name, ' ');
		add_word(&name, 3);
		buf_addf(&left, "l%u,%.*s Shipping Company Limited\n", i, STR_ARG(buf_str(&name)));
		buf_addf(&right, "r%u,Shipping Company Limited \"%.*s\"\n", i,
			 STR_ARG(buf_str(&name)));
	}
	score(run(buf_str(&left), buf_str(&right), o).out, &good, &bad);
	assert_true(good >= PEOPLE * 98 / 100);
	assert_true(bad < 3);
}

static void
rows_that_cannot_be_read_are_told_and_the_rest_is_compared(void **state)
{
	struct link_options o = {.min_probability = 0.5, .threads = 1};
	struct ran ran = run(STR("id,surname,shoe\n1,Petrenko,44\n,Hassan,43\n2,Taluneth,42\n"),
			     STR("id,surname\n1,Petrenko\n"), o);

	(void)state;
	assert_int_equal(ran.rc, RC_INVALID);
	assert_true(str_find(ran.diag, STR(":3")) >= 0);
	assert_true(str_find(ran.diag, STR("\"shoe\" of the left file is not compared")) >= 0);
	assert_true(str_find(ran.diag, STR("Hassan")) < 0);
	assert_true(str_starts(ran.out, STR("left_id,right_id,probability\r\n")));
	assert_int_equal(run(STR("id,shoe\n1,44\n"), STR("id,shoe\n1,44\n"), o).rc, RC_INVALID);
	assert_int_equal(run(STR(""), STR("id,surname\n1,Petrenko\n"), o).rc, RC_INVALID);
	assert_int_equal(run(STR("id,surname\n"), STR("id,surname\n"), o).rc, RC_OK);
}

/* Weights that are what they are, for groups made by hand. */
static void
a_group_held_by_one_pair_is_taken_apart(void **state)
{
	struct link_tables t = {.arena = arena, .field_n = 2, .one = true};
	struct link_text *text = link_text_open(arena);
	/* Two people of three rows each; the bridge bears the name of one, the birth date of the
	 * other. */
	static const char *const rows[][2] = {
	    {"orvek taluneth", "19790507"}, {"orvek taluneth", "19790507"},
	    {"orvek taluneth", "19790507"}, {"orvek taluneth", "19810909"},
	    {"dameru loshkai", "19810909"}, {"dameru loshkai", "19810909"},
	    {"dameru loshkai", "19810909"}};
	struct link_weights w = {.field_n = 2};
	struct link_pairs pairs = {0};
	struct link_clusters clusters;
	uint32_t *cells = NEW_N(arena, uint32_t, COUNT_OF(rows) * 2);

	(void)state;
	t.field[0] = LINK_FAMILY;
	t.field[1] = LINK_BIRTH_DATE;
	t.kind[0] = link_field_kind(LINK_FAMILY);
	t.kind[1] = link_field_kind(LINK_BIRTH_DATE);
	for (size_t r = 0; r < COUNT_OF(rows); r++)
		for (size_t f = 0; f < 2; f++)
			cells[2 * r + f] = link_value_add(&t, text, f, 0, str_from(rows[r][f]));
	link_text_close(text);
	t.side[0] = t.side[1] = (struct link_side){.n = COUNT_OF(rows), .cell = cells};
	w.prior[LINK_ONE] = -6;
	w.prior[LINK_HOME] = w.prior[LINK_AREA] = -100;
	for (size_t f = 0; f < 2; f++) {
		w.rare[f] = NEW_N(arena, float, t.dictionary[f].n + 1);
		w.bits[LINK_ONE][f][LINK_SAME] = 10;
		w.bits[LINK_ONE][f][LINK_APART] = w.bits[LINK_ONE][f][LINK_SOMEWHAT] =
		    f == 0 ? -9 : -3;
	}
	pairs.at = NEW_N(arena, struct link_pair, 64);
	pairs.patterns = NEW_N(arena, struct link_counted, 64);
	for (uint32_t i = 0; i < COUNT_OF(rows); i++)
		for (uint32_t k = i + 1; k < COUNT_OF(rows); k++) {
			pairs.patterns[pairs.n] = (struct link_counted){link_pattern(&t, i, k), 1};
			pairs.at[pairs.n] = (struct link_pair){i, k, (uint32_t)pairs.n};
			pairs.n++;
		}
	pairs.pattern_n = pairs.n;
	link_clusters_find(arena, &w, &t, &pairs, 0, &clusters);
	assert_int_equal(clusters.of[0], clusters.of[2]);
	assert_int_equal(clusters.of[4], clusters.of[6]);
	assert_int_not_equal(clusters.of[0], clusters.of[4]);
	assert_int_equal(clusters.n, 2);
}

static void
the_pieces_of_a_pair_sum_to_its_bits(void **state)
{
	struct link_tables t;
	struct link_keys *keys;
	struct link_pairs pairs;
	struct link_weights w;
	const char *left = file_of(people(1, false)), *right = file_of(people(5, true));
	struct err err;

	(void)state;
	assert_int_equal(link_tables_read(arena, left, right, STR_NONE, stderr, &t, &err), RC_OK);
	keys = link_keys_choose(arena, &t, false);
	link_pairs_find(arena, &t, 1, keys, &pairs);
	link_weights_find(arena, &t, keys, &pairs, &w);
	for (size_t i = 0; i < 200 && i < pairs.n; i++) {
		struct link_piece pieces[LINK_PIECES_MAX];
		size_t l = pairs.at[i].left, r = pairs.at[i].right;
		size_t n = link_explain(&w, &t, l, r, pieces);
		double sum = 0;

		for (size_t k = 0; k < n; k++)
			sum += pieces[k].bits;
		assert_true(fabs(sum - link_bits(&w, &t, l, r, link_pattern(&t, l, r))) < 1e-6);
	}
	unlink(left);
	unlink(right);
}

static void
rows_of_one_file_that_are_one_person_share_a_cluster(void **state)
{
	struct link_options o = {.min_probability = 0.5, .threads = 1};
	struct str clean = people(1, false), dirty = people(5, true);
	struct buf both;
	struct ran ran;
	struct str out;
	size_t right = 0, n = 0;

	(void)state;
	buf_init(&both, arena);
	buf_add(&both, clean);
	(void)str_cut(&dirty, '\n');
	buf_add(&both, dirty);
	ran = run(buf_str(&both), STR_NONE, o);
	assert_int_equal(ran.rc, RC_OK);
	out = ran.out;
	assert_true(str_eq_z(str_cut(&out, '\n'), "id,cluster\r"));
	while (out.n > 0) {
		struct str line = str_trim(str_cut(&out, '\n')), id = str_cut(&line, ',');

		/* The cluster is its first row, which is the clean one. */
		right += str_eq(str_sub(id, 1, id.n), str_sub(line, 1, line.n)) && line.p[0] == 'l';
		n++;
	}
	assert_int_equal(n, 2 * PEOPLE);
	assert_true(right > 2 * PEOPLE * 97 / 100);
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new((size_t)4 << 30);
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
	    cmocka_unit_test(dates_are_read_as_people_write_them),
	    cmocka_unit_test(values_are_alike_in_levels),
	    cmocka_unit_test(columns_are_known_by_their_headings),
	    cmocka_unit_test(two_files_of_the_same_people_are_linked_without_being_told_how),
	    cmocka_unit_test(a_probability_asked_for_leaves_out_what_is_less_likely),
	    cmocka_unit_test(people_of_one_home_are_not_one_person),
	    cmocka_unit_test(where_nobody_lives_together_another_given_name_is_no_other_person),
	    cmocka_unit_test(names_alone_are_found_though_all_have_a_part_in_common),
	    cmocka_unit_test(rows_that_cannot_be_read_are_told_and_the_rest_is_compared),
	    cmocka_unit_test(a_group_held_by_one_pair_is_taken_apart),
	    cmocka_unit_test(the_pieces_of_a_pair_sum_to_its_bits),
	    cmocka_unit_test(rows_of_one_file_that_are_one_person_share_a_cluster),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
