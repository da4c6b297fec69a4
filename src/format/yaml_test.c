#include "base/test.h"

#include "base/arena.h"
#include "format/yaml.h"

static void
a_document_becomes_a_tree_with_places(void **state)
{
	struct arena *a = arena_new(0);
	struct yaml_node *root;
	const struct yaml_node *moves, *move;
	bool yes;

	(void)state;
	assert_int_equal(yaml_read(a, "x.yaml",
				   STR("type: referral\n"
				       "label: {en: Referral, empty: }\n"
				       "required: yes\n"
				       "quoted: \"no\"\n"
				       "moves:\n"
				       "  - {from: draft, to: [sent, done]}\n"),
				   NULL, &root, NULL),
			 RC_OK);
	assert_int_equal(root->kind, YAML_MAP);
	assert_int_equal(root->n, 5);
	assert_true(str_eq_z(yaml_text(yaml_find(root, "type")), "referral"));
	assert_true(str_eq_z(yaml_text(yaml_find(yaml_find(root, "label"), "en")), "Referral"));
	assert_int_equal(yaml_text(yaml_find(yaml_find(root, "label"), "empty")).n, 0);
	assert_true(yaml_bool(yaml_find(root, "required"), &yes) && yes);
	assert_false(yaml_bool(yaml_find(root, "quoted"), &yes));
	assert_false(yaml_bool(yaml_find(root, "type"), &yes));
	moves = yaml_find(root, "moves");
	assert_int_equal(moves->kind, YAML_LIST);
	assert_int_equal(moves->n, 1);
	move = moves->at[0];
	assert_int_equal(move->line, 6);
	assert_int_equal(move->column, 5);
	assert_int_equal(move->key[1]->column, 19);
	assert_int_equal(yaml_find(move, "to")->n, 2);
	assert_null(yaml_find(move, "absent"));
	assert_null(yaml_find(NULL, "absent"));
	assert_null(yaml_text(moves).p);
	arena_free(a);
}

static void
what_the_model_does_not_need_is_refused_by_line(void **state)
{
	static const struct {
		struct str in;
		enum rc rc;
		long line;
	} cases[] = {
	    {STR_INIT("a: 1\nb: 2\na: 3\n"), RC_INVALID, 3},
	    {STR_INIT("a: &x 1\n"), RC_INVALID, 1},
	    {STR_INIT("a: [1]\nb: &x [1]\n"), RC_INVALID, 2},
	    {STR_INIT("a: &x {}\n"), RC_INVALID, 1},
	    {STR_INIT("a: *x\n"), RC_INVALID, 1},
	    {STR_INIT("a: !!str 1\n"), RC_INVALID, 1},
	    {STR_INIT("a: ! 1\n"), RC_INVALID, 1},
	    {STR_INIT("a: !x [1]\n"), RC_INVALID, 1},
	    {STR_INIT("%TAG ! tag:x,2000:\n---\na: 1\n"), RC_INVALID, 1},
	    {STR_INIT("[a, b]: 1\n"), RC_INVALID, 1},
	    {STR_INIT("a: 1\n---\nb: 1\n"), RC_INVALID, 2},
	    {STR_INIT("a: [1\n"), RC_INVALID, 2},
	    {STR_INIT("a: \"\\0\"\n"), RC_INVALID, 1},
	    {STR_INIT("a: \xff\n"), RC_INVALID, 0},
	    {STR_INIT("a:\tb: c: d\n"), RC_INVALID, 1},
	    {STR_INIT("[[[[1]]]]\n"), RC_TOO_LARGE, 1},
	    {STR_INIT("{a: 1, b: 2, c: 3, d: 4}\n"), RC_TOO_LARGE, 1},
	    {STR_INIT("a: 123456789012345678901234567890123456789012345\n"), RC_TOO_LARGE, 0},
	    {STR_INIT("a: 12345678901\n"), RC_TOO_LARGE, 1},
	    {STR_INIT("[[[1]]]\n"), RC_OK, 0},
	    {STR_INIT(""), RC_OK, 0},
	    {STR_INIT("# nothing\n"), RC_OK, 0},
	};
	const struct limits limits = {
	    .depth_max = 4, .columns_max = 3, .bytes_max = 40, .field_bytes_max = 10};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct yaml_node *root;
		struct err err = {0};
		enum rc rc = yaml_read(a, "x.yaml", cases[i].in, &limits, &root, &err);

		if (rc != cases[i].rc || err.line != cases[i].line)
			print_error("case %zu: %s:%ld %s\n", i, err.file, err.line, err.text);
		assert_int_equal(rc, cases[i].rc);
		assert_int_equal(err.line, cases[i].line);
		if (rc != RC_OK)
			assert_string_equal(err.file, "x.yaml");
		else
			assert_non_null(root);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_document_becomes_a_tree_with_places),
	    cmocka_unit_test(what_the_model_does_not_need_is_refused_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
