#include "base/test.h"

#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "node/demo_data_row.h"
#include "node/test_demo_world.h"

static uint64_t
hash_of(const struct demo_data *d)
{
	const struct str all[] = {d->sdn, d->alt, d->add, d->incidents, d->links};
	struct buf b;

	buf_init(&b, arena);
	for (size_t i = 0; i < COUNT_OF(all); i++)
		buf_add(&b, all[i]);
	return str_hash(buf_str(&b));
}

/* A change of this number is a change of everybody's demo: review the files before it. */
#define GOLDEN 0x5f8915e93f092c04ULL

static void
the_same_seed_gives_the_same_bytes_and_another_seed_others(void **state)
{
	struct demo_options options = {.seed = SEED};
	struct demo_data again, other;
	struct err err;

	(void)state;
	assert_int_equal(demo_data_make(arena, &options, &again, &err), RC_OK);
	assert_true(str_eq(again.incidents, demo.incidents) && str_eq(again.links, demo.links));
	assert_int_equal(hash_of(&again), hash_of(&demo));
	options.seed = SEED + 1;
	assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_OK);
	assert_int_not_equal(hash_of(&other), hash_of(&demo));
	assert_int_equal(hash_of(&demo), GOLDEN);
}

static void
the_list_has_ofacs_shape(void **state)
{
	const struct str files[] = {demo.sdn, demo.alt, demo.add};
	size_t people = 0, vessels = 0, others = 0;
	struct map ids = {.arena = arena};

	(void)state;
	assert_int_equal(sdn.n, DEMO_LIST_COUNT);
	assert_int_equal(sdn.columns, 12);
	assert_int_equal(alt.columns, 5);
	assert_int_equal(add.columns, 6);
	assert_int_equal(alt.n, 46);
	assert_int_equal(add.n, 24);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		assert_int_equal(files[i].p[files[i].n - 1], 0x1A);
		assert_true(str_find(files[i], STR(",-0- \r\n")) >= 0 || i == 0);
		assert_true(utf8_is_valid(files[i]));
	}
	for (size_t i = 0; i < sdn.n; i++) {
		people += str_eq_z(sdn.cell[i][2], "individual");
		vessels += str_eq_z(sdn.cell[i][2], "vessel");
		others += str_eq_z(sdn.cell[i][2], "-0- ");
		assert_null(map_put(&ids, sdn.cell[i][0], &ids));
	}
	assert_int_equal(people, 31);
	assert_int_equal(others, 8);
	assert_int_equal(vessels, 1);
	for (size_t i = 0; i < alt.n; i++)
		assert_non_null(map_find(&ids, alt.cell[i][0]));
	for (size_t i = 0; i < add.n; i++)
		assert_non_null(map_find(&ids, add.cell[i][0]));
}

static void
the_storys_people_are_on_the_list_and_the_namesake_is_not(void **state)
{
	static const char *const aliases[] = {"Талунет, Орвек", "أورفيك تالونيث",
					      "奥尔维克·塔卢内特", "Лошкай, Дамеру",
					      "داميرو لوشكاي"};

	(void)state;
	assert_string_equal(sdn.cell[0][1].p, "TALUNETH, Orvek");
	assert_true(str_starts(sdn.cell[0][11], STR("DOB 07 May 1979; POB Port Ulmere, QN;")));
	assert_string_equal(sdn.cell[1][1].p, "LOSHKAI, Dameru");
	for (size_t i = 0; i < COUNT_OF(aliases); i++)
		assert_true(str_find(demo.alt, str_from(aliases[i])) >= 0);
	assert_int_equal(str_find(demo.sdn, STR("TALUNEK")), -1);
	assert_int_equal(str_find(demo.alt, STR("TALUNEK")), -1);
	assert_true(str_eq_z(cell(demo.truth.namesake, DEMO_prs_FirstName), "Orveka"));
	assert_true(str_eq_z(cell(demo.truth.namesake, DEMO_prs_SecondName), "Talunek"));
	assert_true(str_eq_z(cell(demo.truth.namesake, DEMO_prs_Birthdate), "1981-05-07"));
}

static void
the_header_names_the_fields_that_are_not_deprecated(void **state)
{
	(void)state;
	assert_int_equal(incidents.columns, 81);
	assert_int_equal(incidents.n, 1 + DEMO_INCIDENT_COUNT);
	for (size_t i = 0; i < incidents.columns; i++)
		assert_true(
		    str_eq(incidents.cell[0][i], demo_htcds_name((enum demo_htcds_field)i)));
	assert_int_equal(str_find(demo.incidents, STR("Vulnerabilities")), -1);
	assert_int_equal(str_find(demo.incidents, STR("AgreementToManage")), -1);
}

static void
rows_are_of_the_categories_that_demo_md_counts(void **state)
{
	size_t suspects = 0, survivors = 0, possible = 0, not_victim = 0, unsaid = 0, nameless = 0;

	(void)state;
	for (size_t i = 1; i < incidents.n; i++) {
		struct str status = cell(i, DEMO_vic_TraffickingStatus);

		if (!str_empty(cell(i, DEMO_per_RoleInProcess))) {
			/* A suspect's row says nothing about being a victim, and the reverse. */
			assert_true(str_empty(status));
			suspects++;
		} else if (str_empty(status)) {
			unsaid++;
		} else {
			survivors += str_eq_z(status, "ActualVictimOfTrafficking");
			possible += str_eq_z(status, "PossibleVictimOfTrafficking");
			not_victim += str_eq_z(status, "NotAVictimOfTrafficking");
		}
		nameless += str_empty(cell(i, DEMO_prs_FirstName));
	}
	assert_int_equal(suspects, DEMO_SUSPECT_COUNT);
	assert_int_equal(survivors, 30);
	assert_int_equal(not_victim, 10);
	assert_int_equal(possible, 140);
	assert_int_equal(unsaid, 80);
	assert_int_equal(nameless, 31);
}

static void
names_come_in_six_scripts(void **state)
{
	static const size_t wanted[DEMO_SCRIPT_COUNT] = {144, 27, 29, 21, 26, 22};
	size_t count[DEMO_SCRIPT_COUNT] = {0};

	(void)state;
	for (size_t i = 1; i < incidents.n; i++)
		if (!str_empty(cell(i, DEMO_prs_FirstName)))
			count[script_of(cell(i, DEMO_prs_FirstName))]++;
	for (size_t i = 0; i < DEMO_SCRIPT_COUNT; i++)
		assert_int_equal(count[i], wanted[i]);
}

static void
telephones_countries_and_domains_are_nobodys(void **state)
{
	static const enum demo_htcds_field countries[] = {DEMO_prs_Citizenship,
							  DEMO_prs_MailingCountry, DEMO_hte_Country,
							  DEMO_org_ShippingCountry};
	size_t phones = 0;

	(void)state;
	for (size_t i = 1; i < incidents.n; i++) {
		struct str phone = cell(i, DEMO_prs_MobilePhone);
		struct str mail = cell(i, DEMO_prs_Email);

		assert_true(str_empty(phone) || (str_starts(phone, STR("+999")) && phone.n == 13));
		phones += !str_empty(phone);
		assert_true(str_empty(mail) || str_ends(mail, STR(".example")));
		for (size_t j = 0; j < COUNT_OF(countries); j++) {
			struct str c = cell(i, countries[j]);

			assert_true(str_empty(c) || str_eq_z(c, "QN") || str_eq_z(c, "QR") ||
				    (str_eq_z(c, "QN;QR") && countries[j] == DEMO_prs_Citizenship));
		}
	}
	assert_true(phones > 100);
	/* No plus sign anywhere starts another country's number. */
	for (struct str rest = demo.incidents; rest.p != NULL;) {
		(void)str_cut(&rest, '+');
		if (rest.p != NULL)
			assert_true(str_starts(rest, STR("999")));
	}
}

static void
each_incident_has_a_day_of_2026_and_a_place(void **state)
{
	(void)state;
	for (size_t i = 1; i < incidents.n; i++) {
		struct str referral = cell(i, DEMO_cas_IncomingReferralDate);

		assert_true(day_is_of_2026(cell(i, DEMO_hte_Date)));
		assert_true(str_empty(referral) || day_is_of_2026(referral));
		assert_false(str_empty(cell(i, DEMO_hte_City)));
		assert_true(str_starts(cell(i, DEMO_hte_Latitude), STR("-")));
	}
}

static void
survivors_of_the_protection_house_are_in_no_police_row(void **state)
{
	static const char *const chosen[] = {"Tirelu", "ቲሬሉ", "Sunelo", "سونيلو", "Oshmi", "ओशमी"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(chosen); i++) {
		assert_int_equal(str_find(demo.incidents, str_from(chosen[i])), -1);
		assert_int_equal(str_find(demo.sdn, str_from(chosen[i])), -1);
		assert_int_equal(str_find(demo.alt, str_from(chosen[i])), -1);
	}
}

static void
nobody_has_the_name_of_a_known_person(void **state)
{
	/* Names many readers would know; a full name must equal none of them. */
	static const char *const known[] = {"Nelson Mandela", "Malala Yousafzai", "Kofi Annan",
					    "Marie Curie",    "Anna Karenina",	  "Lev Tolstoy",
					    "Omar Sharif",    "Naguib Mahfouz",	  "Akira Kurosawa",
					    "Indira Gandhi",  "Haile Selassie",	  "Shakira Mebarak",
					    "Vladimir Putin", "Salman Rushdie",	  "Mo Farah"};

	(void)state;
	for (size_t i = 1; i < incidents.n; i++)
		for (size_t j = 0; j < COUNT_OF(known); j++)
			assert_false(
			    str_eq_z(demo_name_join(arena, DEMO_LATIN, cell(i, DEMO_prs_FirstName),
						    cell(i, DEMO_prs_SecondName)),
				     known[j]));
}

static void
only_listed_people_share_a_full_name(void **state)
{
	struct map seen = {.arena = arena};

	(void)state;
	for (size_t i = 1; i < incidents.n; i++)
		if (!str_empty(cell(i, DEMO_prs_SecondName)))
			assert_null(
			    map_put(&seen,
				    demo_name_join(arena, DEMO_LATIN, cell(i, DEMO_prs_FirstName),
						   cell(i, DEMO_prs_SecondName)),
				    &seen));
}

static struct str
entry_text(const struct table *t, uint32_t entry, size_t column, size_t nth)
{
	struct str id = str_fmt(arena, "%u", entry);

	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->cell[i][0], id) && nth-- == 0)
			return t->cell[i][column];
	return STR_NONE;
}

static void
the_truth_names_suspects_whose_list_entry_says_the_same_birth(void **state)
{
	size_t swapped = 0, same = 0, cross = 0;

	(void)state;
	for (size_t i = 0; i < DEMO_LISTED_COUNT; i++) {
		const struct demo_listed *l = &demo.truth.listed[i];
		struct str birth = cell(l->row, DEMO_prs_Birthdate);
		struct str remarks = entry_text(&sdn, l->entry, 11, 0);
		struct str given = cell(l->row, DEMO_prs_FirstName);

		assert_false(str_empty(cell(l->row, DEMO_per_RoleInProcess)));
		assert_true(str_find(remarks, str_sub(birth, 0, 4)) >= 0);
		if (strcmp(l->date_change, "same") == 0) {
			same++;
			assert_true(str_starts(
			    remarks, str_fmt(arena, "DOB %.*s ", STR_ARG(str_sub(birth, 8, 10)))));
		} else if (strcmp(l->date_change, "day and month swapped") == 0) {
			swapped++;
			assert_true(str_starts(
			    remarks, str_fmt(arena, "DOB %.*s ", STR_ARG(str_sub(birth, 5, 7)))));
			assert_false(str_eq(str_sub(birth, 5, 7), str_sub(birth, 8, 10)));
		}
		assert_string_equal(l->script, demo_script_code(script_of(given)));
		cross += !l->script_on_list;
	}
	assert_int_equal(same, 7);
	assert_int_equal(swapped, 3);
	assert_int_equal(cross, 2);
	assert_true(str_eq_z(cell(demo.truth.listed[0].row, DEMO_prs_SecondName), "Талунет"));
	assert_true(str_eq_z(cell(demo.truth.listed[0].row, DEMO_prs_Birthdate), "1979-07-05"));
}

static void
a_decoy_shares_neither_full_name_nor_birth_with_whom_it_resembles(void **state)
{
	(void)state;
	for (size_t i = 0; i < DEMO_DECOY_COUNT; i++) {
		const struct demo_decoy *d = &demo.truth.decoy[i];
		struct str name = entry_text(&sdn, d->entry, 1, 0);
		struct str remarks = entry_text(&sdn, d->entry, 11, 0);
		struct str full =
		    str_fmt(arena, "%.*s, %.*s", STR_ARG(cell(d->row, DEMO_prs_SecondName)),
			    STR_ARG(cell(d->row, DEMO_prs_FirstName)));

		assert_false(str_empty(cell(d->row, DEMO_per_RoleInProcess)));
		assert_false(str_empty(name));
		assert_false(str_eq_ascii_case(name, full));
		assert_int_equal(str_find(remarks, str_sub(cell(d->row, DEMO_prs_Birthdate), 0, 4)),
				 -1);
		for (size_t j = 0; j < DEMO_LISTED_COUNT; j++)
			assert_int_not_equal(d->row, demo.truth.listed[j].row);
	}
}

/* English words of codelists/stigma_terms.csv that a careless sentence might use. */
static const char *const avoided[] = {
    "prostitute", "slave",   "hooker",	    "illegal",	     "illegals", "rescue",	 "rescued",
    "saved",	  "willing", "genuine",	    "true",	     "alleged",	 "so-called",	 "admitted",
    "confessed",  "claims",  "failed",	    "refused",	     "ran",	 "promiscuous",	 "pimp",
    "john",	  "broken",  "damaged",	    "uncooperative", "bogus",	 "inconsistent", "mule",
    "bride",	  "soldier", "pornography", "trafficked"};

static void
free_text_keeps_to_the_words_of_the_language_guide(void **state)
{
	(void)state;
	for (size_t i = 1; i < incidents.n; i++) {
		struct str text = str_lower_ascii(
		    arena, str_fmt(arena, " %.*s %.*s ", STR_ARG(cell(i, DEMO_hte_Description)),
				   STR_ARG(cell(i, DEMO_per_RoleDetails))));

		for (size_t j = 0; j < COUNT_OF(avoided); j++)
			assert_int_equal(str_find(text, str_fmt(arena, " %s ", avoided[j])), -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_seed_gives_the_same_bytes_and_another_seed_others),
	    cmocka_unit_test(the_list_has_ofacs_shape),
	    cmocka_unit_test(the_storys_people_are_on_the_list_and_the_namesake_is_not),
	    cmocka_unit_test(the_header_names_the_fields_that_are_not_deprecated),
	    cmocka_unit_test(rows_are_of_the_categories_that_demo_md_counts),
	    cmocka_unit_test(names_come_in_six_scripts),
	    cmocka_unit_test(telephones_countries_and_domains_are_nobodys),
	    cmocka_unit_test(each_incident_has_a_day_of_2026_and_a_place),
	    cmocka_unit_test(survivors_of_the_protection_house_are_in_no_police_row),
	    cmocka_unit_test(nobody_has_the_name_of_a_known_person),
	    cmocka_unit_test(only_listed_people_share_a_full_name),
	    cmocka_unit_test(the_truth_names_suspects_whose_list_entry_says_the_same_birth),
	    cmocka_unit_test(a_decoy_shares_neither_full_name_nor_birth_with_whom_it_resembles),
	    cmocka_unit_test(free_text_keeps_to_the_words_of_the_language_guide),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
