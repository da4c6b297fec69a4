#include "base/test.h"

#include "record/about.h"
#include "record/bulk.h"
#include "record/damaged.h"
#include "record/record.sql.h"
#include "record/test_node.h"
#include "record/whole.h"

/* A row that does not open hides no other, and nothing of it is shown. */
static struct test_person analyst, stranger, supervisor, rights, administrator;

static int
setup(void **state)
{
	const uint32_t s = BIT(ROLE_SUPERVISOR);

	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	stranger = test_person(3, 2, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	supervisor = test_person(4, 1, s, PURPOSE_INVESTIGATION);
	rights = test_person(5, 1, s, PURPOSE_SUBJECT_RIGHTS);
	administrator = test_person(8, 1, BIT(ROLE_ADMINISTRATOR), PURPOSE_ADMINISTRATION);
	*state = test_node_new(NULL, NULL);
	return 0;
}

enum hand { BODY, KEY, BUCKET, NO_BUCKET, CUT, HANDLING, GUARD, TLP, STATE, FLAGS, HANDS };

/* What each hand in the database does, and whether the columns still say who may see it. */
static const struct {
	const char *name;
	bool shown;
} hands[HANDS] = {
    [BODY] = {"a bit of the body", true},      [KEY] = {"a bit of the wrapped key", true},
    [BUCKET] = {"another bucket", true},       [NO_BUCKET] = {"no bucket", true},
    [CUT] = {"a body cut short", true},	       [HANDLING] = {"another handling", true},
    [GUARD] = {"a guard that is none", false}, [TLP] = {"a handling that is none", false},
    [STATE] = {"a state that is none", false}, [FLAGS] = {"a flag that is none", false},
};

static struct str
flipped(struct test_node *t, struct str s)
{
	s = str_copy(t->a, s);
	((char *)(uintptr_t)s.p)[s.n / 2] ^= 4;
	return s;
}

static void
damage(struct test_node *t, struct id id, enum hand hand)
{
	struct door *d = test_node_begin_read(t, &test_itself);
	struct record_row row;
	struct err err = {.text = ""};
	int64_t changed;

	must(row_find(d, id, &row, &err) == RC_OK);
	switch (hand) {
	case BODY: row.body = flipped(t, row.body); break;
	case KEY: row.wrapped = flipped(t, row.wrapped); break;
	case BUCKET: row.bucket = STR("case/2031-01"); break;
	case NO_BUCKET: row.bucket = STR(""); break;
	case CUT: row.body = str_sub(row.body, 0, 3); break;
	case HANDLING: row.handling = TLP_GREEN; break;
	case GUARD: row.guard = 9; break;
	case TLP: row.handling = 77; break;
	case STATE: row.state = STR("nowhere"); break;
	case FLAGS: row.flags |= 1 << 20; break;
	case HANDS: must(false);
	}
	must(db_begin(t->db, &err) == RC_OK);
	must(db_run(t->db, &SQL_RECORD_REPLACE,
		    BINDS(B_I64(row.type_version), B_I64(row.version), B_ID(row.unit),
			  B_ID(row.owner_key), B_I64(row.guard), B_I64(row.handling),
			  B_TEXT(row.state), B_I64(row.flags), B_I64(row.due_ms),
			  B_I64(row.updated_ms), B_I64(row.leaf), B_TEXT(row.bucket),
			  B_BLOB(row.wrapped), B_BLOB(row.body), B_ID(id), B_I64(row.version)),
		    &changed, &err) == RC_OK);
	must(changed == 1);
	must(db_commit(t->db, &err) == RC_OK);
	door_close(d);
}

/* The page as JSON, a line each; *logged: how many a leaf calls damaged. */
static struct str
page_of(struct door *d, const struct record_list *page, size_t *logged)
{
	struct buf b;

	buf_init(&b, d->arena);
	for (size_t i = 0; i < page->items.n; i++) {
		record_write(d, page->items.at[i], STR("en"), &b);
		buf_add_byte(&b, '\n');
	}
	*logged = 0;
	for (size_t i = 0; i < d->pending.n; i++)
		if (d->pending.at[i].action == AUDIT_DAMAGED)
			*logged += d->pending.at[i].about_count;
	return buf_str(&b);
}

static struct str
list(struct test_node *t, const struct test_person *who, const char *type, struct str value,
     size_t *logged)
{
	struct record_filter filter = {
	    .type = test_node_type(t, type), .with_fields = true, .shows_damaged = true};
	struct door *d = test_node_begin_read(t, who);
	struct record_list page;
	struct err err = {.text = ""};
	struct str text;

	if (value.n > 0) {
		filter.field = type_field(filter.type, STR("mobile_phone"));
		filter.value = value;
	}
	if (record_list(d, &filter, &page, &err) != RC_OK)
		fail_msg("%s: %s\n", err.key, err.text);
	text = page_of(d, &page, logged);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	return text;
}

static struct str
line_of(struct test_node *t, struct id id, const char *type)
{
	return str_fmt(t->a, "{\"damaged\":true,\"id\":\"%.*s\",\"type\":\"%s\"}\n",
		       STR_ARG(id_format(t->a, id)), type);
}

static bool
has(struct str text, struct str part)
{
	return str_find(text, part) >= 0;
}

#define NUMBER "+99900000031"
#define BODY_TEXT "{'name':'Grevil Quaxtor','mobile_phone':'" NUMBER "'}"

static void
whatever_is_damaged_hides_no_other_of_its_list(void **state)
{
	for (enum hand hand = BODY; hand < HANDS; hand++) {
		struct test_node *t = *state;
		struct id first, bad, last;
		struct str shown, found;
		size_t logged, seen;
		struct record *r;
		struct err err;
		enum rc rc;

		first = test_node_create(t, &analyst, "person", STR("{'name':'Mei Ono'}"));
		bad = test_node_create(t, &analyst, "person", STR(BODY_TEXT));
		last = test_node_create(t, &analyst, "person", STR("{'name':'Bo Tan'}"));
		damage(t, bad, hand);
		shown = list(t, &analyst, "person", STR_NONE, &logged);
		found = list(t, &analyst, "person", STR(NUMBER), &seen);
		if (!has(shown, id_format(t->a, first)) || !has(shown, id_format(t->a, last)) ||
		    has(shown, STR("Quaxtor")) ||
		    has(shown, line_of(t, bad, "person")) != hands[hand].shown ||
		    has(shown, id_format(t->a, bad)) != hands[hand].shown ||
		    has(found, line_of(t, bad, "person")) != hands[hand].shown)
			fail_msg("%s: %.*s\n%.*s\n", hands[hand].name, STR_ARG(shown),
				 STR_ARG(found));
		/* A guard or handling that no group has is not even come by. */
		assert_true(logged == 1 || hand == GUARD || hand == TLP);
		assert_true(seen == 1 || !hands[hand].shown);
		/* Asked for by itself it is an error, as ever. */
		rc = record_load(test_node_begin_read(t, &analyst), bad, NULL, &r, &err);
		assert_true(rc != RC_OK);
		if (hand == BODY || hand == KEY || hand == HANDLING)
			assert_int_equal(rc, RC_INTEGRITY);
		(void)test_node_end_read(t, rc);
		assert_true(
		    has(list(t, &analyst, "person", STR_NONE, &logged), id_format(t->a, first)));
		test_node_free(t);
		*state = test_node_new(NULL, NULL);
	}
}

static void
who_may_not_see_it_hears_nothing_of_it(void **state)
{
	struct test_node *t = *state;
	struct record_new red = {.has_handling = true, .handling = {TLP_RED, false, false}};
	struct door *d = test_node_begin(t, &analyst);
	struct record *r;
	struct str before;
	struct id id;
	size_t logged;

	assert_int_equal(record_create(d, test_node_type(t, "person"), test_json(d, STR(BODY_TEXT)),
				       &red, &r, NULL),
			 RC_OK);
	id = r->id;
	assert_int_equal(test_node_end(t, RC_OK), RC_OK);
	(void)test_node_create(t, &stranger, "person", STR("{'name':'Mei Ono'}"));
	before = list(t, &stranger, "person", STR_NONE, &logged);
	damage(t, id, BODY);
	assert_true(str_eq(list(t, &stranger, "person", STR_NONE, &logged), before));
	assert_int_equal(logged, 0);
	assert_int_equal(list(t, &stranger, "person", STR(NUMBER), &logged).n, 0);
	assert_int_equal(logged, 0);
	/* Its owner does. */
	assert_true(has(list(t, &analyst, "person", STR_NONE, &logged), line_of(t, id, "person")));
	assert_int_equal(logged, 1);
}

static void
who_decides_by_a_list_gets_no_part_of_it(void **state)
{
	struct test_node *t = *state;
	struct record_filter filter = {.type = test_node_type(t, "person")};
	struct id id = test_node_create(t, &analyst, "person", STR(BODY_TEXT));
	struct record_list page;
	struct err err;
	enum rc rc;

	damage(t, id, BODY);
	rc = record_list(test_node_begin_read(t, &analyst), &filter, &page, &err);
	assert_int_equal(rc, RC_INTEGRITY);
	(void)test_node_end_read(t, rc);
}

static struct str
search(struct test_node *t, const char *name, size_t *logged)
{
	struct door *d = test_node_begin_read(t, &analyst);
	struct record_list page = {0};
	struct search_hits hits;
	struct str text;

	assert_int_equal(record_search_name(d, NULL, str_from(name), 50, &hits, NULL), RC_OK);
	for (size_t i = 0; i < hits.items.n; i++)
		*VEC_ADD(t->a, &page.items) = hits.items.at[i].record;
	text = page_of(d, &page, logged);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	return text;
}

static void
a_search_by_name_goes_on(void **state)
{
	struct test_node *t = *state;
	struct id id = test_node_create(t, &analyst, "person", STR(BODY_TEXT));
	struct id like = test_node_create(t, &analyst, "person", STR("{'name':'Grevil Quaxtar'}"));
	size_t logged;

	assert_true(has(search(t, "Grevil Quaxtor", &logged), id_format(t->a, id)));
	damage(t, id, BODY);
	/* It was known by its name, and is now told as damaged. */
	assert_true(has(search(t, "Grevil Quaxtor", &logged), line_of(t, id, "person")));
	assert_int_equal(logged, 1);
	/* A node that starts now does not know its name, and finds the others. */
	name_snapshot_free(t->node.names);
	t->node.names = name_snapshot_new();
	assert_true(has(search(t, "Grevil Quaxtor", &logged), id_format(t->a, like)));
	assert_int_equal(logged, 1);
	assert_false(has(search(t, "Grevil Quaxtor", &logged), id_format(t->a, id)));
	assert_int_equal(logged, 0);
}

static void
links_go_on_from_both_ends(void **state)
{
	struct test_node *t = *state;
	struct id phone = test_node_create(t, &analyst, "phone", STR("{'phone':'" NUMBER "'}"));
	struct id other = test_node_create(t, &analyst, "phone", STR("{'phone':'+99900000032'}"));
	struct str fields = test_fill(t, "{'name':'X Y','phones':['@1','@2']}", phone, other);
	struct id person = test_node_create(t, &analyst, "person", fields);
	struct id holder = test_node_create(t, &analyst, "person", fields);
	struct record_links links;
	struct door *d;
	size_t n = 0;

	damage(t, other, BODY);
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(record_links(d, person, LINKS_OUT, 0, &links, NULL), RC_OK);
	assert_int_equal(links.items.n, 2);
	for (size_t i = 0; i < links.items.n; i++)
		n += links.items.at[i].record->damaged;
	assert_int_equal(n, 1);
	(void)test_node_end_read(t, RC_OK);
	damage(t, holder, KEY);
	d = test_node_begin_read(t, &analyst);
	assert_int_equal(record_links(d, phone, LINKS_IN, 0, &links, NULL), RC_OK);
	assert_int_equal(links.items.n, 2);
	assert_true(links.items.at[0].record->damaged != links.items.at[1].record->damaged);
	(void)test_node_end_read(t, RC_OK);
}

static void
what_is_read_in_bulk_leaves_it_out_and_counts_it(void **state)
{
	struct test_node *t = *state;
	struct id good = test_node_create(t, &analyst, "person", STR("{'name':'Mei Ono'}"));
	struct id bad[2] = {test_node_create(t, &analyst, "person", STR(BODY_TEXT)),
			    test_node_create(t, &analyst, "person", STR(BODY_TEXT))};
	struct id ids[4];
	struct record_list page;
	struct record_bulk *b;
	struct record *r;
	struct door *d;
	size_t damaged = 0;
	bool more = true;
	struct err err;

	damage(t, bad[0], BODY);
	damage(t, bad[1], GUARD);
	d = test_node_begin_read(t, &analyst);
	b = record_bulk_new(d, false);
	for (int twice = 0; twice < 2; twice++) {
		record_bulk_rewind(b);
		assert_int_equal(record_bulk_next(b, NULL, &page, &err), RC_OK);
		assert_int_equal(page.items.n, 1);
		assert_true(id_eq(page.items.at[0]->id, good));
	}
	/* Once, however often; and not what nobody can say they may see. */
	assert_int_equal(record_bulk_damaged(b), 1);
	ids[0] = good, ids[1] = bad[0], ids[2] = bad[1], ids[3] = bad[0];
	assert_int_equal(record_bulk_fetch(b, ids, 4, &err), RC_OK);
	assert_int_equal(record_bulk_load(b, good, &r, &err), RC_OK);
	assert_int_equal(record_bulk_load(b, bad[0], &r, &err), RC_ABSENT);
	record_bulk_drop(b);
	assert_int_equal(record_bulk_load(b, bad[0], &r, &err), RC_ABSENT);
	assert_int_equal(record_bulk_damaged(b), 1);
	for (size_t i = 0; more; i++) {
		struct door out;

		assert_true(i < 3);
		door_open(&out, &t->node, t->db, t->a, &analyst.actor, &analyst.access, NULL);
		assert_int_equal(record_bulk_log(b, &out, &more, &err), RC_OK);
		assert_int_equal(out.pending.n, 1);
		assert_int_equal(out.pending.at[0].about_count, 1);
		damaged += out.pending.at[0].action == AUDIT_DAMAGED;
		door_close(&out);
	}
	assert_int_equal(damaged, 1);
	record_bulk_free(b);
	door_close(d);
}

static void
a_whole_node_leaves_it_out_in_all_its_versions(void **state)
{
	struct test_node *t = *state;
	struct id bad = test_node_create(t, &analyst, "person", STR(BODY_TEXT)), after = {{0}};
	struct record_versions versions;
	size_t damaged = 0, whole = 0;
	struct door *d;
	enum rc rc;

	(void)test_node_create(t, &analyst, "person", STR("{'name':'Mei Ono'}"));
	damage(t, bad, BODY);
	d = test_node_begin_read(t, &administrator);
	while ((rc = record_whole_next(d, &analyst.actor.id, 1, &after, &versions, NULL)) ==
	       RC_OK) {
		damaged += versions.damaged;
		whole += versions.n;
	}
	assert_int_equal(rc, RC_ABSENT);
	assert_int_equal(damaged, 1);
	assert_int_equal(whole, 1);
	door_close(d);
}

static void
what_is_about_a_person_counts_what_may_be(void **state)
{
	struct test_node *t = *state;
	struct id person = test_node_create(t, &analyst, "person", STR("{'name':'Mei Ono'}"));
	struct str note = test_fill(t, "{'about':'@1','text':'seen at the pier'}", person, person);
	struct id bad = test_node_create(t, &analyst, "note", note);
	struct about about;
	struct door *d;

	(void)test_node_create(t, &analyst, "note", note);
	damage(t, bad, BODY);
	d = test_node_begin_read(t, &rights);
	assert_int_equal(record_about(d, &person, 1, &about, NULL), RC_OK);
	assert_int_equal(about.items.n, 2);
	assert_int_equal(about.damaged, 1);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
	/* The person's own record: what refers to it is gathered all the same. */
	damage(t, person, BODY);
	d = test_node_begin_read(t, &rights);
	assert_int_equal(record_about(d, &person, 1, &about, NULL), RC_OK);
	assert_int_equal(about.items.n, 1);
	assert_int_equal(about.damaged, 2);
	assert_int_equal(test_node_end_read(t, RC_OK), RC_OK);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, test_node_teardown)
	const struct CMUnitTest tests[] = {
	    T(whatever_is_damaged_hides_no_other_of_its_list),
	    T(who_may_not_see_it_hears_nothing_of_it),
	    T(who_decides_by_a_list_gets_no_part_of_it),
	    T(a_search_by_name_goes_on),
	    T(links_go_on_from_both_ends),
	    T(what_is_read_in_bulk_leaves_it_out_and_counts_it),
	    T(a_whole_node_leaves_it_out_in_all_its_versions),
	    T(what_is_about_a_person_counts_what_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
