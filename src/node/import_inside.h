#ifndef NODE_IMPORT_INSIDE_H
#define NODE_IMPORT_INSIDE_H

#include <jansson.h>

#include "format/source.h"
#include "model/model.h"
#include "node/import.h"
#include "record/record.h"
#include "serve/job.h"

/*
 * import_inside: one import at work, as the files import_*.c see it. Rows are drafted on the
 * job's thread into one of two batches while the writer stores the other.
 */
enum import_format {
	IMPORT_HTCDS,
	IMPORT_LIST, /* OFAC, UN, FollowTheMoney, CSV */
	IMPORT_NDJSON,
	IMPORT_CSV,
	IMPORT_LINKS,
	IMPORT_ALL,
	IMPORT_FORMATS
};
/* "htcds", "ofac", "un", "ftm", "list-csv", "ndjson", "csv", "links", "all". */
MUST_USE bool import_format_parse(struct str text, enum import_format *out);

struct import_file {
	struct str name;
	int64_t bytes, first_part, part_count;
	char origin[17]; /* made from its bytes under a key, for origin_id */
};

struct draft_list {
	struct record_draft **at;
	size_t n, cap;
};
struct job_error_list {
	struct job_error *at;
	size_t n, cap;
};

struct import_batch {
	struct arena *arena;
	struct door door; /* drafts only; has no database */
	struct record_batch *records;
	struct draft_list drafts;
	struct job_error_list errors;
	size_t kept; /* drafts of rows that are whole */
};

struct import {
	struct job_run *run;
	struct arena *arena; /* the job's */
	const struct model *model;
	json_t *arguments;
	enum import_format format;
	struct import_file file[IMPORT_FILES_MAX];
	size_t file_count;
	size_t file_now; /* the one last opened, or where reading ended */
	struct import_batch batch[2], *now;
	unsigned turn;
	bool now_open;
	/* Since the first start, kept in the cursor. */
	int64_t position; /* rows that are behind us */
	int64_t taken, failed, records;
	int64_t first_leaf; /* of an import of everything: where the log stood at its start */
	int64_t resume_at;  /* rows up to here were stored before */
	int64_t seen;	    /* rows the reader gave in this run */
	int64_t bad_rows;   /* that the reader did not hand over */
	int64_t rows_total; /* lines of CSV, or 0 */
	struct db *reader;  /* of references; opened when first asked */
	unsigned char sha256[32];
	json_t *result; /* what the format adds to the counts */
};

#define IMPORT_BATCH_ROWS 400
#define IMPORT_BATCH_BYTES (8 << 20)

struct str import_option(const struct import *im, const char *name);

/* Bytes of a file of the job, as a source; end it with import_source_close. */
struct import_source;
MUST_USE enum rc import_source_open(struct import *im, size_t file, struct import_source **out,
				    struct err *err);
struct source *import_source(struct import_source *s);
/* RC_OK, or why reading ended early. */
enum rc import_source_close(struct import_source *s, struct err *err);

/*
 * A row begins: *skip says that it was stored before. Then either import_draft as often as
 * the row has records, and import_row_end; or import_row_bad, which forgets its drafts.
 */
MUST_USE enum rc import_row_begin(struct import *im, bool *skip, struct err *err);
/*
 * Rows whose references are written by people: each must name what the job's user may know of.
 * To be asked after import_row_begin and before import_draft.
 */
MUST_USE enum rc import_check_references(struct import *im, const struct record_type *type,
					 json_t *fields, struct err *err);
/* In the batch's arena and door. fields: a new reference, which the batch takes. */
MUST_USE enum rc import_draft(struct import *im, const struct record_type *type, json_t *fields,
			      const struct id *id, struct record_draft **out, struct err *err);
MUST_USE enum rc import_row_end(struct import *im, struct err *err);
MUST_USE enum rc import_row_bad(struct import *im, size_t file, const struct err *why,
				struct err *err);
/* An error of a row that the reader itself did not hand over, or a value left out. */
MUST_USE enum rc import_note(struct import *im, size_t file, const struct err *why,
			     struct err *err);
/* Store what is there; at the end, and before something must be durable. */
MUST_USE enum rc import_flush(struct import *im, struct err *err);
/* May the job's user create this type for their purpose? RC_DENIED says why not. */
MUST_USE enum rc import_may_create(struct import *im, const char *type, struct err *err);

/* "origin:row", for fields origin_id; rows count from 1, bad ones too. */
struct str import_origin(const struct import *im, struct arena *a, size_t file, int64_t row);
/* An id that the same job makes again of the same text. */
struct id import_id(struct import *im, struct str text);
/* Run fn on the writer thread as the job's user, within a step of its own. */
MUST_USE enum rc import_step(struct import *im, serve_write_fn *fn, void *ctx, struct err *err);

MUST_USE enum rc import_htcds(struct import *im, struct err *err);
MUST_USE enum rc import_list(struct import *im, struct err *err);
MUST_USE enum rc import_rows(struct import *im, struct err *err);
MUST_USE enum rc import_links(struct import *im, struct err *err);
MUST_USE enum rc import_all(struct import *im, struct err *err);

/* The files of the arguments, in the order of their parts. */
MUST_USE enum rc import_read_files(struct import *im, struct err *err);
/* The job. */
MUST_USE enum rc import_run(struct job_run *run, struct err *err);

/* liaison record import. */
extern const struct command import_commands[];

/* Put a value under a key; the object takes it. */
static inline void
import_set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

#endif
