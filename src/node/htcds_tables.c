#include "node/htcds_tables.h"

#include "base/embedded.h"

static struct str
embedded(const char *path)
{
	for (const struct embedded_file *f = model_files; f->path != NULL; f++)
		if (strcmp(f->path, path) == 0)
			return (struct str){f->p, f->n};
	must(!"the tables of HTCDS travel in the binary");
}

void
htcds_tables_text(struct str *fields_csv, struct str *values_csv)
{
	*fields_csv = embedded("codes/htcds_fields.csv");
	*values_csv = embedded("codes/htcds_values.csv");
}

enum rc
htcds_tables(struct arena *a, const struct htcds **out, struct err *err)
{
	struct str fields, values;

	htcds_tables_text(&fields, &values);
	return htcds_load(a, fields, values, out, err);
}
