#ifndef NODE_EXPORT_INSIDE_H
#define NODE_EXPORT_INSIDE_H

#include "base/buf.h"
#include "model/model.h"
#include "record/bulk.h"
#include "serve/job.h"

/* export_inside: one export at work, as the files export_*.c see it. */
struct export
{
	struct job_run *run;
	const struct model *model;
	struct door door; /* reading, on a connection of its own */
	struct record_bulk *bulk;
	struct arena *out_arena;
	struct buf out;
	int64_t parts, rows;
	int64_t damaged; /* records left out, since they do not open */
	bool safe;	 /* CSV for people: no cell is a formula */
	bool reveal;
	struct str format, type;
	struct sealed_file *sealed; /* all: what leaves is sealed; NULL: it leaves as it is */
	struct buf sealed_out;	    /* in sealed_arena */
	struct arena *sealed_arena;
};

/* A row more is in ex->out. */
MUST_USE enum rc export_row(struct export *ex, struct err *err);

MUST_USE enum rc export_htcds(struct export *ex, struct err *err);
MUST_USE enum rc export_ndjson(struct export *ex, struct err *err);
MUST_USE enum rc export_csv(struct export *ex, struct err *err);
MUST_USE enum rc export_ftm(struct export *ex, struct err *err);
MUST_USE enum rc export_all(struct export *ex, struct err *err);

/* First line of an export of everything. */
#define EXPORT_ALL_HEAD "{\"liaison-export\":1"

/* liaison record export. */
extern const struct command export_commands[];

#endif
