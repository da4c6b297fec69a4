#include "base/test.h"

#include <string.h>

#include "text/data/name_classes.h"
#include "text/data/name_shares.h"
#include "text/name_data.h"

static void
frequent_names_have_their_share(void **state)
{
	static const struct {
		const char *key;
		double least, most;
	} cases[] = {
	    {"nguyen", .35, .42},
	    {"kim", .2, .23},
	    {"wang", .06, .08},
	    {"muhammad", .05, .15},
	    {"smith", .008, .015},
	    {"michael", .01, .03},
	    {"silva", .1, .2},
	    {"jennifer", .002, .02},
	    {"mendelson", 1e-6, 1e-4},
	    {"xqzw", 0, 0},
	    {"", 0, 0},
	    {"a", 0, 0},
	    {"averylongnamethatnobodybears", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		double share = name_share(str_from(cases[i].key));

		if (share < cases[i].least || share > cases[i].most)
			print_error("%s: %g\n", cases[i].key, share);
		assert_true(share >= cases[i].least && share <= cases[i].most);
	}
}

static void
a_name_in_other_languages_and_its_short_forms_are_kin(void **state)
{
	static const struct {
		const char *a, *b;
		enum name_kinship kinship;
	} cases[] = {
	    {"bill", "william", NAME_SHORT},
	    {"william", "guillermo", NAME_VARIANT},
	    {"sasha", "aleksandr", NAME_SHORT},
	    {"sasha", "aleksandra", NAME_SHORT},
	    {"yusuf", "joseph", NAME_VARIANT},
	    {"giuseppe", "jose", NAME_VARIANT},
	    {"ivan", "john", NAME_VARIANT},
	    {"bill", "willy", NAME_SHORT},
	    {"mehmet", "muhammad", NAME_VARIANT},
	    {"bob", "william", NAME_OTHER},
	    {"smith", "smith", NAME_VARIANT},
	    {"smith", "jones", NAME_OTHER},
	    {"aleksandr", "aleksandra", NAME_OTHER},
	    {"", "ivan", NAME_OTHER},
	    {"iva", "ivan", NAME_OTHER},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str a = str_from(cases[i].a), b = str_from(cases[i].b);

		if (name_kinship(a, b) != cases[i].kinship)
			print_error("%s %s: %d\n", cases[i].a, cases[i].b, (int)name_kinship(a, b));
		assert_int_equal(name_kinship(a, b), cases[i].kinship);
		assert_int_equal(name_kinship(b, a), cases[i].kinship);
	}
	assert_int_equal(name_class(STR("sasha")).n, 2);
	assert_true(name_class(STR("sasha")).is_short[0]);
	assert_false(name_class(STR("joseph")).is_short[0]);
	assert_int_equal(name_class(STR("nobody")).n, 0);
}

static void
tables_are_sorted(void **state)
{
	(void)state;
	for (size_t n = 2; n <= NAME_SHARE_LETTERS_MAX; n++) {
		const struct name_group *g = &name_groups[n];

		assert_int_equal(strlen(g->names), n * g->n);
		for (size_t i = 1; i < g->n; i++)
			assert_true(memcmp(g->names + (i - 1) * n, g->names + i * n, n) < 0);
	}
	for (size_t i = 0; i < name_row_count; i++) {
		assert_true(i == 0 || strcmp(name_rows[i - 1].name, name_rows[i].name) < 0);
		assert_in_range(name_class(str_from(name_rows[i].name)).n, 1, NAME_CLASSES_MAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frequent_names_have_their_share),
	    cmocka_unit_test(a_name_in_other_languages_and_its_short_forms_are_kin),
	    cmocka_unit_test(tables_are_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
