#include "base/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/model.h"

static struct arena *arena;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

struct a_file {
	const char *path, *text;
};

/* Write the files below a new folder, load them over what we ship, remove them. */
static enum rc
load_over(const struct a_file *files, size_t n, struct model **out, struct err *err)
{
	static const char *const folders[] = {"codes", "labels", "protect", "common", "exchange"};
	char dir[] = "/tmp/liaison-overlay-XXXXXX", path[300];
	enum rc rc;

	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (size_t i = 0; i < n; i++) {
		FILE *f;

		(void)snprintf(path, sizeof path, "%s/%s", dir, files[i].path);
		f = fopen(path, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(files[i].text, 1, strlen(files[i].text), f),
				 strlen(files[i].text));
		assert_int_equal(fclose(f), 0);
	}
	*err = (struct err){0};
	arena_reset(arena);
	rc = model_load(arena, model_files, dir, out, err);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, files[i].path);
		assert_int_equal(unlink(path), 0);
	}
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, folders[i]);
		(void)rmdir(path);
	}
	assert_int_equal(rmdir(dir), 0);
	return rc;
}

#define AGENCY                                                                                     \
	{                                                                                          \
		"overlay.yaml", "agency: ulm\n"                                                    \
	}
#define OWN_HEAD                                                                                   \
	"type: x_ulm_shift\narea: common\nhandling: {default: AMBER}\n"                            \
	"retention: {class: organisation, review: 1y, erase: 2y}\n"                                \
	"read: {roles: analyst, purposes: investigation}\n"                                        \
	"write: {roles: analyst, purposes: investigation}\n"

static void
an_agency_adds_and_tightens(void **state)
{
	const struct a_file files[] = {
	    AGENCY,
	    {"protect/referral.yaml",
	     "extend: referral\nlabel: {de: Vermittlung}\n"
	     "fields:\n  x_ulm_ward: {code: x_ulm_ward, basis: true}\n  x_ulm_note: {text: long}\n"
	     "required: [needed_by]\n"
	     "gates: [{from: draft, to: sent, gates: [lawyer_reviewed]}]\n"
	     "remove_roles: {read: supervisor}\n"
	     "retention: {review: 6mo, erase: 3y}\n"},
	    {"exchange/request.yaml",
	     "extend: request\nhandling: {default: RED, judicial_ok: false}\n"},
	    {"common/x_ulm_shift.yaml",
	     OWN_HEAD "fields:\n  who: {ref: user}\n  day: {date: true}\n"
		      "title: \"Shift {day}\"\n"},
	    {"codes/x_ulm_ward.csv", "code,label_en\nx_ulm_north,North\n"},
	    {"codes/service_types.csv", "code,label_en\nx_ulm_boat,Boat\n"},
	    {"labels/de.csv", "key,label\nreferral.reason,Grund\nreferral#sent,gesandt\n"
			      "service_types:shelter,Unterkunft\n"},
	};
	const struct record_type *t;
	const struct field *f;
	struct model *m, *plain;
	struct err err;
	size_t gates;

	(void)state;
	if (load_over(files, COUNT_OF(files), &m, &err) != RC_OK) {
		print_error("%s:%ld %s %s\n", err.file, err.line, err.key, err.text);
		assert_true(false);
	}
	assert_int_equal(model_load(arena, model_files, NULL, &plain, &err), RC_OK);
	assert_memory_not_equal(plain->hash, m->hash, sizeof m->hash);
	assert_true(m->has_overlay);
	assert_false(plain->has_overlay);
	t = model_type(m, STR("referral"));
	f = type_field(t, STR("x_ulm_ward"));
	assert_non_null(f);
	assert_non_null(code_find(f->codes, STR("x_ulm_north")));
	assert_true(str_eq(f[1].name, STR("x_ulm_ward_basis")));
	assert_true(type_field(t, STR("needed_by"))->required);
	assert_int_equal(t->read.roles, BIT(ROLE_SUPPORT_WORKER));
	assert_int_equal(t->retention.erase_ms, INT64_C(3) * 365 * 86400000);
	gates = type_move(model_type(plain, STR("referral")), 0, 1)->gate_count;
	assert_int_equal(type_move(t, 0, 1)->gate_count, gates + 1);
	assert_int_equal(model_type(m, STR("request"))->handling.tlp, TLP_RED);
	assert_false(model_type(m, STR("request"))->handling.judicial_ok);
	assert_true(model_type(m, STR("x_ulm_shift"))->overlay);
	assert_non_null(code_find(model_list(m, STR("service_types")), STR("x_ulm_boat")));
	assert_non_null(code_find(model_list(m, STR("service_types")), STR("shelter")));
	assert_true(
	    str_eq(model_field_label(type_field(t, STR("reason")), STR("de")), STR("Grund")));
	assert_true(str_eq(model_type_label(t, STR("de")), STR("Vermittlung")));
	assert_true(
	    str_eq(model_code_label(model_list(m, STR("service_types")), STR("shelter"), STR("de")),
		   STR("Unterkunft")));
	for (size_t i = 0; i < t->field_count; i++)
		assert_ptr_equal(type_field(t, t->fields[i].name), &t->fields[i]);
}

/* With the prefix 48 bytes; a month comes behind it. */
#define CLASS_42 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop"

#define EXTEND(rest)                                                                               \
	{                                                                                          \
		"protect/referral.yaml", "extend: referral\n" rest                                 \
	}

static const struct {
	const char *name;
	struct a_file file;
} refused[] = {
    {"a purpose", {"codes/purposes.csv", "code,label_en\nx_ulm_immigration,Immigration\n"}},
    {"a role", {"codes/roles.csv", "code,label_en\nx_ulm_spy,Spy\n"}},
    {"a gate", {"codes/gates.csv", "code,label_en\nx_ulm_open,Open\n"}},
    {"a subject category", {"codes/led_subject_categories.csv", "code,label_en\nx_ulm_a,A\n"}},
    {"a code without prefix", {"codes/service_types.csv", "code,label_en\nboat,Boat\n"}},
    {"a retention class too long to name buckets by",
     {"codes/retention_class.csv", "code,label_en\nx_ulm_" CLASS_42 ",A\n"}},
    {"a retention class with a slash",
     {"codes/retention_class.csv", "code,label_en\nx_ulm_a/b,A\n"}},
    {"a list without prefix", {"codes/wards.csv", "code,label_en\nx_ulm_a,A\n"}},
    {"a field without prefix", EXTEND("fields:\n  ward: {text: short}\n")},
    {"a field of another's prefix", EXTEND("fields:\n  x_abc_ward: {text: short}\n")},
    {"match on a survivor's record", EXTEND("fields:\n  x_ulm_a: {text: name, match: name}\n")},
    {"an index on a survivor's record", EXTEND("fields:\n  x_ulm_a: {phone: true, index: true}\n")},
    {"match on people who may be victims",
     {"common/person.yaml", "extend: person\nfields:\n  x_ulm_a: {text: name, match: alias}\n"}},
    {"an index on who a survivor is",
     {"common/incident.yaml",
      "extend: incident\nfields:\n  x_ulm_s: {ref: survivor, index: true}\n"}},
    {"longer keeping", EXTEND("retention: {erase: 6y}\n")},
    {"lower handling", {"exchange/request.yaml", "extend: request\nhandling: {default: GREEN}\n"}},
    {"onward use", EXTEND("handling: {onward_ok: true}\n")},
    {"another title", EXTEND("title: \"{survivor}\"\n")},
    {"a move", EXTEND("moves: [{from: done, to: draft}]\n")},
    {"a state", EXTEND("states: [draft, open]\n")},
    {"more readers", EXTEND("read: {roles: analyst, purposes: investigation}\n")},
    {"no reader at all", EXTEND("remove_roles: {read: [support_worker, supervisor]}\n")},
    {"no role on a move", EXTEND("remove_roles: {moves: support_worker}\n")},
    {"a required field of the node", EXTEND("required: [number]\n")},
    {"a gate that we do not know",
     EXTEND("gates: [{from: draft, to: sent, gates: [x_ulm_gate]}]\n")},
    {"gates where no move leads",
     EXTEND("gates: [{from: done, to: sent, gates: [human_decided]}]\n")},
    {"a type of ours anew", {"protect/referral.yaml", "type: referral\narea: protect\n"}},
    {"a type without prefix", {"common/shift.yaml", "type: shift\narea: common\n"}},
    {"an own type that matches victims",
     {"common/x_ulm_shift.yaml", OWN_HEAD "subject: [victim]\nfields:\n"
					  "  a: {text: name, match: name}\ntitle: T\n"}},
    {"an own type with a sensitive title",
     {"common/x_ulm_shift.yaml", OWN_HEAD "fields:\n  a: {text: name, sensitivity: personal}\n"
					  "title: \"{a}\"\n"}},
    {"an own type for a purpose that is none",
     {"common/x_ulm_shift.yaml",
      "type: x_ulm_shift\narea: common\nhandling: {default: AMBER}\n"
      "retention: {class: organisation, review: 1y, erase: 2y}\n"
      "read: {roles: analyst, purposes: removal}\n"
      "write: {roles: analyst, purposes: investigation}\nfields:\n  a: {date: true}\ntitle: T\n"}},
    {"a label that stands already", {"labels/fr.csv", "key,label\ncountry:DE,Autre\n"}},
    {"a label of nothing", {"labels/de.csv", "key,label\nnobody.nothing,x\n"}},
    {"a file that is none", {"common/readme.txt", "hello\n"}},
};

static void
everything_else_is_refused_with_its_file(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		const struct a_file files[] = {AGENCY, refused[i].file};
		struct model *m;
		struct err err;
		enum rc rc = load_over(files, 2, &m, &err);

		if (rc != RC_INVALID || strcmp(err.file, refused[i].file.path) != 0 ||
		    err.text[0] == '\0') {
			print_error("%s: %d %s:%ld %s %s\n", refused[i].name, rc, err.file,
				    err.line, err.key, err.text);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void
the_longest_retention_class_names_buckets(void **state)
{
	static const char text[] =
	    "code,label_en\nx_ulm_bcdefghijklmnopqrstuvwxyzabcdefghijklmnop,A\n";
	const struct a_file files[] = {AGENCY, {"codes/retention_class.csv", text}};
	struct model *m;
	struct err err;

	(void)state;
	assert_int_equal(load_over(files, 2, &m, &err), RC_OK);
	assert_int_equal(model_list(m, STR("retention_class"))
			     ->codes[model_list(m, STR("retention_class"))->code_count - 1]
			     .code.n,
			 47);
}

static void
an_overlay_names_its_agency(void **state)
{
	const struct a_file none[] = {{"codes/x_ulm_a.csv", "code,label_en\nx_ulm_a,A\n"}};
	const struct a_file odd[] = {{"overlay.yaml", "agency: Ulm Police\n"}};
	struct model *m;
	struct err err;

	(void)state;
	assert_int_equal(load_over(none, 1, &m, &err), RC_INVALID);
	assert_string_equal(err.file, "overlay.yaml");
	assert_int_equal(load_over(odd, 1, &m, &err), RC_INVALID);
	assert_int_equal(model_load(arena, model_files, "/nowhere/at/all", &m, &err), RC_INVALID);
}

static void
a_symbolic_link_is_not_followed(void **state)
{
	char dir[] = "/tmp/liaison-overlay-XXXXXX", path[100];
	struct model *m;
	struct err err = {0};

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/overlay.yaml", dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(model_load(arena, model_files, dir, &m, &err), RC_INVALID);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
the_folder_we_ship_loads_like_the_binary(void **state)
{
	struct model *m, *n;
	struct err err = {0};

	(void)state;
	assert_int_equal(model_load_dir(arena, "model", &m, &err), RC_OK);
	assert_int_equal(model_load(arena, model_files, NULL, &n, &err), RC_OK);
	assert_int_equal(m->type_count, n->type_count);
	assert_memory_equal(m->hash, n->hash, sizeof m->hash);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_agency_adds_and_tightens),
	    cmocka_unit_test(everything_else_is_refused_with_its_file),
	    cmocka_unit_test(the_longest_retention_class_names_buckets),
	    cmocka_unit_test(an_overlay_names_its_agency),
	    cmocka_unit_test(a_symbolic_link_is_not_followed),
	    cmocka_unit_test(the_folder_we_ship_loads_like_the_binary),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
