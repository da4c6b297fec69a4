#include "base/test.h"

#include "node/test_demo_world.h"

/* What ties the incidents of the demo together. */

/* The rows that links.csv joins by phone, account or plate, helpers left out when asked. */
static size_t
joined(size_t group[], size_t row_count, bool with_helper)
{
	size_t groups = 0, changed = 1;

	for (size_t i = 0; i <= row_count; i++)
		group[i] = i;
	while (changed != 0) {
		changed = 0;
		for (size_t i = 1; i < links.n; i++)
			for (size_t j = i + 1; j < links.n; j++) {
				int64_t a = 0, b = 0;
				struct str kind = links.cell[i][2], role = links.cell[i][4];

				if (!str_eq(links.cell[i][3], links.cell[j][3]) ||
				    str_eq_z(kind, "place") ||
				    (str_eq_z(role, "helper") && !with_helper))
					continue;
				assert_true(str_to_i64(links.cell[i][0], &a) &&
					    str_to_i64(links.cell[j][0], &b));
				if (group[a] == group[b])
					continue;
				changed = 1;
				group[a] = group[b] = group[a] < group[b] ? group[a] : group[b];
			}
	}
	for (size_t i = 1; i <= row_count; i++) {
		size_t size = 0;

		for (size_t j = 1; j <= row_count; j++)
			size += group[j] == i;
		groups += size > 1;
	}
	return groups;
}

static void
links_join_the_four_networks_and_nothing_else(void **state)
{
	static const size_t sizes[DEMO_NETWORK_COUNT] = {3, 5, 8, 4};
	size_t group[DEMO_INCIDENT_COUNT + 1];

	(void)state;
	assert_int_equal(joined(group, demo.incident_count, false), DEMO_NETWORK_COUNT);
	assert_string_equal(demo.truth.network[0].name, "Harbour Road");
	for (size_t i = 0; i < DEMO_NETWORK_COUNT; i++) {
		const struct demo_network *n = &demo.truth.network[i];
		size_t members = 0;

		assert_int_equal(n->n, sizes[i]);
		for (size_t j = 0; j < n->n; j++)
			assert_int_equal(group[n->row[j]], group[n->row[0]]);
		for (size_t j = 1; j <= demo.incident_count; j++)
			members += group[j] == group[n->row[0]];
		assert_int_equal(members, n->n);
	}
	/* Who takes the hotline for a lead merges two networks: three groups are left. */
	assert_int_equal(joined(group, demo.incident_count, true), DEMO_NETWORK_COUNT - 1);
	assert_int_equal(group[demo.truth.network[0].row[0]], group[demo.truth.network[2].row[0]]);
}

static bool
row_has_link(size_t row, const char *kind, struct str value)
{
	for (size_t i = 1; i < links.n; i++) {
		int64_t at;

		if (str_to_i64(links.cell[i][0], &at) && (size_t)at == row &&
		    str_eq_z(links.cell[i][2], kind) && str_eq(links.cell[i][3], value))
			return true;
	}
	return false;
}

static size_t
shared_count(const char *kind, size_t row_a, size_t row_b)
{
	size_t count = 0;

	for (size_t i = 1; i < links.n; i++)
		count += str_eq_z(links.cell[i][2], kind) &&
			 !str_eq_z(links.cell[i][4], "helper") &&
			 str_eq(links.cell[i][0], str_fmt(arena, "%zu", row_a)) &&
			 row_has_link(row_b, kind, links.cell[i][3]);
	return count;
}

static void
harbour_road_is_joined_by_phone_payer_and_plate(void **state)
{
	const size_t *row = demo.truth.network[0].row;

	(void)state;
	assert_int_equal(shared_count("phone", row[0], row[1]), 1);
	assert_int_equal(shared_count("account", row[1], row[2]), 1);
	assert_int_equal(shared_count("plate", row[0], row[2]), 1);
	assert_true(row_has_link(row[0], "plate", STR("ULM-4410")));
	assert_true(row_has_link(row[2], "place", STR("Ulmere Cannery")));
}

static void
the_hotline_is_in_nine_rows(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 1; i < links.n; i++)
		count += str_eq(links.cell[i][3], demo.truth.hotline);
	assert_int_equal(count, DEMO_HOTLINE_COUNT);
	for (size_t i = 0; i < DEMO_HOTLINE_COUNT; i++)
		assert_true(row_has_link(demo.truth.hotline_row[i], "phone", demo.truth.hotline));
}

static void
each_link_names_a_row_that_says_the_same(void **state)
{
	size_t count[5] = {0};
	static const char *const roles[] = {"contact", "payer", "vehicle", "site", "town"};

	(void)state;
	assert_int_equal(links.columns, 5);
	for (size_t i = 1; i < links.n; i++) {
		struct str text;
		int64_t row;

		assert_true(str_to_i64(links.cell[i][0], &row));
		assert_in_range(row, 1, demo.incident_count);
		text = cell((size_t)row, DEMO_hte_Description);
		assert_true(str_starts(text, links.cell[i][1]));
		assert_true(str_find(text, links.cell[i][3]) >= 0);
		for (size_t j = 0; j < COUNT_OF(roles); j++)
			count[j] += str_eq_z(links.cell[i][4], roles[j]);
	}
	assert_int_equal(count[0], 84); /* 69 loose, 15 of networks */
	assert_int_equal(count[1], 50);
	assert_int_equal(count[2], 53);
	assert_int_equal(count[3], 19);
	assert_int_equal(count[4], 300);
	assert_int_equal(links.n, 1 + 84 + 50 + 53 + 19 + 300 + DEMO_HOTLINE_COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(links_join_the_four_networks_and_nothing_else),
	    cmocka_unit_test(harbour_road_is_joined_by_phone_payer_and_plate),
	    cmocka_unit_test(the_hotline_is_in_nine_rows),
	    cmocka_unit_test(each_link_names_a_row_that_says_the_same),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
