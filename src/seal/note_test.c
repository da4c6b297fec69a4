#include "base/test.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/hex.h"
#include "seal/checkpoint.h"
#include "seal/merkle.h"
#include "seal/note.h"
#include "seal/tile.h"

static struct arena *arena;

/* The example of c2sp.org/signed-note. */
static const char example_vkey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char example_note[] =
    "This is an example message.\n\n"
    "\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

static enum rc
check(struct str bytes, const char *vkey)
{
	struct note_key key;
	struct note note;
	struct err err;
	enum rc rc;

	assert_int_equal(note_key_parse(arena, str_from(vkey), &key, &err), RC_OK);
	rc = note_parse(arena, bytes, &note, &err);
	return rc != RC_OK ? rc : note_verify(&note, &key, 1, &err);
}

static void
the_example_of_the_specification_verifies(void **state)
{
	struct note_key key;
	struct err err;

	(void)state;
	assert_int_equal(check(str_from(example_note), example_vkey), RC_OK);
	assert_int_equal(note_key_parse(arena, str_from(example_vkey), &key, &err), RC_OK);
	assert_true(str_eq_z(note_key_format(arena, &key), example_vkey));
}

static void
one_changed_byte_of_a_note_is_refused(void **state)
{
	struct str all = str_from(example_note);

	(void)state;
	for (size_t i = 0; i < all.n; i++) {
		struct str bad = str_copy(arena, all);

		((char *)(uintptr_t)bad.p)[i] ^= 1;
		assert_int_not_equal(check(bad, example_vkey), RC_OK);
		assert_int_not_equal(check(str_sub(all, 0, i), example_vkey), RC_OK);
	}
}

static void
malformed_notes_are_refused(void **state)
{
	static const char *const cases[] = {
	    "",
	    "\n",
	    "text",
	    "text\n",
	    "text\n\n",
	    "text\n\nno dash\n",
	    "text\n\n\xe2\x80\x94 name\n",
	    "text\n\n\xe2\x80\x94 na+me AAAAAAAA\n",
	    "text\n\n\xe2\x80\x94 na\xc2\xa0me AAAAAAAA\n",
	    "text\n\n\xe2\x80\x94 name AAAA\n",
	    "text\n\n\xe2\x80\x94 name AAAAAAA\n",
	    "text\n\n\xe2\x80\x94 name AAAAAAAA",
	    "text\n\n\xe2\x80\x94  AAAAAAAA\n",
	    "te\txt\n\n\xe2\x80\x94 name AAAAAAAA\n",
	    "te\xffxt\n\n\xe2\x80\x94 name AAAAAAAA\n",
	    "text\r\n\n\xe2\x80\x94 name AAAAAAAA\n",
	};
	struct note note;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(note_parse(arena, str_from(cases[i]), &note, &err), RC_INVALID);
	assert_int_equal(
	    note_parse(arena, STR("a\n\nb\n\n\xe2\x80\x94 name AAAAAAAA\n"), &note, &err), RC_OK);
	assert_true(str_eq_z(note.text, "a\n\nb\n"));
	assert_int_equal(note.count, 1);
}

static void
malformed_verifier_keys_are_refused(void **state)
{
	static const char *const cases[] = {
	    "",
	    "name",
	    "name+530d903a",
	    "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
	    "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	};
	struct note_key key;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(note_key_parse(arena, str_from(cases[i]), &key, &err), RC_INVALID);
}

static struct note_key
make_key(const char *name, unsigned char fill, unsigned char secret[SIGN_SECRET_BYTES])
{
	unsigned char seed[SIGN_SEED_BYTES], public[SIGN_PUBLIC_BYTES];
	struct note_key key;
	struct err err;

	memset(seed, fill, sizeof seed);
	sign_pair(seed, public, secret);
	assert_int_equal(note_key_make(str_from(name), public, &key, &err), RC_OK);
	return key;
}

static void
unknown_signatures_are_ignored_and_known_ones_must_hold(void **state)
{
	unsigned char secret[2][SIGN_SECRET_BYTES], signature[SIGN_BYTES];
	struct note_key key[2] = {make_key("one", 1, secret[0]), make_key("two", 2, secret[1])};
	struct str text = STR("a text\n");
	struct note note;
	struct err err;
	struct buf b;

	(void)state;
	buf_init(&b, arena);
	note_begin(&b, text);
	for (int i = 0; i < 2; i++) {
		sign_make(secret[i], text, signature);
		if (i == 1)
			signature[0] ^= 1;
		note_add_signature(&b, &key[i], signature);
	}
	assert_int_equal(note_parse(arena, buf_str(&b), &note, &err), RC_OK);
	assert_int_equal(note.count, 2);
	assert_int_equal(note_verify(&note, &key[0], 1, &err), RC_OK);
	assert_int_equal(note_verify(&note, &key[1], 1, &err), RC_INTEGRITY);
	assert_int_equal(note_verify(&note, key, 2, &err), RC_INTEGRITY);
	assert_int_equal(note_verify(&note, NULL, 0, &err), RC_INTEGRITY);
	assert_int_equal(note_key_make(STR("a b"), key[0].public, &key[1], &err), RC_INVALID);
}

static void
checkpoints_have_one_form(void **state)
{
#define ROOT "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="
	static const struct {
		const char *text;
		enum rc want;
	} cases[] = {
	    {"log\n15\n" ROOT "\n", RC_OK},
	    {"log\n0\n" ROOT "\n", RC_OK},
	    {"log\n18446744073709551615\n" ROOT "\nextension\n", RC_OK},
	    {"log\n18446744073709551616\n" ROOT "\n", RC_INVALID},
	    {"log\n015\n" ROOT "\n", RC_INVALID},
	    {"log\n-1\n" ROOT "\n", RC_INVALID},
	    {"log\n\n" ROOT "\n", RC_INVALID},
	    {"\n15\n" ROOT "\n", RC_INVALID},
	    {"log\n15\n" ROOT, RC_INVALID},
	    {"log\n15\nrKbDig==\n", RC_INVALID},
	    {"log\n15\n" ROOT "\n\n", RC_INVALID},
	    {"log\n15\n", RC_INVALID},
	    {"", RC_INVALID},
	};
	struct checkpoint c;
	struct err err;
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str text = str_from(cases[i].text);

		assert_int_equal(checkpoint_parse(arena, text, &c, &err), cases[i].want);
		if (cases[i].want != RC_OK)
			continue;
		buf_init(&b, arena);
		checkpoint_format(&b, &c);
		assert_true(str_eq(buf_str(&b), text));
	}
}

static void
tile_paths_are_those_of_the_specification(void **state)
{
	static const struct {
		struct tile_name name;
		const char *path;
	} good[] = {
	    {{0, 0, 256}, "tile/0/000"},
	    {{0, 1234067, 256}, "tile/0/x001/x234/067"},
	    {{1, 999, 12}, "tile/1/999.p/12"},
	    {{63, 1000, 255}, "tile/63/x001/000.p/255"},
	    {{TILE_ENTRIES, 5, 1}, "tile/entries/005.p/1"},
	    {{0, UINT64_MAX, 256}, "tile/0/x018/x446/x744/x073/x709/x551/615"},
	};
	static const char *const bad[] = {"",
					  "tile",
					  "tile/0",
					  "tile/0/",
					  "tile/64/000",
					  "tile/00/000",
					  "tile/0/00",
					  "tile/0/0000",
					  "tile/0/x001",
					  "tile/0/001/002",
					  "tile/0/x000/001",
					  "tile/0/000.p/0",
					  "tile/0/000.p/256",
					  "tile/0/000.p/01",
					  "tile/0/000.p/",
					  "tile/-1/000",
					  "tile/0/x1/000",
					  "tile/0/x018/x446/x744/x073/x709/x551/616",
					  "/tile/0/000",
					  "tile/0/000/",
					  "tile/0/+01"};
	struct tile_name name;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(str_eq_z(tile_path(arena, good[i].name), good[i].path));
		assert_true(tile_path_parse(str_from(good[i].path), &name));
		assert_int_equal(name.level, good[i].name.level);
		assert_true(name.index == good[i].name.index);
		assert_int_equal(name.width, good[i].name.width);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(tile_path_parse(str_from(bad[i]), &name));
}

static void
tile_arithmetic_knows_full_partial_and_absent_tiles(void **state)
{
	int height;
	unsigned position;
	struct tile_name name;

	(void)state;
	assert_int_equal(tile_width(0, 0, 0), 0);
	assert_int_equal(tile_width(0, 0, 255), 255);
	assert_int_equal(tile_width(0, 0, 256), 256);
	assert_int_equal(tile_width(0, 1, 256), 0);
	assert_int_equal(tile_width(1, 0, 70000), 256);
	assert_int_equal(tile_width(1, 1, 70000), 70000 / 256 - 256);
	assert_int_equal(tile_width(2, 0, 70000), 1);
	assert_int_equal(tile_width(3, 0, 70000), 0);
	assert_int_equal(tile_width(7, 255, UINT64_MAX), 0);
	assert_int_equal(tile_width(8, 0, UINT64_MAX), 0);
	name = tile_of_node(0, 300, &height, &position);
	assert_true(name.level == 0 && name.index == 1 && height == 0 && position == 44);
	name = tile_of_node(9, 3, &height, &position);
	assert_true(name.level == 1 && name.index == 0 && height == 1 && position == 3);
}

static void
tile_nodes_are_the_roots_of_their_leaves(void **state)
{
	struct hash tile[TILE_WIDTH], got, want;

	(void)state;
	for (int i = 0; i < TILE_WIDTH; i++)
		merkle_leaf(str_fmt(arena, "%d", i), &tile[i]);
	for (int height = 0; height <= 8; height++)
		for (unsigned i = 0; i < 256u >> height; i += 3) {
			struct merkle_range range = {.size = 0};

			for (unsigned k = 0; k < 1u << height; k++)
				merkle_append(&range, &tile[(i << height) + k]);
			merkle_root(&range, &want);
			tile_node(tile, height, i, &got);
			assert_true(hash_eq(&got, &want));
		}
}

/* ../shared/vectors/tlog/tessera: a log of 15 entries with a checkpoint at each size. */
#define TESSERA "../shared/vectors/tlog/tessera/log/"

static struct str
read_file(const char *name)
{
	FILE *f = fopen(str_z(arena, str_fmt(arena, TESSERA "%s", name)), "rb");
	char *p = arena_bytes(arena, 65536);
	size_t n;

	if (f == NULL)
		return STR_NONE;
	n = fread(p, 1, 65536, f);
	(void)fclose(f);
	return (struct str){p, n};
}

static enum rc
tile_source(void *ctx, int level, uint64_t index, struct hash *out, struct err *err)
{
	(void)err;
	tile_node(ctx, level, (unsigned)index, out);
	return RC_OK;
}

static void
the_log_of_tessera_verifies_at_each_size(void **state)
{
	static const char vkey[] =
	    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
	struct str entries = read_file("tile/entries/000.p/15"), hashes, text;
	struct hash tile[15], roots[16], root;
	struct merkle_range range = {.size = 0};
	struct merkle_source source = {.node = tile_source, .ctx = tile};
	struct merkle_proof proof;
	struct checkpoint c;
	struct note note;
	struct err err;

	(void)state;
	if (entries.p == NULL) {
		print_message("skipped: no " TESSERA "\n");
		skip();
	}
	hashes = read_file(str_z(
	    arena, tile_path(arena, (struct tile_name){.level = 0, .index = 0, .width = 15})));
	assert_int_equal(hashes.n, sizeof tile);
	for (int i = 0; i <= 15; i++) {
		text = read_file(str_z(arena, str_fmt(arena, "checkpoint.%d", i)));
		assert_int_equal(check(text, vkey), RC_OK);
		assert_int_equal(note_parse(arena, text, &note, &err), RC_OK);
		assert_int_equal(checkpoint_parse(arena, note.text, &c, &err), RC_OK);
		merkle_root(&range, &root);
		assert_int_equal(c.size, i);
		assert_true(hash_eq(&root, &c.root));
		roots[i] = root;
		if (i == 15)
			break;
		size_t n = (size_t)(unsigned char)entries.p[0] << 8 | (unsigned char)entries.p[1];
		merkle_leaf(str_sub(entries, 2, 2 + n), &tile[i]);
		entries = str_sub(entries, 2 + n, entries.n);
		assert_memory_equal(tile[i].b, hashes.p + 32 * i, 32);
		merkle_append(&range, &tile[i]);
	}
	assert_int_equal(entries.n, 0);
	for (uint64_t i = 1; i <= 15; i++) {
		assert_int_equal(merkle_consistency_make(&source, i, 15, &proof, &err), RC_OK);
		assert_true(merkle_consistency_holds(i, 15, &roots[i], &root, proof.at, proof.n));
		assert_int_equal(merkle_inclusion_make(&source, i - 1, 15, &proof, &err), RC_OK);
		assert_true(
		    merkle_inclusion_holds(i - 1, 15, &tile[i - 1], proof.at, proof.n, &root));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_example_of_the_specification_verifies),
	    cmocka_unit_test(one_changed_byte_of_a_note_is_refused),
	    cmocka_unit_test(malformed_notes_are_refused),
	    cmocka_unit_test(malformed_verifier_keys_are_refused),
	    cmocka_unit_test(unknown_signatures_are_ignored_and_known_ones_must_hold),
	    cmocka_unit_test(checkpoints_have_one_form),
	    cmocka_unit_test(tile_paths_are_those_of_the_specification),
	    cmocka_unit_test(tile_arithmetic_knows_full_partial_and_absent_tiles),
	    cmocka_unit_test(tile_nodes_are_the_roots_of_their_leaves),
	    cmocka_unit_test(the_log_of_tessera_verifies_at_each_size),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
