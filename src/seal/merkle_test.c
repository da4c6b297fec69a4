#include "base/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/hex.h"
#include "seal/merkle.h"
#include "seal/random.h"

#define LEAVES 300

static struct arena *arena;
static struct hash leaves[LEAVES];

/* RFC 6962 section 2.1 word for word, slow and plain, to compare with. */
static void
mth(size_t from, size_t n, struct hash *out)
{
	struct hash left, right;
	size_t k = 1;

	if (n == 0) {
		sha256(STR(""), out);
		return;
	}
	if (n == 1) {
		*out = leaves[from];
		return;
	}
	while (k * 2 < n)
		k *= 2;
	mth(from, k, &left);
	mth(from + k, n - k, &right);
	merkle_node(&left, &right, out);
}

static enum rc
node(void *ctx, int level, uint64_t index, struct hash *out, struct err *err)
{
	(void)ctx, (void)err;
	assert_true((index + 1) << level <= LEAVES);
	mth((size_t)(index << level), (size_t)1 << level, out);
	return RC_OK;
}

static const struct merkle_source source = {.node = node};

static void
growing_range_has_the_root_of_the_definition(void **state)
{
	struct merkle_range range = {.size = 0};
	struct hash got, want;
	struct err err;

	(void)state;
	for (size_t n = 0; n <= LEAVES; n++) {
		merkle_root(&range, &got);
		mth(0, n, &want);
		assert_true(hash_eq(&got, &want));
		assert_int_equal(range.size, n);
		assert_int_equal(merkle_source_root(&source, n, &got, &err), RC_OK);
		assert_true(hash_eq(&got, &want));
		if (n < LEAVES)
			merkle_append(&range, &leaves[n]);
	}
}

static void
every_leaf_proves_itself_and_no_other(void **state)
{
	struct merkle_proof p;
	struct hash root;
	struct err err;

	(void)state;
	for (uint64_t n = 1; n <= 70; n++) {
		mth(0, (size_t)n, &root);
		for (uint64_t i = 0; i < n; i++) {
			assert_int_equal(merkle_inclusion_make(&source, i, n, &p, &err), RC_OK);
			assert_true(merkle_inclusion_holds(i, n, &leaves[i], p.at, p.n, &root));
			assert_false(
			    merkle_inclusion_holds(i, n, &leaves[i + 1], p.at, p.n, &root));
			assert_false(
			    merkle_inclusion_holds(i + n, n, &leaves[i], p.at, p.n, &root));
			for (uint64_t k = 0; k < n; k++)
				if (k != i)
					assert_false(merkle_inclusion_holds(k, n, &leaves[i], p.at,
									    p.n, &root));
		}
		assert_int_equal(merkle_inclusion_make(&source, n, n, &p, &err), RC_INVALID);
	}
}

static void
every_tree_extends_every_smaller_one_and_size_zero_is_refused(void **state)
{
	struct hash old, new;
	struct merkle_proof p;
	struct err err;

	(void)state;
	for (uint64_t n = 1; n <= 70; n++)
		for (uint64_t m = 1; m <= n; m++) {
			mth(0, (size_t)m, &old);
			mth(0, (size_t)n, &new);
			assert_int_equal(merkle_consistency_make(&source, m, n, &p, &err), RC_OK);
			assert_true(merkle_consistency_holds(m, n, &old, &new, p.at, p.n));
			assert_false(merkle_consistency_holds(n, m, &new, &old, p.at, p.n) &&
				     m != n);
			if (m == n)
				continue;
			assert_false(merkle_consistency_holds(m, n, &new, &old, p.at, p.n));
			assert_false(merkle_consistency_holds(m, n, &old, &new, p.at, p.n - 1));
			p.at[p.n / 2].b[7] ^= 1;
			assert_false(merkle_consistency_holds(m, n, &old, &new, p.at, p.n));
		}
	sha256(STR(""), &old);
	assert_false(merkle_consistency_holds(0, 5, &old, &new, NULL, 0));
	assert_false(merkle_consistency_holds(0, 0, &old, &old, NULL, 0));
	assert_int_equal(merkle_consistency_make(&source, 0, 5, &p, &err), RC_INVALID);
	assert_int_equal(merkle_consistency_make(&source, 6, 5, &p, &err), RC_INVALID);
}

static void
numbers_at_the_end_of_their_range_are_refused_quietly(void **state)
{
	static const uint64_t edges[] = {0, 1, 2, UINT64_C(1) << 63, UINT64_MAX - 1, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(edges); i++)
		for (size_t k = 0; k < COUNT_OF(edges); k++)
			for (size_t n = 0; n < 70; n++) {
				assert_false(n > 0 &&
					     merkle_inclusion_holds(edges[i], edges[k], &leaves[0],
								    leaves, n, &leaves[1]));
				assert_false(n > 0 && merkle_consistency_holds(
							  edges[i], edges[k], &leaves[0],
							  &leaves[1], leaves, n));
				assert_false(merkle_subtree_consistency_holds(
				    edges[i], edges[k], UINT64_MAX, &leaves[0], leaves, n,
				    &leaves[1]));
			}
	assert_true(merkle_subtree_is_valid(0, UINT64_MAX));
	assert_false(merkle_subtree_is_valid(1, UINT64_MAX));
	assert_true(merkle_subtree_is_valid(8, 13));
	assert_false(merkle_subtree_is_valid(4, 13));
	assert_false(merkle_subtree_is_valid(5, 5));
}

/* What follows reads ../shared/vectors/merkle (transparency-dev/merkle), one JSON a file. */
static struct str
read_all(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *p = arena_bytes(arena, 65536);
	size_t n;

	assert_non_null(f);
	n = fread(p, 1, 65535, f);
	(void)fclose(f);
	return (struct str){p, n};
}

/* What stands after "key": in these flat files. */
static struct str
after(struct str json, const char *key)
{
	struct str quoted = str_fmt(arena, "\"%s\": ", key);
	ptrdiff_t at = str_find(json, quoted);

	return at < 0 ? STR_NONE : str_sub(json, (size_t)at + quoted.n, json.n);
}

static uint64_t
number(struct str json, const char *key)
{
	struct str s = after(json, key);

	return s.n > 0 ? strtoull(s.p, NULL, 10) : 0;
}

/*
 * The next quoted base64; what is not 32 bytes long in a vector becomes some other hash, which
 * must be refused as well.
 */
static struct hash
next_hash(struct str *s)
{
	struct hash h;
	struct str bytes = STR_NONE, text;

	(void)str_cut(s, '"');
	text = str_cut(s, '"');
	if (!base64_parse(arena, text, &bytes) || !hash_from(bytes, &h))
		merkle_leaf(text, &h);
	return h;
}

static struct hash
hash_of(struct str json, const char *key)
{
	struct str s = after(json, key), bytes = STR_NONE, text;
	struct hash h;

	(void)str_cut(&s, '"');
	text = str_cut(&s, '"');
	/* A leaf that is no hash must not become the same hash as a root that is none. */
	if (!base64_parse(arena, text, &bytes) || !hash_from(bytes, &h))
		merkle_leaf(str_fmt(arena, "%d%.*s", key[0] == 'l', STR_ARG(text)), &h);
	return h;
}

static size_t
proof_of(struct str json, struct hash out[80])
{
	struct str s = after(json, "proof");
	ptrdiff_t end = str_chr(s, ']');
	size_t n = 0;

	if (s.n == 0 || s.p[0] != '[')
		return 0;
	s = str_sub(s, 0, (size_t)end);
	while (str_chr(s, '"') >= 0 && n < 80)
		out[n++] = next_hash(&s);
	return n;
}

static bool
holds(struct str json)
{
	struct hash proof[80], root = hash_of(json, "root"), leaf = hash_of(json, "leafHash");
	struct hash root1 = hash_of(json, "root1"), root2 = hash_of(json, "root2");
	size_t n = proof_of(json, proof);
	uint64_t start = number(json, "start"), end = number(json, "end");

	if (after(json, "leafIdx").n > 0 && after(json, "end").n > 0)
		return merkle_subtree_inclusion_holds(number(json, "leafIdx"), start, end, &leaf,
						      proof, n, &root);
	if (after(json, "leafIdx").n > 0)
		return merkle_inclusion_holds(number(json, "leafIdx"), number(json, "treeSize"),
					      &leaf, proof, n, &root);
	if (after(json, "end").n > 0)
		return merkle_subtree_consistency_holds(start, end, number(json, "size"), &root1,
							proof, n, &root2);
	return merkle_consistency_holds(number(json, "size1"), number(json, "size2"), &root1,
					&root2, proof, n);
}

static void
run_folder(const char *path, int *good, int *bad)
{
	DIR *d = opendir(path);

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		const char *below = str_z(arena, str_fmt(arena, "%s/%s", path, e->d_name));
		struct str json, want;
		struct stat st;

		if (e->d_name[0] == '.' || stat(below, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			run_folder(below, good, bad);
			continue;
		}
		json = read_all(below);
		want = after(json, "wantErr");
		assert_true(want.n > 0);
		if (holds(json) == str_starts(want, STR("true"))) {
			print_error("%s\n", below);
			assert_true(false);
		}
		*(str_starts(want, STR("true")) ? bad : good) += 1;
	}
	(void)closedir(d);
}

static void
vectors_of_transparency_dev_hold(void **state)
{
	static const char *const folders[] = {"inclusion", "consistency", "subtreeinclusion",
					      "subtreeconsistency"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		const char *path = str_z(
		    arena, str_fmt(arena, "../shared/vectors/merkle/testdata/%s", folders[i]));
		struct stat st;
		int good = 0, bad = 0;

		if (stat(path, &st) != 0) {
			print_message("skipped: no %s\n", path);
			skip();
		}
		run_folder(path, &good, &bad);
		assert_true(good > 0 && bad > 0);
		print_message("%s: %d hold, %d are refused\n", folders[i], good, bad);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(growing_range_has_the_root_of_the_definition),
	    cmocka_unit_test(every_leaf_proves_itself_and_no_other),
	    cmocka_unit_test(every_tree_extends_every_smaller_one_and_size_zero_is_refused),
	    cmocka_unit_test(numbers_at_the_end_of_their_range_are_refused_quietly),
	    cmocka_unit_test(vectors_of_transparency_dev_hold),
	};
	int failed;

	arena = arena_new(0);
	for (size_t i = 0; i < LEAVES; i++)
		merkle_leaf(str_fmt(arena, "leaf %zu", i), &leaves[i]);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
