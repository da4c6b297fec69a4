#include "base/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "format/json.h"
#include "model/model.h"
#include "model/show.h"

static struct arena *arena;
static struct model *shipped;

static int
set_up(void **state)
{
	struct err err = {0};

	(void)state;
	arena = arena_new(0);
	return model_load(arena, model_files, NULL, &shipped, &err) == RC_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* The lists that we ship, without types, and one type's file under path. */
static enum rc
load_type(const char *path, const char *text, struct model **out, struct err *err)
{
	struct embedded_file files[400];
	size_t n = 0;

	for (size_t i = 0; model_files[i].path != NULL; i++)
		if (str_ends(str_from(model_files[i].path), STR(".csv")) && n < 398)
			files[n++] = model_files[i];
	files[n++] = (struct embedded_file){path, text, strlen(text)};
	files[n] = (struct embedded_file){0};
	*err = (struct err){0};
	return model_load(arena, files, NULL, out, err);
}

#define HEAD                                                                                       \
	"type: thing\narea: common\nhandling: {default: AMBER}\n"                                  \
	"retention: {class: case, review: 1y, erase: 5y}\n"                                        \
	"read: {roles: analyst, purposes: investigation}\n"                                        \
	"write: {roles: [analyst], purposes: [investigation]}\n"
#define FIELDS "fields:\n  a: {text: short}\n  b: {yesno: true}\n"
#define STATES "states: [x, y]\nmoves: [{from: x, to: y}]\n"

static void
a_small_type_is_read(void **state)
{
	struct model *m;
	struct err err;
	const struct record_type *t;

	(void)state;
	assert_int_equal(
	    load_type("common/thing.yaml", HEAD FIELDS STATES "title: \"T {a}\"\n", &m, &err),
	    RC_OK);
	t = model_type(m, STR("thing"));
	assert_non_null(t);
	assert_int_equal(t->field_count, 2);
	assert_int_equal(t->handling.tlp, TLP_AMBER);
	assert_false(t->handling.onward_ok);
	assert_int_equal(t->retention.review_ms, INT64_C(31536000000));
	assert_int_equal(t->read.roles, BIT(ROLE_ANALYST));
	assert_non_null(type_move(t, 0, 1));
	assert_null(type_move(t, 1, 0));
	assert_null(type_move(t, 0, 7));
	assert_true(str_eq(model_field_label(&t->fields[0], STR("fr")), STR("A")));
}

static const struct {
	const char *name, *text, *key;
	long line;
} bad_types[] = {
    {"a key that is unknown", HEAD FIELDS "title: T\ncolour: red\n", "colour", 11},
    {"no title", HEAD FIELDS, "title", 1},
    {"a field without a kind", HEAD "fields:\n  a: {required: true}\ntitle: T\n", "a", 8},
    {"a field with two kinds", HEAD "fields:\n  a: {text: short, date: true}\ntitle: T\n", "date",
     8},
    {"a list of codes that is not there", HEAD "fields:\n  a: {code: nowhere}\ntitle: T\n", "code",
     8},
    {"a ref to no type", HEAD "fields:\n  a: {ref: nobody}\ntitle: T\n", "ref", 8},
    {"an upper-case field", HEAD "fields:\n  Abc: {text: short}\ntitle: T\n", "fields", 8},
    {"a sensitive field in the title",
     HEAD "fields:\n  a: {text: name, sensitivity: personal, mask: never}\ntitle: \"{a}\"\n",
     "title", 9},
    {"a masked field in the title",
     HEAD "fields:\n  a: {text: name, mask: always}\ntitle: \"{a}\"\n", "title", 9},
    {"an open brace in the title", HEAD FIELDS "title: \"T {a\"\n", "title", 10},
    {"one person who adds to what is no list",
     HEAD "fields:\n  a: {text: short, alone: adds}\ntitle: T\n", "alone", 8},
    {"one person who adds to a date", HEAD "fields:\n  a: {date: true, alone: adds}\ntitle: T\n",
     "alone", 8},
    {"a safety field that is never masked",
     HEAD "fields:\n  a: {text: short, sensitivity: safety, mask: never}\ntitle: T\n", "mask", 8},
    {"an index on a name", HEAD "fields:\n  a: {text: name, index: true}\ntitle: T\n", "index", 8},
    {"a hint that match does not know", HEAD "fields:\n  a: {text: name, match: face}\ntitle: T\n",
     "match", 8},
    {"match on a guarded type",
     HEAD "guard: survivor\nfields:\n  a: {text: name, match: name}\ntitle: T\n", "match", 9},
    {"index on a guarded type's phone",
     HEAD "guard: minor\nfields:\n  a: {phone: true, index: true}\ntitle: T\n", "index", 9},
    {"required when it compares what cannot be",
     HEAD "fields:\n  a: {text: short}\n  b: {date: true, required_when: {a: x}}\ntitle: T\n",
     "required_when", 9},
    {"required when it compares with no value of the list",
     HEAD "fields:\n  a: {code: basis}\n  b: {date: true, required_when: {a: rumour}}\ntitle: T\n",
     "required_when", 9},
    {"required beside auto",
     HEAD "fields:\n  a: {text: short, auto: true, required: true}\ntitle: T\n", "required", 8},
    {"a basis that collides",
     HEAD "fields:\n  a: {text: long, basis: true}\n  a_basis: {text: short}\ntitle: T\n",
     "a_basis", 0},
    {"a state nobody reaches",
     HEAD FIELDS "states: [x, y, z]\nmoves: [{from: x, to: y}]\ntitle: T\n", "moves", 11},
    {"a move to no state", HEAD FIELDS "states: [x, y]\nmoves: [{from: x, to: q}]\ntitle: T\n",
     "to", 11},
    {"states without moves", HEAD FIELDS "states: [x, y]\ntitle: T\n", "moves", 1},
    {"a pair with two moves",
     HEAD FIELDS "states: [x, y]\nmoves: [{from: x, to: y}, {from: [x, y], to: y}]\ntitle: T\n",
     "moves", 11},
    {"a gate that no row names",
     HEAD FIELDS "states: [x, y]\nmoves: [{from: x, to: y, gates: [magic]}]\ntitle: T\n", "gates",
     11},
    {"gates that nest",
     HEAD FIELDS "states: [x, y]\nmoves: [{from: x, to: y, gates: [[human_decided]]}]\ntitle: T\n",
     "gates", 11},
    {"a need that is no field",
     HEAD FIELDS "states: [x, y]\nmoves: [{from: x, to: y, needs: c}]\ntitle: T\n", "needs", 11},
    {"a move that has an or",
     HEAD FIELDS "states: [x, y]\nmoves: [{from: x, to: y, or: [human_decided]}]\ntitle: T\n", "or",
     11},
    {"a clock without time",
     HEAD FIELDS STATES "clocks: [{name: c, on: x, then: {remind: analyst}}]\ntitle: T\n", "within",
     12},
    {"a clock of 0 days",
     HEAD FIELDS STATES
     "clocks: [{name: c, on: x, within: 0d, then: {remind: analyst}}]\ntitle: T\n",
     "within", 12},
    {"a clock at a text",
     HEAD FIELDS STATES "clocks: [{name: c, on: x, at: a, then: {remind: analyst}}]\ntitle: T\n",
     "at", 12},
    {"a clock that moves where no move leads",
     HEAD FIELDS STATES "clocks: [{name: c, on: y, within: 1d, then: {move: x}}]\ntitle: T\n",
     "then", 12},
    {"a flag that nobody has", HEAD "fields:\n  a: {ref: thing, inherits: [broken]}\ntitle: T\n",
     "inherits", 8},
    {"a watch on no type", HEAD FIELDS STATES "watch: [nobody]\ntitle: T\n", "watch", 12},
    {"an HTCDS name that is none",
     HEAD "fields:\n  a: {text: short, htcds: org_Nonsense}\ntitle: T\n", "htcds", 0},
    {"an HTCDS name twice",
     HEAD "fields:\n  a: {text: short, htcds: org_Name}\n  b: {text: short, htcds: "
	  "org_Name}\ntitle: T\n",
     "htcds", 0},
    {"an anchor", HEAD "fields:\n  a: &x {text: short}\n  b: *x\ntitle: T\n", NULL, 8},
    {"a key twice", HEAD FIELDS "title: T\ntitle: U\n", NULL, 11},
    {"not a map", "- a\n- b\n", "type", 1},
    {"an empty file", "", NULL, 0},
};

static void
each_mistake_is_named_with_its_line(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad_types); i++) {
		struct model *m;
		struct err err;
		enum rc rc = load_type("common/thing.yaml", bad_types[i].text, &m, &err);

		if (rc != RC_INVALID ||
		    (bad_types[i].key != NULL && strcmp(err.key, bad_types[i].key) != 0) ||
		    (bad_types[i].line != 0 && err.line != bad_types[i].line) ||
		    strcmp(err.file, "common/thing.yaml") != 0 || err.text[0] == '\0') {
			struct str line = err_line(arena, &err);

			print_error("%s: %d %.*s\n", bad_types[i].name, rc, STR_ARG(line));
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static const struct {
	const char *name, *from, *to;
} wrong_heads[] = {
    {"a purpose of immigration control", "purposes: investigation",
     "purposes: immigration_control"},
    {"a role that is none", "roles: analyst", "roles: spy"},
    {"an area that is none", "area: common", "area: police"},
    {"a name that is not the file's", "type: thing", "type: things"},
    {"a handling that is none", "AMBER", "PURPLE"},
    {"no date to erase by", ", erase: 5y", ""},
    {"review after erasing", "review: 1y", "review: 6y"},
    {"a class that is none", "class: case", "class: forever"},
};

static void
a_wrong_head_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong_heads); i++) {
		struct str text = STR(HEAD FIELDS "title: T\n");
		ptrdiff_t at = str_find(text, str_from(wrong_heads[i].from));
		struct model *m;
		struct err err;
		struct buf b;

		assert_true(at >= 0);
		buf_init(&b, arena);
		buf_add(&b, str_sub(text, 0, (size_t)at));
		buf_add_z(&b, wrong_heads[i].to);
		buf_add(&b, str_sub(text, (size_t)at + strlen(wrong_heads[i].from), text.n));
		if (load_type("common/thing.yaml", str_z(arena, buf_str(&b)), &m, &err) !=
		    RC_INVALID) {
			print_error("%s was taken\n", wrong_heads[i].name);
			assert_true(false);
		}
		assert_true(err.line > 0);
	}
}

static void
a_file_over_256_kib_is_refused(void **state)
{
	struct buf b;
	struct model *m;
	struct err err;

	(void)state;
	buf_init(&b, arena);
	buf_add_z(&b, HEAD FIELDS "title: T\n#");
	while (b.n < 270000)
		buf_add_z(&b, " a long remark");
	assert_int_not_equal(load_type("common/thing.yaml", str_z(arena, buf_str(&b)), &m, &err),
			     RC_OK);
}

static void
every_field_of_htcds_has_one_home(void **state)
{
	const struct code_list *fields = model_list(shipped, STR("htcds_fields"));
	size_t deprecated = 0;

	(void)state;
	assert_non_null(fields);
	assert_int_equal(fields->code_count, 84);
	for (size_t i = 0; i < fields->code_count; i++) {
		const struct code *code = &fields->codes[i];
		const struct htcds_home *home = model_htcds_home(shipped, code->code);

		if (home == NULL) {
			print_error("%.*s has no home\n", STR_ARG(code->code));
			assert_non_null(home);
		}
		/* Two homes are refused by the loader; here: deprecated ones are notes only. */
		if (str_eq(code_cell(fields, code, STR("status")), STR("DEPRECATED"))) {
			assert_true(str_eq(home->type->name, STR("note")));
			deprecated++;
		}
		assert_ptr_equal(type_field(home->type, home->field->name), home->field);
		assert_ptr_equal(model_type(shipped, home->type->name), home->type);
	}
	assert_int_equal(deprecated, 3);
	assert_true(str_eq(model_htcds_home(shipped, STR("hte_City"))->part, STR("city")));
	assert_null(model_htcds_home(shipped, STR("hte_Nothing")));
}

static void
types_stand_in_order_and_find_themselves(void **state)
{
	(void)state;
	assert_true(shipped->type_count >= 27);
	for (size_t i = 0; i < shipped->type_count; i++) {
		const struct record_type *t = &shipped->types[i];

		assert_int_equal(t->index, i);
		assert_ptr_equal(model_type(shipped, t->name), t);
		for (size_t j = 0; j < t->field_count; j++) {
			assert_int_equal(t->fields[j].index, j);
			assert_ptr_equal(type_field(t, t->fields[j].name), &t->fields[j]);
		}
		if (i > 0 && str_eq(t->area, t[-1].area))
			assert_true(str_cmp(t[-1].name, t->name) < 0);
	}
	assert_null(model_type(shipped, STR("immigration_control")));
	assert_int_equal(purpose_find(STR("immigration_control")), -1);
}

/* Feedback leads to nobody; a safe contact says nothing in a list; nobody but the overseer lifts.
 */
static void
the_most_closed_types_stay_closed(void **state)
{
	const struct record_type *t = model_type(shipped, STR("feedback"));
	const struct move *move;

	(void)state;
	assert_int_equal(t->read.roles, BIT(ROLE_SUPERVISOR));
	assert_int_equal(t->subjects, 0);
	for (size_t i = 0; i < t->field_count; i++) {
		assert_false(t->fields[i].kind == FIELD_REF &&
			     !str_eq(t->fields[i].name, STR("consultation")));
		assert_false(t->fields[i].index_exact && !t->fields[i].automatic);
	}
	t = model_type(shipped, STR("safe_contact"));
	for (size_t i = 0; i < t->field_count; i++)
		assert_true(t->fields[i].automatic || t->fields[i].mask == MASK_ALWAYS);
	t = model_type(shipped, STR("stop_order"));
	for (int from = 0; from < (int)t->states.n; from++) {
		move = type_move(t, from, type_state(t, STR("lifted")));
		if (move == NULL)
			continue;
		assert_int_equal(move->roles, BIT(ROLE_MONITOR));
		assert_true(move->four_eyes);
	}
	move = type_move(t, type_state(t, STR("issued")), type_state(t, STR("in_force")));
	assert_true(move->automatic);
	assert_int_equal(t->clocks[0].within_ms, 60000);
}

/* What the law and rights.md ask of the data itself. */
static void
promises_to_the_people_hold_in_the_data(void **state)
{
	static const char *const guarded[] = {
	    "survivor",		 "consent",	 "referral",	      "protection_plan",
	    "return_plan",	 "guardian",	 "best_interests",    "needs_assessment",
	    "risk_assessment",	 "safe_contact", "reflection_period", "residence_decision",
	    "witness_measure",	 "victim_right", "feedback",	      "intake",
	    "compensation_claim"};
	const struct record_type *t;
	const struct move *move;
	bool here = false, there = false;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(guarded); i++) {
		t = model_type(shipped, str_from(guarded[i]));
		assert_non_null(t);
		assert_int_not_equal(t->guard, GUARD_NONE);
	}
	for (size_t i = 0; i < shipped->type_count; i++) {
		t = &shipped->types[i];
		if (t->guard == GUARD_NONE)
			continue;
		assert_int_equal(t->handling.tlp, TLP_RED);
		assert_false(t->handling.onward_ok || t->handling.judicial_ok);
		assert_false(t->read.roles & (BIT(ROLE_ANALYST) | BIT(ROLE_PROSECUTOR) |
					      BIT(ROLE_MONITOR) | BIT(ROLE_ADMINISTRATOR)));
	}
	t = model_type(shipped, STR("return_plan"));
	move = type_move(t, type_state(t, STR("assessing")), type_state(t, STR("agreed")));
	assert_non_null(move);
	assert_true(move->four_eyes);
	for (size_t i = 0; i < move->gate_count; i++) {
		here |= str_eq(move->gates[i].name, STR("risk_assessed_here"));
		there |= str_eq(move->gates[i].name, STR("risk_assessed_there"));
	}
	assert_true(here && there);
	t = model_type(shipped, STR("note"));
	assert_int_equal(t->clocks[0].then, THEN_ERASE);
	assert_int_equal(t->clocks[0].within_ms, INT64_C(72) * 3600000);
	assert_int_equal(t->required_count, 1);
	t = model_type(shipped, STR("involvement"));
	assert_true(type_field(t, STR("category"))->required);
	assert_true(type_field(t, STR("category"))->statement);
	t = model_type(shipped, STR("exhibit"));
	assert_int_equal(type_field(t, STR("derived_from"))->inherits.n, 4);
	for (size_t i = 0; i < shipped->type_count; i++) {
		assert_false(shipped->types[i].read.roles & BIT(ROLE_ADMINISTRATOR) &&
			     shipped->types[i].subjects != 0);
		assert_true(shipped->types[i].about.n > 0);
	}
}

static void
a_start_refuses_a_gate_that_no_feature_has(void **state)
{
	struct str known[200] = {0};
	struct err err = {0};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < shipped->gates->code_count; i++)
		known[n++] = shipped->gates->codes[i].code;
	assert_int_equal(model_check_gates(shipped, known, n, &err), RC_OK);
	for (size_t i = 0; i < n; i++)
		if (str_eq(known[i], STR("valid_consent")))
			known[i] = STR("something_else");
	assert_int_equal(model_check_gates(shipped, known, n, &err), RC_INVALID);
	assert_non_null(strstr(err.text, "valid_consent"));
}

static void
labels_fall_back_and_codes_are_found(void **state)
{
	const struct code_list *countries = model_list(shipped, STR("country"));
	const struct record_type *t = model_type(shipped, STR("referral"));

	(void)state;
	assert_true(str_eq(model_code_label(countries, STR("DE"), STR("fr")), STR("Allemagne")));
	assert_true(str_eq(model_code_label(countries, STR("DE"), STR("xx")), STR("Germany")));
	assert_true(str_eq(code_find_alias(countries, STR("DEU"))->code, STR("DE")));
	assert_non_null(code_find(countries, STR("QN")));
	assert_null(code_find(countries, STR("ZQ")));
	assert_true(code_find(countries, STR("SU"))->retired);
	assert_true(str_eq(code_find_alias(model_list(shipped, STR("language")), STR("de"))->code,
			   STR("deu")));
	assert_true(str_eq(model_state_label(t, 0, STR("ar")), STR("Draft")));
	assert_true(str_eq(model_type_label(t, STR("en")), STR("Referral")));
}

static void
one_changed_byte_changes_the_hash(void **state)
{
	struct model *one, *two;
	struct err err;

	(void)state;
	assert_int_equal(load_type("common/thing.yaml", HEAD FIELDS "title: T\n", &one, &err),
			 RC_OK);
	assert_int_equal(load_type("common/thing.yaml", HEAD FIELDS "title: U\n", &two, &err),
			 RC_OK);
	assert_memory_not_equal(one->hash, two->hash, sizeof one->hash);
}

static void
showing_gives_whole_json_and_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < shipped->type_count; i++) {
		struct buf b;
		json_t *json = NULL;
		struct err err = {0};

		buf_init(&b, arena);
		model_show_json(shipped, &shipped->types[i], STR("en"), &b);
		assert_int_equal(json_read(buf_str(&b), NULL, &json, &err), RC_OK);
		assert_int_equal(json_array_size(json_object_get(json, "fields")),
				 shipped->types[i].field_count);
		json_decref(json);
		buf_clear(&b);
		model_show_text(shipped, &shipped->types[i], STR("en"), &b);
		assert_true(str_find(buf_str(&b), STR("\nretention  ")) > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_small_type_is_read),
	    cmocka_unit_test(each_mistake_is_named_with_its_line),
	    cmocka_unit_test(a_wrong_head_is_refused),
	    cmocka_unit_test(a_file_over_256_kib_is_refused),
	    cmocka_unit_test(every_field_of_htcds_has_one_home),
	    cmocka_unit_test(types_stand_in_order_and_find_themselves),
	    cmocka_unit_test(promises_to_the_people_hold_in_the_data),
	    cmocka_unit_test(the_most_closed_types_stay_closed),
	    cmocka_unit_test(a_start_refuses_a_gate_that_no_feature_has),
	    cmocka_unit_test(labels_fall_back_and_codes_are_found),
	    cmocka_unit_test(one_changed_byte_changes_the_hash),
	    cmocka_unit_test(showing_gives_whole_json_and_text),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
