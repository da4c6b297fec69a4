#include "base/test.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "format/csv.h"
#include "node/demo_data.h"
#include "node/demo_data_htcds.h"
#include "node/demo_data_name.h"
#include "node/demo_data_row.h"

enum { SEED = 1, ROWS_MAX = 4000, CELLS_MAX = 128 };

/* The world of seed 1, made once, and its CSV read back as any program would read it. */
static struct arena *arena;
static struct demo_data demo;

struct table {
	size_t n, columns;
	struct str *cell[ROWS_MAX];
};
static struct table incidents, links, sdn, alt, add;

static void
table_read(struct str text, struct table *t)
{
	struct csv *csv = csv_new(arena, source_memory(text, "demo"), NULL);
	struct csv_row row;
	struct err err;
	enum rc rc;

	*t = (struct table){0};
	while ((rc = csv_next(csv, &row, &err)) == RC_OK) {
		assert_true(t->n < ROWS_MAX && row.n <= CELLS_MAX);
		if (t->n == 0)
			t->columns = row.n;
		assert_int_equal(row.n, t->columns);
		t->cell[t->n] = NEW_N(arena, struct str, row.n);
		for (size_t i = 0; i < row.n; i++)
			t->cell[t->n][i] = str_copy(arena, row.at[i].text);
		t->n++;
	}
	assert_int_equal(rc, RC_ABSENT);
}

static struct str
cell(size_t row, enum demo_htcds_field field)
{
	return incidents.cell[row][field];
}

static int
setup(void **state)
{
	struct demo_options options = {.seed = SEED};
	struct err err = {0};

	(void)state;
	arena = arena_new(0);
	assert_int_equal(demo_data_make(arena, &options, &demo, &err), RC_OK);
	table_read(demo.incidents, &incidents);
	table_read(demo.links, &links);
	table_read(demo.sdn, &sdn);
	table_read(demo.alt, &alt);
	table_read(demo.add, &add);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

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
/* The same for 2,000 rows of demo_htcds_bench_write. */
#define GOLDEN_BENCH 0x61103a6e877794ccULL

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

/* ICU would do, but blocks suffice: which script is the first letter of? */
static enum demo_script
script_of(struct str s)
{
	size_t used;
	uint32_t c = utf8_decode(s.p, s.n, &used);

	if (c < 0x250)
		return DEMO_LATIN;
	if (c >= 0x400 && c < 0x500)
		return DEMO_CYRILLIC;
	if (c >= 0x600 && c < 0x700)
		return DEMO_ARABIC;
	if (c >= 0x900 && c < 0x980)
		return DEMO_DEVANAGARI;
	if (c >= 0x1200 && c < 0x1380)
		return DEMO_ETHIOPIC;
	assert_true(c >= 0x4E00 && c < 0xA000);
	return DEMO_HAN;
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

static bool
day_is_of_2026(struct str s)
{
	int64_t month, day;

	return s.n == 10 && str_starts(s, STR("2026-")) && s.p[7] == '-' &&
	       str_to_i64(str_sub(s, 5, 7), &month) && str_to_i64(str_sub(s, 8, 10), &day) &&
	       month >= 1 && month <= 12 && day >= 1 && day <= (month == 2 ? 28 : 31) &&
	       !(day == 31 && (month == 4 || month == 6 || month == 9 || month == 11));
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

static size_t
lines_in(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void
every_seed_makes_a_world_of_the_same_shape(void **state)
{
	(void)state;
	for (uint64_t seed = 2; seed < 40; seed++) {
		struct demo_options options = {.seed = seed * 0x9e3779b97f4a7c15U};
		struct arena *a = arena_new(0);
		struct demo_data other;

		assert_int_equal(demo_data_make(a, &options, &other, NULL), RC_OK);
		assert_int_equal(lines_in(other.sdn), DEMO_LIST_COUNT);
		assert_int_equal(lines_in(other.alt), alt.n);
		assert_int_equal(lines_in(other.add), add.n);
		assert_int_equal(lines_in(other.incidents), incidents.n);
		assert_int_equal(lines_in(other.links), links.n);
		assert_true(utf8_is_valid(other.incidents) && utf8_is_valid(other.alt));
		arena_free(a);
	}
}

static struct str
real_list(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *bytes;
	size_t n;

	if (f == NULL)
		return STR_NONE;
	bytes = arena_bytes(arena, 8 << 20);
	n = fread(bytes, 1, 8 << 20, f);
	fclose(f);
	return (struct str){bytes, n};
}

static void
no_name_of_seed_one_is_on_a_real_list(void **state)
{
	const struct str lists[] = {real_list("../shared/data/lists/ofac/sdn.csv"),
				    real_list("../shared/data/lists/ofac/alt.csv")};

	(void)state;
	if (lists[0].n == 0 || lists[1].n == 0) {
		print_message("skipped: no real list in ../shared\n");
		skip();
	}
	for (size_t i = 0; i < sdn.n; i++)
		for (size_t j = 0; j < COUNT_OF(lists); j++)
			assert_int_equal(str_find(lists[j], sdn.cell[i][1]), -1);
	for (size_t i = 1; i < incidents.n; i++) {
		struct str family = cell(i, DEMO_prs_SecondName), name;

		if (str_empty(family) || script_of(family) != DEMO_LATIN)
			continue;
		name = str_copy(arena, str_fmt(arena, "%.*s, %.*s", STR_ARG(family),
					       STR_ARG(cell(i, DEMO_prs_FirstName))));
		for (size_t j = 0; j < family.n; j++)
			((char *)name.p)[j] = (char)toupper(name.p[j]);
		for (size_t j = 0; j < COUNT_OF(lists); j++)
			assert_int_equal(str_find(lists[j], name), -1);
	}
}

struct taking {
	const char *refused; /* this name is taken; NULL: each is */
	size_t asked;
};

static bool
taken_by_list(void *ctx, struct str full_name)
{
	struct taking *t = ctx;

	t->asked++;
	return t->refused == NULL || str_eq_z(full_name, t->refused);
}

static void
a_name_on_a_given_list_is_drawn_again(void **state)
{
	size_t row = 0;
	struct demo_options options = {.seed = SEED, .taken = taken_by_list};
	struct taking taking = {0};
	struct demo_data other;
	struct err err;

	(void)state;
	/* Any survivor's name will do; with it refused, no row has it. */
	for (row = 1; row < incidents.n; row++)
		if (str_eq_z(cell(row, DEMO_vic_TraffickingStatus), "ActualVictimOfTrafficking") &&
		    !str_empty(cell(row, DEMO_prs_SecondName)) &&
		    script_of(cell(row, DEMO_prs_FirstName)) == DEMO_LATIN)
			break;
	assert_true(row < incidents.n);
	taking.refused =
	    str_z(arena, str_fmt(arena, "%.*s %.*s", STR_ARG(cell(row, DEMO_prs_FirstName)),
				 STR_ARG(cell(row, DEMO_prs_SecondName))));
	options.ctx = &taking;
	assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_OK);
	assert_true(taking.asked > 1000);
	assert_int_equal(
	    str_find(other.incidents,
		     str_fmt(arena, "%.*s,,%.*s", STR_ARG(cell(row, DEMO_prs_FirstName)),
			     STR_ARG(cell(row, DEMO_prs_SecondName)))),
	    -1);
	assert_true(str_eq(other.sdn, demo.sdn));
}

static void
a_story_name_on_a_given_list_ends_the_making(void **state)
{
	static const char *const names[] = {"Orvek Taluneth", "Лошкай Дамеру", "Orveka Talunek",
					    NULL};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct taking taking = {.refused = names[i]};
		struct demo_options options = {.taken = taken_by_list, .ctx = &taking};
		struct demo_data other;
		struct err err = {0};

		assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_CONFLICT);
		assert_int_equal(str_find(str_from(err.text), STR("Orvek")), -1);
	}
}

static void
counts_out_of_range_are_refused_and_more_rows_add_undetermined_people(void **state)
{
	static const size_t bad[] = {1, 299, 3001};
	struct demo_options options = {.seed = SEED};
	struct demo_data other;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		options.incident_count = bad[i];
		assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_INVALID);
	}
	options.incident_count = 3000;
	assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_OK);
	assert_int_equal(lines_in(other.incidents), 3001);
	assert_int_equal(other.incident_count, 3000);
	assert_true(str_eq(other.sdn, demo.sdn));
}

static void
saved_files_are_the_bytes_and_a_missing_folder_is_told(void **state)
{
	char folder[] = "/tmp/liaison-demo-XXXXXX", path[128];
	static const char *const names[] = {"sdn.csv", "alt.csv", "add.csv", "incidents.csv",
					    "links.csv"};
	const struct str bytes[] = {demo.sdn, demo.alt, demo.add, demo.incidents, demo.links};
	struct err err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(demo_data_save(&demo, folder, &err), RC_OK);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *read = arena_bytes(arena, bytes[i].n + 1);
		FILE *f;

		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		f = fopen(path, "rb");
		assert_non_null(f);
		assert_int_equal(fread(read, 1, bytes[i].n + 1, f), bytes[i].n);
		assert_memory_equal(read, bytes[i].p, bytes[i].n);
		fclose(f);
		unlink(path);
	}
	rmdir(folder);
	assert_int_equal(demo_data_save(&demo, folder, &err), RC_UNAVAILABLE);
	assert_string_equal(err.key, "sdn.csv");
}

static struct str
bench_text(uint64_t seed, size_t n)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&bytes, &size);
	struct str out;

	assert_non_null(f);
	assert_int_equal(demo_htcds_bench_write(seed, n, f, NULL), RC_OK);
	fclose(f);
	out = str_copy(arena, (struct str){bytes, size});
	free(bytes);
	return out;
}

static void
rows_for_benchmarks_parse_and_repeat(void **state)
{
	static struct table t;
	struct str text = bench_text(SEED, 2000), longer = bench_text(SEED, 2500);
	size_t suspects = 0;

	(void)state;
	assert_int_equal(str_hash(text), GOLDEN_BENCH);
	assert_true(utf8_is_valid(text));
	assert_true(str_starts(longer, text));
	assert_false(str_eq(text, bench_text(SEED + 1, 2000)));
	table_read(text, &t);
	assert_int_equal(t.n, 2001);
	assert_int_equal(t.columns, DEMO_HTCDS_COUNT);
	for (size_t i = 1; i < t.n; i++) {
		struct str phone = t.cell[i][DEMO_prs_MobilePhone];

		assert_true(str_empty(phone) || str_starts(phone, STR("+999")));
		assert_true(day_is_of_2026(t.cell[i][DEMO_hte_Date]));
		suspects += !str_empty(t.cell[i][DEMO_per_RoleInProcess]);
	}
	assert_in_range(suspects, 200, 330);
}

static void
rows_for_benchmarks_tell_of_a_full_disk(void **state)
{
	FILE *f = fopen("/dev/full", "wb");
	struct err err;

	(void)state;
	if (f == NULL)
		skip();
	assert_int_equal(demo_htcds_bench_write(SEED, 5000, f, &err), RC_UNAVAILABLE);
	fclose(f);
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
	    cmocka_unit_test(links_join_the_four_networks_and_nothing_else),
	    cmocka_unit_test(harbour_road_is_joined_by_phone_payer_and_plate),
	    cmocka_unit_test(the_hotline_is_in_nine_rows),
	    cmocka_unit_test(each_link_names_a_row_that_says_the_same),
	    cmocka_unit_test(free_text_keeps_to_the_words_of_the_language_guide),
	    cmocka_unit_test(every_seed_makes_a_world_of_the_same_shape),
	    cmocka_unit_test(no_name_of_seed_one_is_on_a_real_list),
	    cmocka_unit_test(a_name_on_a_given_list_is_drawn_again),
	    cmocka_unit_test(a_story_name_on_a_given_list_ends_the_making),
	    cmocka_unit_test(counts_out_of_range_are_refused_and_more_rows_add_undetermined_people),
	    cmocka_unit_test(saved_files_are_the_bytes_and_a_missing_folder_is_told),
	    cmocka_unit_test(rows_for_benchmarks_parse_and_repeat),
	    cmocka_unit_test(rows_for_benchmarks_tell_of_a_full_disk),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
