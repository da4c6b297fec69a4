#include "audit/test_keeper.h"

/* Bent requests, and its files. */

static void
nothing_is_answered_before_a_hello(void **state)
{
	(void)state;
	for (int m = 0; m <= KEYWIRE_MESSAGES; m++) {
		enum rc rc;

		if (m == KEYWIRE_HEALTH || m == KEYWIRE_LOCK || m == KEYWIRE_UNLOCK)
			continue;
		rc = ask((enum keywire_message)m, STR_NONE, NULL, NULL);
		assert_true(rc == RC_DENIED || rc == RC_INVALID);
	}
}

/* Every good request cut at each byte, and with each byte bent: refused, or answered as good. */
static void
requests_that_are_cut_or_bent_do_no_harm(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o;
	struct str bodies[4];
	static const enum keywire_message messages[4] = {KEYWIRE_UNWRAP, KEYWIRE_LEAVES,
							 KEYWIRE_REWRAP, KEYWIRE_WRAP};
	struct buf b;

	(void)state;
	greet();
	o = sealed(1);
	bodies[0] = opening(&o, (struct key_use){KEY_USE_LIST, ana, november, STR_NONE});
	buf_init(&b, arena);
	buf_add_u64(&b, 0);
	buf_add_u32(&b, 1);
	buf_add(&b, leaf(AUDIT_LIST, ana, NULL, &o, 1, "person"));
	bodies[1] = buf_str(&b);
	buf_init(&b, arena);
	keywire_add_name(&b, o.bucket);
	keywire_add_text(&b, o.aad);
	keywire_add_name(&b, o.wrapped);
	bodies[2] = buf_str(&b);
	buf_init(&b, arena);
	keywire_add_name(&b, STR("x/2026-11"));
	keywire_add_text(&b, o.aad);
	keywire_add_text(&b, STR("0123456789012345678901234567"));
	bodies[3] = buf_str(&b);
	for (int m = 0; m < 4; m++)
		for (size_t i = 0; i < bodies[m].n; i++) {
			char *bent =
			    memcpy(arena_bytes(arena, bodies[m].n), bodies[m].p, bodies[m].n);

			assert_int_not_equal(ask(messages[m], str_sub(bodies[m], 0, i), NULL, NULL),
					     RC_OK);
			bent[i] ^= 0x41;
			(void)ask(messages[m], (struct str){bent, bodies[m].n}, NULL, NULL);
		}
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
}

static void
a_frame_over_its_length_is_refused_and_one_not_whole_waited_for(void **state)
{
	struct str inside;

	(void)state;
	assert_int_equal(keywire_frame(STR("\0\0\0"), &inside), 0);
	assert_int_equal(keywire_frame(STR("\0\0\0\2a"), &inside), 0);
	assert_int_equal(keywire_frame(STR("\0\0\0\2abc"), &inside), 6);
	assert_true(str_eq(inside, STR("ab")));
	assert_int_equal(keywire_frame(STR("\0\0\0\0abc"), &inside), -1);
	assert_int_equal(keywire_frame(STR("\0\x40\0\1abc"), &inside), -1);
	assert_int_equal(keywire_frame(STR("\xff\xff\xff\xff"), &inside), -1);
}

static void
a_state_file_of_other_keys_or_bent_is_refused(void **state)
{
	FILE *f;

	(void)state;
	greet();
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	end();
	assert_non_null(f = fopen(state_path, "r+b"));
	for (long place = 0; place < 2; place++) {
		assert_int_equal(fseek(f, place * 32768 + 60, SEEK_SET), 0);
		assert_int_equal(fputc(7, f), 7);
	}
	assert_int_equal(fclose(f), 0);
	start();
	assert_int_equal(hello(), RC_INTEGRITY);
}

static void
of_two_places_the_whole_one_counts(void **state)
{
	struct hash root;
	FILE *f;

	(void)state;
	greet();
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	merkle_root(&tree, &root);
	keeper_save(keeper);
	keeper_save(keeper);
	end();
	/* Half written when the power went. */
	assert_non_null(f = fopen(state_path, "r+b"));
	assert_int_equal(fseek(f, 60, SEEK_SET), 0);
	assert_int_equal(fputc(7, f), 7);
	assert_int_equal(fclose(f), 0);
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(confirm(1, &root, "node.example/log"), RC_OK);
}

static void
read_state(char bytes[65536])
{
	FILE *f = fopen(state_path, "rb");

	assert_non_null(f);
	memset(bytes, 0, 65536);
	assert_true(fread(bytes, 1, 65536, f) > 0);
	assert_int_equal(fclose(f), 0);
}

/* Leaves that are told and written, second after second, without a sync. */
static void
tell_for_five_seconds(void)
{
	for (int64_t at = 1000; at <= 5000; at += 1000) {
		uint64_t n = tree.size;

		assert_int_equal(
		    present(n, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")), RC_OK);
		(void)keeper_tick(keeper, at);
	}
}

static void
a_power_cut_between_two_syncs_tears_one_place_alone(void **state)
{
	static char synced[65536], found[65536];
	uint64_t size = 0;
	struct hash root;
	int torn = 0;
	FILE *f;

	(void)state;
	greet();
	keeper_save(keeper);
	for (int life = 0; life < 2; life++) {
		tell_for_five_seconds();
		/* Killed: nothing is saved at its end. */
		keeper_free(keeper);
		start();
		assert_int_equal(hello(), RC_OK);
		if (life == 0) {
			merkle_root(&tree, &root);
			size = tree.size;
			read_state(synced);
		}
	}
	keeper_free(keeper);
	keeper = NULL;
	/* What was written since the last start is half there. */
	read_state(found);
	for (size_t place = 0; place < 2; place++) {
		if (memcmp(synced + place * 32768, found + place * 32768, 32768) == 0)
			continue;
		found[place * 32768 + 60] ^= 7;
		torn++;
	}
	assert_int_equal(torn, 1);
	assert_non_null(f = fopen(state_path, "r+b"));
	assert_int_equal(fwrite(found, 1, sizeof found, f), sizeof found);
	assert_int_equal(fclose(f), 0);
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(confirm(size, &root, "node.example/log"), RC_OK);
}

static void
a_second_key_process_does_not_get_the_folder(void **state)
{
	const struct keeper_options options = {
	    .dir = folder, .from = -1, .limits = limits, .clock = &clock_november};
	struct keeper *second = keeper_new(&options);
	struct err err;

	(void)state;
	assert_int_equal(keeper_take_folder(keeper, &err), RC_OK);
	assert_int_equal(keeper_take_folder(second, &err), RC_CONFLICT);
	keeper_free(second);
}

static int
run(void)
{
	const struct CMUnitTest tests[] = {
	    KEEPER_TEST(nothing_is_answered_before_a_hello),
	    KEEPER_TEST(requests_that_are_cut_or_bent_do_no_harm),
	    KEEPER_TEST(a_frame_over_its_length_is_refused_and_one_not_whole_waited_for),
	    KEEPER_TEST(a_state_file_of_other_keys_or_bent_is_refused),
	    KEEPER_TEST(of_two_places_the_whole_one_counts),
	    KEEPER_TEST(a_power_cut_between_two_syncs_tears_one_place_alone),
	    KEEPER_TEST(a_second_key_process_does_not_get_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int
main(void)
{
	return run_in_folder(run);
}
