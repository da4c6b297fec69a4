#include "base/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "match/screening/screen.h"

static struct arena *arena;
static struct screen_worker *worker;

static int
begin(void **state)
{
	struct err err;

	(void)state;
	arena = arena_new(0);
	return screen_worker_open(&worker, &err) == RC_OK ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	screen_worker_close(worker);
	arena_free(arena);
	return 0;
}

static struct screen_query
query_of(const char *name)
{
	struct str *text = NEW(arena, struct str);

	*text = str_from(name);
	return (struct screen_query){.names = text, .name_count = 1};
}

static double
bits(const char *left, const char *right)
{
	struct screen_query a = query_of(left), b = query_of(right);
	struct screen_explanation why;

	screen_compare(worker, &a, &b, &why);
	return why.bits;
}

/* Each line: the first two fit at least so many bits better than the last two. */
static const struct {
	const char *left, *right, *other_left, *other_right;
	double by;
} orders[] = {
    /* A part written twice may stand once in the other; another part may not. */
    {"Pedro MARIN MARIN", "Pedro MARIN", "Pedro MARIN BRANDT", "Pedro MARIN", 3},
    {"Pedro MARIN", "Pedro MARIN MARIN", "Pedro MARIN", "Pedro MARIN BRANDT", 1},
    /* Whose son is whose. */
    {"Salman bin Muhammad AL-RAWI", "SALMAN BEN MUHAMMAD AL-RAWI", "Salman bin Muhammad AL-RAWI",
     "Muhammad bin Salman AL-RAWI", 5},
    /* But without "son of" the order of parts means nothing. */
    {"Muhammad Salman Rawi", "Salman Muhammad Rawi", "Salman bin Muhammad Rawi",
     "Muhammad bin Salman Rawi", 5},
    /* A title in the place of the family name is one. */
    {"Zuhair Tawfik Qadoumi", "Sheikh Zuhair Tawfik Qadoumi", "Zuhair Tawfik SHEIKH",
     "Zuhair Tawfik QADOUMI", 10},
    /* Other family names say more than other given names. */
    {"Ivo Querbacht NOVAK", "Ivo Hollinger NOVAK", "Ivo Novak QUERBACHT", "Ivo Novak HOLLINGER", 1},
    /* Half of the letters in a bad hand are better than none. */
    {"Yong Kol JO", "Yong Chol JO", "Yong Vit JO", "Yong Chol JO", 2},
    /* One character is one name among those who write it, another reading is none. */
    {"\u91d1\u6b63\u6069", "Jong Un KIM", "\u91d1\u6b63\u6069", "\u91d1\u6b63\u7537", 3},
    {"\uae40\uc815\uc740", "\uae40\uc815\uc740", "\uae40\uc815\uc740", "\uae40\uc885\uc740", 8},
    /* A short form, a common abbreviation, another language's form. */
    {"Bill HAVERSTOCK", "William HAVERSTOCK", "Bert HAVERSTOCK", "William HAVERSTOCK", 5},
    {"Mohd Kareem QARTASH", "Muhammad Kareem QARTASH", "Musa Kareem QARTASH",
     "Muhammad Kareem QARTASH", 5},
    {"Yusuf QARTASH", "Giuseppe QARTASH", "Yusuf QARTASH", "Gianluca QARTASH", 3},
    /* Rare names say more than frequent ones. */
    {"Ottokar QUERLINGER", "Ottokar QUERLINGER", "Maria GARCIA", "Maria GARCIA", 3},
    /* Three parts in one. */
    {"Abdelmalik Haddadin", "Abd al-Malik HADDADIN", "Abdelmalik Haddadin", "Karim HADDADIN", 10},
};

static void
what_fits_better_has_more_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		double better = bits(orders[i].left, orders[i].right);
		double worse = bits(orders[i].other_left, orders[i].other_right);

		if (better < worse + orders[i].by)
			fail_msg("%s ~ %s: %.2f, %s ~ %s: %.2f", orders[i].left, orders[i].right,
				 better, orders[i].other_left, orders[i].other_right, worse);
	}
}

static void
a_long_chain_of_forefathers_does_not_outweigh_another_family(void **state)
{
	(void)state;
	assert_true(bits("Ibrahim Saeed Salem Awad Aissa Hamed Dawoud QARTASH",
			 "Ibrahim Saeed Salem Awad Aissa Hamed Dawoud BRUCKNER") < 0);
	assert_true(bits("Ibrahim Saeed Salem Awad Aissa Hamed Dawoud QARTASH",
			 "Ibrahim Saeed Salem Awad Aissa Hamed Dawoud QARTASH") > 8);
}

/* The bits of the first entry, of a list that has the two family names given. */
static double
bits_of_first(const char *asked, const char *first, const char *second)
{
	struct screen_entry entries[2] = {{.id = STR("a")}, {.id = STR("b")}};
	struct screen_query query = query_of(asked);
	struct screen_explanation why;
	struct screen_index *index;
	struct err err;

	*VEC_ADD(arena, &entries[0].names) = str_from(first);
	*VEC_ADD(arena, &entries[1].names) = str_from(second);
	assert_int_equal(screen_index_new(entries, 2, &index, &err), RC_OK);
	screen_explain(index, worker, &query, 0, &why);
	screen_index_free(index);
	return why.bits;
}

static void
a_slip_that_makes_another_name_is_less_likely_a_slip(void **state)
{
	(void)state;
	assert_true(bits_of_first("Marta HELGERAD", "Marta HELGERAT", "Ivo HELGERAD") + 1 <
		    bits_of_first("Marta HELGERAD", "Marta HELGERAT", "Ivo BRUCKNER"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_fits_better_has_more_bits),
	    cmocka_unit_test(a_long_chain_of_forefathers_does_not_outweigh_another_family),
	    cmocka_unit_test(a_slip_that_makes_another_name_is_less_likely_a_slip),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
