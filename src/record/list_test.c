#include "base/test.h"

#include "record/blind.h"
#include "record/record.sql.h"
#include "record/test_node.h"

static struct test_person analyst, stranger, supervisor, worker;

static int
setup(void **state)
{
	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	stranger = test_person(3, 2, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	supervisor = test_person(4, 1, BIT(ROLE_SUPERVISOR), PURPOSE_INVESTIGATION);
	worker = test_person(7, 1, BIT(ROLE_SUPPORT_WORKER), PURPOSE_PROTECTION);
	*state = test_node_new(NULL, NULL);
	return 0;
}

/* n phones, made in turn by three people and at all handlings their type admits. */
struct made {
	struct id id;
	unsigned char owner, unit;
	enum tlp tlp;
};

#define MADE 450

static void
make_phones(struct test_node *t, struct made *made, size_t n)
{
	struct test_person people[3] = {analyst, supervisor, stranger};

	for (size_t p = 0; p < 3; p++)
		people[p].actor.roles = BIT(ROLE_ANALYST);
	for (size_t i = 0; i < n; i++) {
		const struct test_person *who = &people[i % 3];
		struct record_new options = {
		    .has_handling = true,
		    .handling = {(enum tlp)(TLP_AMBER + (int)(i / 3 % 3)), false, false}};
		struct door *d = test_node_begin(t, who);
		struct record *r;
		enum rc rc;

		t->now_ms += (int64_t)(i % 2); /* two at a time in one millisecond */
		rc = record_create(d, test_node_type(t, "phone"),
				   test_json(d, str_fmt(t->a, "{'phone':'+9990%07zu'}", i)),
				   &options, &r, NULL);
		assert_int_equal(rc, RC_OK);
		made[i] = (struct made){r->id, who->actor.id.b[0], who->actor.unit.b[0],
					options.handling.tlp};
		assert_int_equal(test_node_end(t, rc), RC_OK);
	}
}

static bool
expected(const struct test_person *who, const struct made *m)
{
	bool own = who->actor.id.b[0] == m->owner, same_unit = who->actor.unit.b[0] == m->unit;

	if (m->tlp == TLP_RED)
		return own || (same_unit && (who->actor.roles & BIT(ROLE_SUPERVISOR)) != 0);
	return m->tlp == TLP_AMBER || same_unit;
}

static void
pages_give_each_visible_row_once_newest_first_and_no_other(void **state)
{
	static const size_t limits[] = {200, 50, 7, 1};
	struct test_node *t = *state;
	struct made *made = NEW_N(t->a, struct made, MADE);
	const struct test_person *who[] = {&analyst, &stranger, &supervisor};

	make_phones(t, made, MADE);
	for (size_t w = 0; w < 3; w++)
		for (size_t l = 0; l < COUNT_OF(limits) - (w > 0); l++) {
			struct record_filter filter = {.type = test_node_type(t, "phone"),
						       .limit = limits[l]};
			struct id before;
			size_t seen = 0, want = 0;

			memset(before.b, 0xff, sizeof before.b);
			for (size_t i = 0; i < MADE; i++)
				want += expected(who[w], &made[i]);
			assert_true(want > 200 && want < MADE);
			do {
				struct door *d = test_node_begin_read(t, who[w]);
				struct record_list page;

				assert_int_equal(record_list(d, &filter, &page, NULL), RC_OK);
				assert_true(page.items.n <= limits[l]);
				assert_int_equal(d->pending.n, 1);
				assert_int_equal(d->pending.at[0].about_count, page.items.n);
				for (size_t i = 0; i < page.items.n; i++) {
					size_t k = 0;

					assert_true(id_cmp(page.items.at[i]->id, before) < 0);
					before = page.items.at[i]->id;
					while (!id_eq(made[k].id, before))
						k++;
					assert_true(expected(who[w], &made[k]));
					assert_null(page.items.at[i]->fields);
				}
				seen += page.items.n;
				filter.cursor = page.next;
				door_close(d);
			} while (filter.cursor.n > 0);
			assert_int_equal(seen, want);
		}
}

static void
a_list_refuses_roles_purposes_and_cursors_that_are_off(void **state)
{
	struct test_node *t = *state;
	struct test_person monitor = test_person(9, 1, BIT(ROLE_MONITOR), PURPOSE_OVERSIGHT);
	struct record_filter filter = {.type = test_node_type(t, "phone")};
	struct record_list page;
	struct door *d = test_node_begin_read(t, &monitor);

	assert_int_equal(record_list(d, &filter, &page, NULL), RC_DENIED);
	assert_int_equal(d->pending.n, 1);
	assert_int_equal(d->pending.at[0].action, AUDIT_DENIED);
	door_close(d);
	d = test_node_begin_read(t, &analyst);
	filter.cursor = STR("yesterday");
	assert_int_equal(record_list(d, &filter, &page, NULL), RC_USAGE);
	door_close(d);
	/* A survivor's record is in no list of somebody who does not protect. */
	(void)test_node_create(t, &worker, "survivor", STR("{'chosen_name':'Tirelu'}"));
	filter = (struct record_filter){.type = test_node_type(t, "survivor")};
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(record_list(d, &filter, &page, NULL), RC_DENIED);
	door_close(d);
	d = test_node_begin_read(t, &worker);
	assert_int_equal(record_list(d, &filter, &page, NULL), RC_OK);
	assert_int_equal(page.items.n, 1);
	door_close(d);
}

static void
records_of_the_node_itself_stand_in_lists(void **state)
{
	struct test_node *t = *state;
	struct test_person node = {.actor = {.is_node = true}};
	struct record_filter filter = {.type = test_node_type(t, "organisation")};
	struct record_list page;
	struct door *d;

	(void)test_node_create(t, &node, "organisation", STR("{'name':'North Coast Police'}"));
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(record_list(d, &filter, &page, NULL), RC_OK);
	assert_int_equal(page.items.n, 1);
	door_close(d);
}

static size_t
filtered(struct test_node *t, const struct test_person *who, const char *type, const char *field,
	 struct str value)
{
	struct record_filter filter = {.type = test_node_type(t, type), .value = value};
	struct door *d = test_node_begin_read(t, who);
	struct record_list page;

	filter.field = type_field(filter.type, str_from(field));
	assert_int_equal(record_list(d, &filter, &page, NULL), RC_OK);
	door_close(d);
	return page.items.n;
}

static size_t
identified(struct test_node *t, const struct test_person *who, const char *value)
{
	struct door *d = test_node_begin_read(t, who);
	struct record_list found;

	assert_int_equal(record_find_identifier(d, str_from(value), 50, &found, NULL), RC_OK);
	assert_int_equal(d->pending.at[d->pending.n - 1].about_count, found.items.n);
	door_close(d);
	return found.items.n;
}

static void
an_identifier_finds_its_records_and_no_neighbour_of_its_token(void **state)
{
	struct test_node *t = *state;
	struct made *made = NEW_N(t->a, struct made, 60);
	struct handling red = {TLP_RED, false, false};
	struct record *r;
	struct door *d;
	struct id person;

	make_phones(t, made, 60);
	for (int i = 0; i < 9; i += 3)
		assert_int_equal(
		    filtered(t, &analyst, "phone", "phone", str_fmt(t->a, "+9990%07d", i)), 1);
	assert_int_equal(filtered(t, &analyst, "phone", "phone", STR("+99909999999")), 0);
	/* the supervisor's own RED one (the 7th) is not the analyst's to find */
	assert_int_equal(made[7].tlp, TLP_RED);
	assert_int_equal(filtered(t, &analyst, "phone", "phone", STR("+99900000007")), 0);
	assert_int_equal(identified(t, &analyst, "+99900000007"), 0);
	person = test_node_create(
	    t, &analyst, "person",
	    STR("{'name':'O','documents':[{'kind':'passport','value':'X1234567','issuer':'QN'}],"
		"'mobile_phone':'+99900000003'}"));
	assert_int_equal(identified(t, &analyst, "X1234567"), 1);
	assert_int_equal(identified(t, &analyst, "+99900000003"), 2);
	assert_int_equal(identified(t, &analyst, "X1234568"), 0);
	assert_int_equal(identified(t, &stranger, "X1234567"), 1);
	d = test_node_begin(t, &analyst);
	assert_int_equal(test_node_end(t, record_mark(d, person, 1, red, &r, NULL)), RC_OK);
	assert_int_equal(identified(t, &stranger, "X1234567"), 0);
	/* A change takes the old value out and puts the new one in. */
	d = test_node_begin(t, &analyst);
	assert_int_equal(
	    test_node_end(
		t,
		record_update(d, person, 2,
			      test_json(d, STR("{'documents':null,'mobile_phone':'+99900000099'}")),
			      &r, NULL)),
	    RC_OK);
	assert_int_equal(identified(t, &analyst, "X1234567"), 0);
	assert_int_equal(identified(t, &analyst, "+99900000099"), 1);
}

static void
links_are_found_from_both_ends(void **state)
{
	struct test_node *t = *state;
	struct id phone = test_node_create(t, &analyst, "phone", STR("{'phone':'+99900000001'}"));
	struct id person = test_node_create(
	    t, &analyst, "person",
	    str_fmt(t->a, "{'name':'O','phones':['%s']}", id_format(t->a, phone).p));
	struct id survivor = test_node_create(
	    t, &worker, "survivor",
	    str_fmt(t->a, "{'chosen_name':'T','person':'%s'}", id_format(t->a, person).p));
	struct record_links links;
	struct door *d = test_node_begin_read(t, &analyst);

	assert_int_equal(record_links(d, phone, LINKS_BOTH, 100, &links, NULL), RC_OK);
	assert_int_equal(links.items.n, 1);
	assert_false(links.items.at[0].outward);
	assert_true(id_eq(links.items.at[0].record->id, person));
	assert_true(str_eq(links.items.at[0].field->name, STR("phones")));
	door_close(d);
	/* The analyst sees the phone alone; that a survivor's record names the person, never. */
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(record_links(d, person, LINKS_BOTH, 100, &links, NULL), RC_OK);
	assert_int_equal(links.items.n, 1);
	assert_true(links.items.at[0].outward);
	assert_true(id_eq(links.items.at[0].record->id, phone));
	door_close(d);
	d = test_node_begin_read(t, &worker);
	assert_int_equal(record_links(d, person, LINKS_BOTH, 100, &links, NULL), RC_OK);
	assert_int_equal(links.items.n, 2);
	assert_true(id_eq(links.items.at[0].record->id, survivor) ||
		    id_eq(links.items.at[1].record->id, survivor));
	door_close(d);
	d = test_node_begin_read(t, &stranger);
	assert_int_equal(record_links(d, survivor, LINKS_BOTH, 100, &links, NULL), RC_ABSENT);
	door_close(d);
}

static size_t
named(struct test_node *t, const struct test_person *who, struct str query, struct id *first)
{
	struct door *d = test_node_begin_read(t, who);
	struct search_hits hits;

	assert_int_equal(record_search_name(d, NULL, query, 20, &hits, NULL), RC_OK);
	if (hits.items.n > 0 && first != NULL)
		*first = hits.items.at[0].record->id;
	(void)test_node_end_read(t, RC_OK);
	return hits.items.n;
}

static void
a_name_is_found_across_scripts_by_those_who_may_list_it(void **state)
{
	struct test_node *t = *state;
	struct id latin, cyrillic, arabic, hangul, first;
	struct record *r;
	struct door *d;

	latin = test_node_create(t, &analyst, "person", STR("{'name':'Orvek Taluneth'}"));
	cyrillic = test_node_create(t, &analyst, "person", STR("{'name':'Дамеру Лошкай'}"));
	arabic = test_node_create(t, &analyst, "person", STR("{'name':'أورفيك تالونيث'}"));
	hangul = test_node_create(t, &analyst, "person", STR("{'name':'이갈밀'}"));
	(void)test_node_create(t, &analyst, "person", STR("{'name':'Somebody Else'}"));
	(void)test_node_create(t, &worker, "survivor", STR("{'chosen_name':'Orvek Taluneth'}"));
	/* each script finds itself; the survivor of that name is in no search */
	assert_true(named(t, &analyst, STR("Orvek Taluneth"), &first) >= 1);
	assert_true(id_eq(first, latin));
	assert_int_equal(named(t, &analyst, STR("Дамеру Лошкай"), &first), 1);
	assert_true(id_eq(first, cyrillic));
	assert_true(named(t, &analyst, STR("أورفيك تالونيث"), &first) >= 1);
	assert_true(id_eq(first, arabic));
	/* and across: transliterated */
	assert_true(named(t, &analyst, STR("Dameru Loshkai"), &first) >= 1);
	assert_true(id_eq(first, cyrillic));
	assert_true(named(t, &analyst, STR("Орвек Талунет"), &first) >= 1);
	assert_true(id_eq(first, latin));
	/* in each of its romanisations */
	assert_true(named(t, &analyst, STR("Rhee Gal Mil"), &first) >= 1);
	assert_true(id_eq(first, hangul));
	assert_true(named(t, &analyst, STR("Yi Kal Mil"), &first) >= 1);
	assert_true(id_eq(first, hangul));
	assert_int_equal(named(t, &worker, STR("Tirelu"), NULL), 0);
	assert_int_equal(named(t, &analyst, STR(""), NULL), 0);
	/* a new version takes the place of the old, and what is RED is not offered to others */
	d = test_node_begin(t, &analyst);
	assert_int_equal(
	    test_node_end(t,
			  record_update(d, latin, 1, test_json(d, STR("{'name':'Veltar Quonsim'}")),
					&r, NULL)),
	    RC_OK);
	assert_true(named(t, &analyst, STR("Veltar Quonsim"), &first) == 1 && id_eq(first, latin));
	assert_true(named(t, &analyst, STR("Orvek Taluneth"), &first) == 0 || !id_eq(first, latin));
	d = test_node_begin(t, &analyst);
	assert_int_equal(
	    test_node_end(
		t, record_mark(d, latin, 2, (struct handling){TLP_RED, false, false}, &r, NULL)),
	    RC_OK);
	assert_int_equal(named(t, &stranger, STR("Veltar Quonsim"), NULL), 0);
}

static bool
more_by_name(struct test_node *t, struct str query, size_t limit)
{
	struct door *d = test_node_begin_read(t, &stranger);
	struct search_hits hits;

	assert_int_equal(record_search_name(d, NULL, query, limit, &hits, NULL), RC_OK);
	assert_int_equal(hits.items.n, limit);
	(void)test_node_end_read(t, RC_OK);
	return hits.more;
}

static bool
more_by_list(struct test_node *t, const struct test_person *who, struct str value, size_t limit)
{
	const struct record_type *type = test_node_type(t, "person");
	struct record_filter filter = {.type = type, .limit = limit};
	struct door *d = test_node_begin_read(t, who);
	struct record_list page;

	if (value.n > 0) {
		filter.field = type_field(type, STR("mobile_phone"));
		filter.value = value;
	}
	assert_int_equal(record_list(d, &filter, &page, NULL), RC_OK);
	assert_int_equal(page.items.n, limit);
	(void)test_node_end_read(t, RC_OK);
	return page.next.n > 0;
}

static bool
more_by_links(struct test_node *t, const struct test_person *who, struct id id, size_t limit)
{
	struct door *d = test_node_begin_read(t, who);
	struct record_links links;

	assert_int_equal(record_links(d, id, LINKS_BOTH, limit, &links, NULL), RC_OK);
	assert_int_equal(links.items.n, limit);
	door_close(d);
	return links.more;
}

static void
make_red(struct test_node *t, const struct test_person *who, struct id id)
{
	struct door *d = test_node_begin(t, who);
	struct record *r;

	assert_int_equal(
	    test_node_end(
		t, record_mark(d, id, 1, (struct handling){TLP_RED, false, false}, &r, NULL)),
	    RC_OK);
}

/* Somebody who plants a record of a name must not hear whether others hold it too. */
static void
no_word_that_there_is_more_tells_of_what_is_hidden(void **state)
{
	struct test_node *t = *state;
	struct test_person colleague = test_person(9, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	const char *body =
	    "{'name':'Grevil Quaxtor','mobile_phone':'+99900000031','phones':['@1']}";
	struct id phone = test_node_create(t, &analyst, "phone", STR("{'phone':'+99900000031'}"));
	struct str fields = test_fill(t, body, phone, phone);
	struct str number = STR("+99900000031");

	make_red(t, &analyst, test_node_create(t, &analyst, "person", fields));
	(void)test_node_create(t, &stranger, "person", test_fill(t, body, phone, phone));
	assert_false(more_by_name(t, STR("Grevil Quaxtor"), 1));
	assert_false(more_by_list(t, &stranger, STR_NONE, 1));
	assert_false(more_by_list(t, &stranger, number, 1));
	assert_false(more_by_links(t, &stranger, phone, 1));
	/* Nor to a colleague at the next desk, whose lists pass by RED rows of the unit. */
	assert_false(more_by_list(t, &colleague, STR_NONE, 1));
	assert_false(more_by_list(t, &colleague, number, 1));
	assert_false(more_by_links(t, &colleague, phone, 1));
	/* What they may see is more, though, and its owner hears of it. */
	assert_true(more_by_list(t, &analyst, STR_NONE, 1));
	assert_true(more_by_links(t, &analyst, phone, 1));
	(void)test_node_create(t, &stranger, "person", test_fill(t, body, phone, phone));
	assert_true(more_by_name(t, STR("Grevil Quaxtor"), 1));
	assert_false(more_by_name(t, STR("Grevil Quaxtor"), 2));
	assert_true(more_by_list(t, &colleague, number, 1));
	assert_true(more_by_links(t, &colleague, phone, 1));
	assert_false(more_by_links(t, &colleague, phone, 2));
}

static void
tokens_get_longer_as_rows_are_added(void **state)
{
	static const struct {
		int64_t rows;
		int bits;
	} sizes[] = {{0, 0},  {8, 0},  {15, 0},	      {16, 1},
		     {31, 1}, {32, 2}, {1 << 20, 17}, {INT64_C(1) << 62, BLIND_BITS_MAX}};
	struct test_node *t = *state;
	const struct record_type *type = test_node_type(t, "phone");
	const struct field *field = type_field(type, STR("phone"));

	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		assert_int_equal(blind_bits(sizes[i].rows), sizes[i].bits);
	/* A short token is the start of a long one; type and field part them. */
	for (int bits = 1; bits <= BLIND_BITS_MAX; bits++) {
		struct blind_token a = blind_make(&t->node, type, field, STR("+99900000001"), bits);
		struct blind_token b =
		    blind_make(&t->node, type, field, STR("+99900000001"), BLIND_BITS_MAX);
		int whole = bits / 8;

		assert_int_equal(a.b[3], bits);
		assert_memory_equal(a.b, b.b, 3);
		assert_memory_equal(a.b + 4, b.b + 4, (size_t)whole);
		for (int k = whole + 1; k < 5; k++)
			assert_int_equal(a.b[4 + k], 0);
	}
}

/*
 * Somebody who can plant values and read the table learns of a token only that one of many
 * values stands behind it: each token of the field is shared.
 */
static void
a_planted_value_cannot_be_told_by_its_token(void **state)
{
	struct test_node *t = *state;
	const struct record_type *type = test_node_type(t, "phone");
	const struct field *field = type_field(type, STR("phone"));
	struct made *made = NEW_N(t->a, struct made, MADE);
	size_t tokens = 0, shared = 0;

	make_phones(t, made, MADE);
	for (int bits = 0; bits <= blind_bits(MADE); bits++)
		for (int prefix = 0; prefix < 1 << bits; prefix++) {
			struct blind_token token =
			    blind_make(&t->node, type, field, STR("x"), bits);
			struct rows *rows;
			size_t n = 0;
			struct id zero = {{0}};

			token.b[4] = (unsigned char)(bits == 0 ? 0 : prefix << (8 - bits));
			assert_int_equal(
			    db_select(t->db, &SQL_RECORD_TOKEN_ROWS,
				      BINDS(B_BYTES(token.b, BLIND_BYTES), B_ID(zero), B_I64(1000)),
				      &rows, NULL),
			    RC_OK);
			while (rows_next(rows, NULL) == RC_OK)
				n++;
			rows_close(rows);
			tokens += n;
			shared += n > 1 ? n : 0;
		}
	assert_int_equal(tokens, MADE);
	/* All but a few stragglers have company; on average about eight share a token. */
	assert_true(shared >= MADE * 95 / 100);
	assert_int_equal(blind_bits(MADE), 5);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(pages_give_each_visible_row_once_newest_first_and_no_other),
	    T(a_list_refuses_roles_purposes_and_cursors_that_are_off),
	    T(records_of_the_node_itself_stand_in_lists),
	    T(an_identifier_finds_its_records_and_no_neighbour_of_its_token),
	    T(links_are_found_from_both_ends),
	    T(a_name_is_found_across_scripts_by_those_who_may_list_it),
	    T(no_word_that_there_is_more_tells_of_what_is_hidden),
	    T(tokens_get_longer_as_rows_are_added),
	    T(a_planted_value_cannot_be_told_by_its_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
