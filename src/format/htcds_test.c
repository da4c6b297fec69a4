#include "base/test.h"

#include "base/arena.h"
#include "format/htcds.h"
#include "format/json.h"

static struct arena *tables;
static const struct htcds *htcds;

static struct str
file_text(const char *path)
{
	FILE *f = fopen(path, "rbe");
	struct buf b;
	size_t got;

	assert_non_null(f);
	buf_init(&b, tables);
	do {
		char *p = buf_room(&b, 65536);

		got = fread(p, 1, 65536, f);
		b.n -= 65536 - got;
	} while (got > 0);
	(void)fclose(f);
	return buf_str(&b);
}

static int
load_tables(void **state)
{
	struct err err = {0};

	(void)state;
	tables = arena_new(0);
	if (htcds_load(tables, file_text("model/codes/htcds_fields.csv"),
		       file_text("model/codes/htcds_values.csv"), &htcds, &err) != RC_OK) {
		print_error("%s:%ld %s\n", err.file, err.line, err.text);
		return 1;
	}
	return 0;
}

static int
free_tables(void **state)
{
	(void)state;
	arena_free(tables);
	return 0;
}

static enum rc
on_row(void *ctx, const struct htcds_row *row, struct err *err)
{
	struct buf *b = ctx;
	const struct htcds_cell *cell;

	(void)err;
	buf_addf(b, "%ld", row->line);
	VEC_EACH (cell, &row->cells) {
		buf_addf(b, " %s=", htcds_field(htcds, cell->field)->name.p);
		for (size_t i = 0; i < cell->values.n; i++)
			buf_addf(b, "%s%.*s", i > 0 ? "+" : "", STR_ARG(cell->values.at[i]));
	}
	buf_add_byte(b, '\n');
	return RC_OK;
}

static void
on_bad(void *ctx, const struct err *why)
{
	buf_addf(ctx, "!%ld:%ld %s\n", why->line, why->column, why->key);
}

static enum rc
read_text(struct arena *a, struct str text, bool json, struct buf *told,
	  struct htcds_report *report, struct err *err)
{
	struct htcds_sink sink = {on_row, on_bad, told};
	struct source source = source_memory(text, "in");

	buf_init(told, a);
	if (json)
		return htcds_read_json(a, htcds, source, NULL, &sink, report, err);
	return htcds_read_csv(a, htcds, source, 0, NULL, &sink, report, err);
}

static void
all_fields_of_the_standard_are_known(void **state)
{
	size_t deprecated = 0;

	(void)state;
	assert_int_equal(htcds_count(htcds), 84);
	for (size_t i = 0; i < htcds_count(htcds); i++) {
		const struct htcds_field *f = htcds_field(htcds, i);

		deprecated += f->deprecated;
		assert_int_equal(htcds_find(htcds, f->name), i);
	}
	assert_int_equal(deprecated, 3);
	assert_int_equal(htcds_find(htcds, STR("vic_Methods_of_Control")),
			 htcds_find(htcds, STR("VIC_methodsofcontrol")));
	assert_true(htcds_find(htcds, STR("prs_First_Name")) >= 0);
	assert_int_equal(htcds_find(htcds, STR("prs_Wings")), -1);
	assert_int_equal(htcds_find(htcds, STR("")), -1);
}

static void
a_pick_list_takes_values_labels_and_the_words_that_are_about(void **state)
{
	static const struct {
		const char *field, *text, *value;
	} cases[] = {
	    {"vic_MethodsOfControl", "DebtBondage", "DebtBondage"},
	    {"vic_MethodsOfControl", "Debt bondage", "DebtBondage"},
	    {"vic_MethodsOfControl", "debt_bondage", "DebtBondage"},
	    {"vic_MethodsOfControl", "Threats", "PhysicalThreats"},
	    {"vic_MethodsOfControl", "ThreatOfLawEnforcement", "ThreatsLawEnforcement"},
	    {"vic_MethodsOfControl", "UsesChildren", "ThreatensChildrenFamily"},
	    {"vic_MethodsOfControl", "PsychoactiveSubstances", "PsychoactiveSubstance"},
	    {"vic_MethodsOfControl", "RestrictsMovement", "RestrictsMovement"},
	    {"vic_MethodsOfControl", "Wings", NULL},
	    {"vic_RelationshipToTrafficker", "Unacquainted", "Unaquainted"},
	    {"prs_Gender", "Non-Conforming", "NonConforming"},
	    {"prs_HighestLevelOfEducation", "Master\u2019s or Equivalent Level",
	     "MastersOrEquivalentLevel"},
	    {"vic_ForcedLabourIndustry", "Water supply; sewerage, waste management and remediation",
	     "E_WaterSupplySewerageWasteManagement"},
	    {"prs_Gender", "", NULL},
	};
	struct str value;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t field = (size_t)htcds_find(htcds, str_from(cases[i].field));
		bool found = htcds_value(htcds, field, str_from(cases[i].text), &value);

		if (found != (cases[i].value != NULL))
			print_error("case %zu\n", i);
		assert_int_equal(found, cases[i].value != NULL);
		if (found)
			assert_true(str_eq_z(value, cases[i].value));
	}
}

static const struct {
	bool json;
	struct str in;
	enum rc rc;
	const char *want;
	long rows, bad_rows, bad_cells;
	size_t unknown;
} files[] = {
    /* clang-format off */
	{ false, STR_INIT("prs_FirstName,prs_Birthdate,vic_Methods_of_Control\nMaru,1999-02-28,Debt bondage; Threats|DebtBondage\n"),
	  RC_OK, "2 prs_FirstName=Maru prs_Birthdate=1999-02-28 vic_MethodsOfControl=DebtBondage+PhysicalThreats\n", 1, 0, 0, 0 },
	{ false, STR_INIT("\xef\xbb\xbfprs_firstname;notes\r\nMaru;x\r\n;\r\n"), RC_OK, "2 prs_FirstName=Maru\n", 1, 0, 0, 1 },
	{ false, STR_INIT("prs_FirstName,prs_Birthdate,prs_Gender\nA,1999-02-29,x\nB,1999,Feminine\n"),
	  RC_OK, "!2:3 prs_Birthdate\n!2:14 prs_Gender\n3 prs_FirstName=B prs_Birthdate=1999 prs_Gender=Feminine\n", 1, 1, 2, 0 },
	{ false, STR_INIT("prs_MobilePhone,prs_Deceased,prs_NumberOfChildren\n+999 (55) 501,No,2\n0999,1,2\n+99955501,maybe,two\n"),
	  RC_OK, "2 prs_Deceased=false prs_NumberOfChildren=2 prs_MobilePhone=+99955501\n!3:1 prs_MobilePhone\n!4:11 prs_Deceased\n!4:17 prs_NumberOfChildren\n", 1, 2, 3, 0 },
	{ false, STR_INIT("vic_MethodsOfControlThreats,vic_MethodsOfControlRestrictsMovement,hte_Latitude,vic_Vulnerabilities\n1,yes,-12.50,Poverty\n0,,+1,\n2,,,\n"),
	  RC_OK, "2 vic_MethodsOfControl=PhysicalThreats+RestrictsMovement vic_Vulnerabilities=Poverty hte_Latitude=-12.50\n3 hte_Latitude=1\n!4:1 vic_MethodsOfControl\n", 2, 1, 1, 0 },
	{ false, STR_INIT("prs_FirstName\nA,B\n\"x\"y\nC\n"), RC_OK, "!2:3 \n!3:4 \n4 prs_FirstName=C\n", 1, 2, 2, 0 },
	{ false, STR_INIT("vic_RecruitmentWebsitesAndApps,prs_Citizenship\nfacebook;NewPlatform,QN;QR\n"),
	  RC_OK, "2 prs_Citizenship=QN+QR vic_RecruitmentWebsitesAndApps=Facebook+NewPlatform\n", 1, 0, 0, 0 },
	{ false, STR_INIT("wings,fins\n1,2\n"), RC_INVALID, "", 0, 0, 0, 2 },
	{ false, STR_INIT("prs_FirstName,prs_First_Name\nA,B\n"), RC_INVALID, "", 0, 0, 0, 0 },
	{ false, STR_INIT(""), RC_INVALID, "", 0, 0, 0, 0 },
	{ true, STR_INIT("{\"htcds\":\"2.0\",\"prs_FirstName\":\"Maru\",\"vic_MethodsOfControl\":[\"Threats\",\"DebtBondage\"],\"hte_Latitude\":12.5,\"con_Consent\":true,\"prs_Title\":null}"),
	  RC_OK, "1 prs_FirstName=Maru vic_MethodsOfControl=PhysicalThreats+DebtBondage hte_Latitude=12.5 con_Consent=true\n", 1, 0, 0, 0 },
	{ true, STR_INIT("[{\"prs_FirstName\":\"A\"},\n {\n\"prs_FirstName\":\"}\\\"{\",\"wings\":2}]\n"),
	  RC_OK, "1 prs_FirstName=A\n2 prs_FirstName=}\"{\n", 2, 0, 0, 1 },
	{ true, STR_INIT("{\"prs_FirstName\":\"A\"}\n{\"htcds\":\"9\",\"prs_FirstName\":\"B\"}\n{\"prs_FirstName\":{}}\n{\"prs_FirstName\":[\"a\",\"b\"]}\n{bad}\n{\"prs_FirstName\":\"C\"}"),
	  RC_OK, "1 prs_FirstName=A\n!2:0 htcds\n!3:0 prs_FirstName\n!4:0 prs_FirstName\n!5:4 \n6 prs_FirstName=C\n", 2, 4, 4, 0 },
	{ true, STR_INIT("{\"prs_FirstName\":\"A\",\"prs_First_Name\":\"B\"}"), RC_OK, "!1:0 prs_FirstName\n", 0, 1, 1, 0 },
	{ true, STR_INIT("[{\"prs_FirstName\":\"A\"}"), RC_INVALID, "1 prs_FirstName=A\n", 1, 0, 0, 0 },
	{ true, STR_INIT("[{\"prs_FirstName\":\"A\"},]"), RC_INVALID, "1 prs_FirstName=A\n", 1, 0, 0, 0 },
	{ true, STR_INIT("{\"prs_FirstName\":\"A\"} x"), RC_INVALID, "1 prs_FirstName=A\n", 1, 0, 0, 0 },
	{ true, STR_INIT("{\"prs_FirstName\":"), RC_INVALID, "", 0, 0, 0, 0 },
	{ true, STR_INIT(""), RC_OK, "", 0, 0, 0, 0 },
    /* clang-format on */
};

static void
rows_come_out_checked_and_a_bad_cell_fails_its_row_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct arena *a = arena_new(0);
		struct htcds_report report;
		struct err err = {0};
		struct buf told;
		enum rc rc = read_text(a, files[i].in, files[i].json, &told, &report, &err);

		if (rc != files[i].rc || !str_eq_z(buf_str(&told), files[i].want))
			print_error("case %zu: %s\n%.*s\n", i, err.text, STR_ARG(buf_str(&told)));
		assert_int_equal(rc, files[i].rc);
		assert_true(str_eq_z(buf_str(&told), files[i].want));
		assert_int_equal(report.rows, files[i].rows);
		assert_int_equal(report.bad_rows, files[i].bad_rows);
		assert_int_equal(report.bad_cells, files[i].bad_cells);
		assert_int_equal(report.unknown_columns.n, files[i].unknown);
		arena_free(a);
	}
}

static bool as_json;

static enum rc
write_row(void *ctx, const struct htcds_row *row, struct err *err)
{
	(void)err;
	if (as_json)
		htcds_write_json(ctx, htcds, row);
	else
		htcds_write_csv(ctx, htcds, row);
	return RC_OK;
}

static void
what_is_written_reads_back_without_the_deprecated_fields(void **state)
{
	struct str in = STR("{\"htcds\":\"2.0\",\"prs_FirstName\":\"=Ma\\\"ru, x\","
			    "\"prs_NumberOfChildren\":2,\"vic_Vulnerabilities\":[\"Poverty\"],"
			    "\"vic_TypeOfExploitation\":[\"ForcedLabour\",\"Servitude\"],"
			    "\"hte_Latitude\":\"-0.5\",\"con_Consent\":false}");
	const char *want = "1 prs_FirstName==Ma\"ru, x prs_NumberOfChildren=2"
			   " vic_TypeOfExploitation=ForcedLabour+Servitude hte_Latitude=-0.5"
			   " con_Consent=false\n";

	(void)state;
	for (int json = 0; json < 2; json++) {
		struct arena *a = arena_new(0);
		struct buf out, told;
		struct htcds_sink sink = {write_row, NULL, &out};
		struct htcds_report report;
		struct str got;
		struct err err;

		buf_init(&out, a);
		as_json = json;
		if (!json)
			htcds_write_csv_header(&out, htcds);
		assert_int_equal(
		    htcds_read_json(a, htcds, source_memory(in, "in"), NULL, &sink, &report, &err),
		    RC_OK);
		assert_int_equal(str_find(buf_str(&out), STR("vic_Vulnerabilities")), -1);
		assert_int_equal(read_text(a, buf_str(&out), json, &told, &report, &err), RC_OK);
		got = buf_str(&told);
		/* The CSV's row stands in line 2. */
		assert_true(str_eq_z(str_sub(got, 1, got.n), want + 1));
		arena_free(a);
	}
}

static void
tables_that_do_not_fit_are_refused(void **state)
{
	static const struct {
		const char *fields, *values;
	} cases[] = {
	    {"", ""},
	    {"system_name\nprs_X\n", "system_name,value,label\n"},
	    {"system_name,label,type,external_codelist,status\nprs_X,,,,\nprs_x,,,,\n",
	     "system_name,value,label\n"},
	    {"system_name,label,type,external_codelist,status\n,,,,\n",
	     "system_name,value,label\n"},
	    {"system_name,label,type,external_codelist,status\nprs_X,,,,\n",
	     "system_name,value,label\nprs_Y,a,b\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		const struct htcds *h;
		struct err err;

		assert_int_equal(
		    htcds_load(a, str_from(cases[i].fields), str_from(cases[i].values), &h, &err),
		    RC_INVALID);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_fields_of_the_standard_are_known),
	    cmocka_unit_test(a_pick_list_takes_values_labels_and_the_words_that_are_about),
	    cmocka_unit_test(rows_come_out_checked_and_a_bad_cell_fails_its_row_alone),
	    cmocka_unit_test(what_is_written_reads_back_without_the_deprecated_fields),
	    cmocka_unit_test(tables_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, load_tables, free_tables);
}
