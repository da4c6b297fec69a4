#include "audit/test_keeper.h"

/* What was opened is owed to the log. */

static void
what_is_opened_is_owed_until_a_leaf_names_record_and_person(void **state)
{
	struct id ana = id_of('a', 1), mei = id_of('a', 2);
	struct opened o, other;

	(void)state;
	greet();
	o = sealed(1);
	other = sealed(2);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(owed_count(), 1);
	/* Another person's leaf, another record's, and a refusal: none tells of it. */
	assert_int_equal(present(0, 1, leaf(AUDIT_READ, mei, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(present(1, 1, leaf(AUDIT_READ, ana, &other, NULL, 0, "person")), RC_OK);
	assert_int_equal(present(2, 1, leaf(AUDIT_DENIED, ana, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(owed_count(), 1);
	assert_int_equal(present(3, 1, leaf(AUDIT_READ, ana, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(owed_count(), 0);
}

static void
a_list_pays_for_all_that_it_names_and_no_other_list_is_taken(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o[3];
	struct str good;
	char *bent;

	(void)state;
	greet();
	for (unsigned i = 0; i < 3; i++) {
		o[i] = sealed(i);
		assert_int_equal(open_one(&o[i], KEY_USE_LIST, ana), RC_OK);
	}
	good = leaf(AUDIT_LIST, ana, NULL, o, 3, "person");
	/* The MACs of the list must be those that the leaf commits to. */
	bent = str_z(arena, good);
	bent = memcpy(arena_bytes(arena, good.n), good.p, good.n);
	bent[good.n - 1] ^= 1;
	assert_int_equal(present(0, 1, (struct str){bent, good.n}), RC_INVALID);
	assert_int_equal(owed_count(), 3);
	assert_int_equal(present(0, 1, good), RC_OK);
	assert_int_equal(owed_count(), 0);
}

static void
after_half_a_minute_without_a_leaf_nothing_is_opened_until_one_comes(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o, other;

	(void)state;
	greet();
	o = sealed(1);
	other = sealed(2);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	now += 4000;
	(void)owed_count();
	assert_int_equal(flags & (KEYWIRE_OWES | KEYWIRE_WITHHELD), KEYWIRE_OWES);
	now += 27000;
	assert_int_equal(open_one(&other, KEY_USE_RECORD, id_of('a', 9)), RC_UNAVAILABLE);
	assert_int_equal(flags & KEYWIRE_WITHHELD, KEYWIRE_WITHHELD);
	assert_int_equal(present(0, 1, leaf(AUDIT_READ, ana, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(open_one(&other, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(flags & KEYWIRE_WITHHELD, 0);
}

static void
too_many_without_a_leaf_are_withheld_at_once(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o[5];

	(void)state;
	end();
	limits.owed_max = 4;
	start();
	greet();
	for (unsigned i = 0; i < 5; i++) {
		o[i] = sealed(i);
		assert_int_equal(open_one(&o[i], KEY_USE_LIST, ana),
				 i < 4 ? RC_OK : RC_UNAVAILABLE);
	}
}

static void
what_is_owed_outlives_the_process_and_is_told_to_the_next(void **state)
{
	struct id ana = id_of('a', 1);
	struct keywire_reader r;
	struct opened o;
	struct str body;

	(void)state;
	greet();
	o = sealed(1);
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	end();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(ask(KEYWIRE_OWED, STR_NONE, &body, NULL), RC_OK);
	r = (struct keywire_reader){.rest = body};
	assert_int_equal(keywire_take_be(&r, 4), 1);
	assert_true(id_eq(keywire_take_id(&r), ana));
	assert_true(id_eq(keywire_take_id(&r), o.record));
	assert_int_equal(present(1, 1, leaf(AUDIT_READ, ana, NULL, &o, 1, "opened")), RC_OK);
	assert_int_equal(owed_count(), 0);
}

static enum rc
open_and_let_go(const struct opened *o, struct id actor)
{
	enum rc rc = open_one(o, KEY_USE_LIST, actor);

	assert_true(keeper_commit(keeper));
	return rc;
}

static void
what_was_opened_when_the_process_was_killed_is_owed_by_the_next(void **state)
{
	struct id ana = id_of('a', 1), nobody = id_of(0, 0);
	struct opened o[700];
	struct str first;

	(void)state;
	greet();
	for (unsigned i = 0; i < 700; i++)
		o[i] = sealed(i);
	first = leaf(AUDIT_START, nobody, NULL, NULL, 0, "start");
	assert_int_equal(present(0, 1, first), RC_OK);
	for (unsigned i = 0; i < 600; i++)
		assert_int_equal(open_and_let_go(&o[i], i % 2 ? ana : nobody), RC_OK);
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(owed_count(), 600);
	/* And those of that one, which begins with all that was owed, and of one after. */
	for (unsigned i = 600; i < 700; i++)
		assert_int_equal(open_and_let_go(&o[i], ana), RC_OK);
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(owed_count(), 700);
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(owed_count(), 700);
	assert_int_equal(present(0, 1, first), RC_OK);
	assert_int_equal(present(1, 1, leaf(AUDIT_READ, ana, &o[699], NULL, 0, "opened")), RC_OK);
	assert_int_equal(owed_count(), 699);
}

static void
what_a_leaf_paid_before_the_process_was_killed_is_owed_no_more(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o = {0}, other;
	struct str paid;

	(void)state;
	greet();
	o = sealed(1);
	other = sealed(2);
	assert_int_equal(open_and_let_go(&o, ana), RC_OK);
	paid = leaf(AUDIT_READ, ana, &o, NULL, 0, "person");
	assert_int_equal(present(0, 1, paid), RC_OK);
	/* The state was not written since: the leaf is told again, and pays again. */
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(number_of(2), 0);
	assert_int_equal(owed_count(), 1);
	assert_int_equal(present(0, 1, paid), RC_OK);
	assert_int_equal(owed_count(), 0);
	/* The state was written: what it knows the leaf of is not in the journal either. */
	assert_int_equal(open_and_let_go(&other, ana), RC_OK);
	assert_true(keeper_tick(keeper, now += 2000));
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(number_of(2), 1);
	assert_int_equal(owed_count(), 1);
	assert_int_equal(present(1, 1, leaf(AUDIT_READ, ana, &other, NULL, 0, "person")), RC_OK);
	assert_int_equal(owed_count(), 0);
}

/* 125 bytes a reading: an area holds 8,000 of them. */
static void
a_journal_that_is_full_begins_anew_with_what_is_owed(void **state)
{
	struct id nobody = id_of(0, 0);
	struct opened first, o;
	uint64_t leaves = 0;

	(void)state;
	end();
	limits.opens_a_minute = 0;
	start();
	greet();
	first = sealed(1);
	o = sealed(2);
	assert_int_equal(open_and_let_go(&first, nobody), RC_OK);
	for (unsigned i = 0; i < 20000; i++) {
		assert_int_equal(open_and_let_go(&o, nobody), RC_OK);
		assert_int_equal(
		    present(leaves++, 1, leaf(AUDIT_READ, nobody, &o, NULL, 0, "person")), RC_OK);
	}
	assert_int_equal(owed_count(), 1);
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	/* Those of the last area are owed until the leaves that the state does not know come. */
	assert_in_range(number_of(2), 1, leaves);
	assert_int_equal(owed_count(), number_of(2) == leaves ? 1 : 2);
}

static int
run(void)
{
	const struct CMUnitTest tests[] = {
	    KEEPER_TEST(what_is_opened_is_owed_until_a_leaf_names_record_and_person),
	    KEEPER_TEST(a_list_pays_for_all_that_it_names_and_no_other_list_is_taken),
	    KEEPER_TEST(after_half_a_minute_without_a_leaf_nothing_is_opened_until_one_comes),
	    KEEPER_TEST(too_many_without_a_leaf_are_withheld_at_once),
	    KEEPER_TEST(what_is_owed_outlives_the_process_and_is_told_to_the_next),
	    KEEPER_TEST(what_was_opened_when_the_process_was_killed_is_owed_by_the_next),
	    KEEPER_TEST(what_a_leaf_paid_before_the_process_was_killed_is_owed_no_more),
	    KEEPER_TEST(a_journal_that_is_full_begins_anew_with_what_is_owed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(void)
{
	return run_in_folder(run);
}
