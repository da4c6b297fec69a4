#include "audit/test_keeper.h"

/* The log as the key process knows it, and the lock. */

static struct str
checkpoint_text(const char *origin, uint64_t size, const struct hash *root)
{
	const struct checkpoint c = {.origin = str_from(origin), .size = size, .root = *root};
	struct buf b;

	buf_init(&b, arena);
	checkpoint_format(&b, &c);
	return buf_str(&b);
}

static void
only_heads_of_the_log_it_was_told_are_signed(void **state)
{
	unsigned char public[PUBLIC_KEY_BYTES];
	struct str signature, text;
	struct hash one, two;

	(void)state;
	greet();
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	merkle_root(&tree, &one);
	text = checkpoint_text("node.example/log", 1, &one);
	assert_int_equal(ask(KEYWIRE_SIGN, text, &signature, NULL), RC_OK);
	keys_log_public(keys, public);
	assert_int_equal(signature.n, SIGNATURE_BYTES);
	assert_true(sign_is_good(public, text, (const unsigned char *)signature.p));
	/* The group before the last one too; and nothing that it was not told. */
	assert_int_equal(present(1, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	merkle_root(&tree, &two);
	assert_int_equal(ask(KEYWIRE_SIGN, text, NULL, NULL), RC_OK);
	assert_int_equal(
	    ask(KEYWIRE_SIGN, checkpoint_text("node.example/log", 2, &one), NULL, NULL), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_SIGN, checkpoint_text("other/log", 2, &two), NULL, NULL),
			 RC_DENIED);
	assert_int_equal(
	    ask(KEYWIRE_SIGN, checkpoint_text("node.example/log", 3, &two), NULL, NULL), RC_BUSY);
	assert_int_equal(ask(KEYWIRE_SIGN, STR("a text of any kind\n"), NULL, NULL), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_SIGN, STR_NONE, NULL, NULL), RC_DENIED);
}

static void
an_older_log_another_one_and_one_that_went_on_elsewhere_are_seen(void **state)
{
	struct hash old, last;

	(void)state;
	greet();
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	merkle_root(&tree, &old);
	assert_int_equal(present(1, 1, leaf(AUDIT_JOB, id_of(0, 0), NULL, NULL, 0, "x")), RC_OK);
	merkle_root(&tree, &last);
	end();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(confirm(2, &last, "node.example/log"), RC_OK);
	assert_int_equal(confirm(1, &old, "node.example/log"), RC_INTEGRITY);
	assert_int_equal(confirm(2, &old, "node.example/log"), RC_INTEGRITY);
	assert_int_equal(confirm(2, &last, "other/log"), RC_INTEGRITY);
	assert_int_equal(confirm(3, &last, "node.example/log"), RC_INTEGRITY);
	/* It is taken as it is by a process that has done nothing yet, and by no other. */
	(void)sealed(1);
	assert_int_equal(take_log(), RC_DENIED);
	end();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(take_log(), RC_OK);
	assert_int_equal(number_of(2), 0);
}

static void
leaves_that_come_too_early_wait_and_those_told_twice_count_once(void **state)
{
	struct str first, second;
	struct buf both;

	(void)state;
	greet();
	first = leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start");
	second = leaf(AUDIT_JOB, id_of(0, 0), NULL, NULL, 0, "x");
	assert_int_equal(present(1, 1, second), RC_OK);
	assert_int_equal(flags & KEYWIRE_BEHIND, KEYWIRE_BEHIND);
	assert_int_equal(number_of(2), 0);
	buf_init(&both, arena);
	buf_add(&both, first);
	buf_add(&both, second);
	/* What came early is taken as soon as what it follows is there. */
	assert_int_equal(present(0, 1, first), RC_OK);
	assert_int_equal(flags & KEYWIRE_BEHIND, 0);
	assert_int_equal(number_of(2), 2);
	assert_int_equal(present(0, 2, buf_str(&both)), RC_OK);
	assert_int_equal(number_of(2), 2);
	/* More than is kept is caught up from the database, when the node hears that it is behind.
	 */
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(present(10 + i, 1, second), RC_OK);
	assert_int_equal(flags & KEYWIRE_BEHIND, KEYWIRE_BEHIND);
	assert_int_equal(number_of(2), 2);
	/* A leaf that says another index than its place. */
	assert_int_equal(present(2, 1, first), RC_INVALID);
	assert_int_equal(number_of(2), 2);
}

static void
locked_it_does_nothing_until_it_is_unlocked_and_owes_what_it_owed(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o;

	(void)state;
	greet();
	o = sealed(1);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(ask(KEYWIRE_LOCK, STR_NONE, NULL, NULL), RC_OK);
	assert_int_equal(flags & KEYWIRE_LOCKED, KEYWIRE_LOCKED);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_UNAVAILABLE);
	assert_int_equal(ask(KEYWIRE_WRAP, STR_NONE, NULL, NULL), RC_UNAVAILABLE);
	assert_int_equal(ask(KEYWIRE_SIGN, STR_NONE, NULL, NULL), RC_UNAVAILABLE);
	assert_int_equal(hello(), RC_UNAVAILABLE);
	assert_int_equal(ask(KEYWIRE_LOCK, STR_NONE, NULL, NULL), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\5wrong"), NULL, NULL), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\0"), NULL, NULL), RC_CONFLICT);
	assert_int_equal(owed_count(), 1);
	assert_int_equal(present(0, 1, leaf(AUDIT_READ, ana, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(owed_count(), 0);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
}

static void
a_passphrase_is_needed_again_to_unlock_and_to_connect(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(keys_change_passphrase(keys, STR("correct horse"), &err), RC_OK);
	assert_int_equal(hello(), RC_DENIED);
	assert_false(greeted);
	assert_int_equal(
	    ask(KEYWIRE_HELLO_MESSAGE, STR(KEYWIRE_HELLO "\0\0\0\15correct horse"), NULL, NULL),
	    RC_OK);
	assert_true(greeted);
	greeted = false;
	assert_int_equal(hello(), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_LOCK, STR_NONE, NULL, NULL), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\0"), NULL, NULL), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\5wrong"), NULL, NULL), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\15correct horse"), NULL, NULL), RC_OK);
}

static int
run(void)
{
	const struct CMUnitTest tests[] = {
	    KEEPER_TEST(only_heads_of_the_log_it_was_told_are_signed),
	    KEEPER_TEST(an_older_log_another_one_and_one_that_went_on_elsewhere_are_seen),
	    KEEPER_TEST(leaves_that_come_too_early_wait_and_those_told_twice_count_once),
	    KEEPER_TEST(locked_it_does_nothing_until_it_is_unlocked_and_owes_what_it_owed),
	    KEEPER_TEST(a_passphrase_is_needed_again_to_unlock_and_to_connect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(void)
{
	return run_in_folder(run);
}
