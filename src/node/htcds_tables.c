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

enum rc
htcds_tables(struct arena *a, const struct htcds **out, struct err *err)
{
	return htcds_load(a, embedded("codes/htcds_fields.csv"), embedded("codes/htcds_values.csv"),
			  out, err);
}
