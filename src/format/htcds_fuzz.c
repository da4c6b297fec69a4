#include "base/arena.h"
#include "base/utf8.h"
#include "format/htcds.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* A few fields of each kind, so that the target needs no file. */
static const char fields[] = "system_name,label,type,external_codelist,status\n"
			     "prs_FirstName,First Name,Text,,DRAFT\n"
			     "prs_Birthdate,Birthdate,Date,,DRAFT\n"
			     "prs_Gender,Gender,Picklist,,DRAFT\n"
			     "prs_Deceased,Deceased,Checkbox,,DRAFT\n"
			     "prs_MobilePhone,Mobile Phone,Text,,DRAFT\n"
			     "vic_MethodsOfControl,Methods of Control,Multiselect Picklist,,DRAFT\n"
			     "hte_Latitude,Latitude,Geolocation,,DRAFT\n"
			     "vic_Old,Old,Text,,DEPRECATED\n";
static const char values[] = "system_name,value,label\n"
			     "prs_Gender,Feminine,Feminine\n"
			     "vic_MethodsOfControl,DebtBondage,Debt bondage\n"
			     "vic_MethodsOfControl,PhysicalThreats,Physical threats\n";

struct rewriting {
	const struct htcds *h;
	struct arena *arena;
	struct buf csv, json;
	long rows;
};

static enum rc
on_row(void *ctx, const struct htcds_row *row, struct err *err)
{
	struct rewriting *w = ctx;
	const struct htcds_cell *cell;
	bool lasting = false;

	(void)err;
	VEC_EACH (cell, &row->cells) {
		must(cell->values.n > 0);
		for (size_t i = 0; i < cell->values.n; i++)
			must(cell->values.at[i].n > 0 && utf8_is_valid(cell->values.at[i]));
		lasting |= !htcds_field(w->h, cell->field)->deprecated;
	}
	w->rows += lasting;
	htcds_write_csv(&w->csv, w->h, row);
	htcds_write_json(&w->json, w->h, row);
	return RC_OK;
}

static enum rc
pass(void *ctx, const struct htcds_row *row, struct err *err)
{
	(void)ctx;
	(void)row;
	(void)err;
	return RC_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct rewriting w = {.arena = arena_new(0)};
	struct htcds_sink sink = {.row = on_row, .ctx = &w}, second = {.row = pass};
	struct htcds_report report;
	struct source source = source_memory((struct str){(const char *)p, n}, NULL);

	must(htcds_load(w.arena, str_from(fields), str_from(values), &w.h, NULL) == RC_OK);
	buf_init(&w.csv, w.arena);
	buf_init(&w.json, w.arena);
	htcds_write_csv_header(&w.csv, w.h);
	if (n > 0 && (p[0] == '{' || p[0] == '['))
		(void)!htcds_read_json(w.arena, w.h, source, NULL, &sink, &report, NULL);
	else
		(void)!htcds_read_csv(w.arena, w.h, source, HTCDS_LATIN1, NULL, &sink, &report,
				      NULL);
	/* All that came out goes in again. */
	must(htcds_read_csv(w.arena, w.h, source_memory(buf_str(&w.csv), NULL), 0, NULL, &second,
			    &report, NULL) == RC_OK);
	must(report.rows == w.rows && report.bad_rows == 0);
	must(htcds_read_json(w.arena, w.h, source_memory(buf_str(&w.json), NULL), NULL, &second,
			     &report, NULL) == RC_OK);
	must(report.rows == w.rows && report.bad_rows == 0);
	arena_free(w.arena);
	return 0;
}
