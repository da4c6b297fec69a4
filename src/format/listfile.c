#include "format/listfile.h"

#include "base/arena.h"
#include "format/csv.h"
#include "format/list_reader.h"

#define HEAD_BYTES 65536

struct file {
	enum list_format format;
	enum ofac_file ofac;
};

static const char *const format_names[] = {"auto", "ofac", "un", "ftm", "csv"};
static const char *const type_names[] = {"person", "organisation", "vessel", "aircraft", "other"};

bool
list_format_parse(struct str text, enum list_format *out)
{
	for (size_t i = 0; i < COUNT_OF(format_names); i++) {
		if (str_eq_ascii_case(text, str_from(format_names[i]))) {
			*out = (enum list_format)i;
			return true;
		}
	}
	return false;
}

const char *
list_type_name(enum list_type type)
{
	must((size_t)type < COUNT_OF(type_names));
	return type_names[type];
}

bool
list_type_parse(struct str text, enum list_type *out)
{
	static const struct {
		const char *word;
		enum list_type type;
	} others[] = {{"individual", LIST_PERSON},	{"organization", LIST_ORGANISATION},
		      {"company", LIST_ORGANISATION},	{"entity", LIST_ORGANISATION},
		      {"legalentity", LIST_OTHER},	{"airplane", LIST_AIRCRAFT},
		      {"publicbody", LIST_ORGANISATION}};

	for (size_t i = 0; i < COUNT_OF(type_names); i++) {
		if (str_eq_ascii_case(text, str_from(type_names[i]))) {
			*out = (enum list_type)i;
			return true;
		}
	}
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		if (str_eq_ascii_case(text, str_from(others[i].word))) {
			*out = others[i].type;
			return true;
		}
	}
	return false;
}

enum rc
list_mapping_parse(struct str text, struct list_mapping *out, struct err *err)
{
	struct str rest = text;

	*out = (struct list_mapping){0};
	while (rest.p != NULL) {
		struct str theirs = str_cut(&rest, ','), ours = str_cut(&theirs, '=');

		if (theirs.p == NULL || str_trim(ours).n == 0 || str_trim(theirs).n == 0)
			return fail(err, RC_USAGE, "fields",
				    "write ours=theirs, as in name=Full Name,dob=Birth");
		if (out->n == COUNT_OF(out->at))
			return fail(err, RC_USAGE, "fields", "more than %zu fields", out->n);
		out->at[out->n].ours = str_trim(ours);
		out->at[out->n++].theirs = str_trim(theirs);
	}
	return RC_OK;
}

/* The shape of a CSV file by its first row. */
static void
look_at_csv(struct arena *a, struct str head, struct file *f)
{
	struct csv_options options = {.flags = CSV_RAGGED | CSV_LATIN1};
	struct csv *csv = csv_new(a, source_memory(head, NULL), &options);
	struct csv_row row;

	f->format = LIST_CSV;
	if (csv_next(csv, &row, NULL) == RC_OK && (f->ofac = ofac_file_of(&row)) != OFAC_NONE)
		f->format = LIST_OFAC;
}

/* As much as there is, up to max bytes; -1 when reading fails. */
static ptrdiff_t
read_head(struct source *source, char *p, size_t max)
{
	size_t n = 0;

	while (n < max) {
		ptrdiff_t got = source->pull(source, p + n, max - n);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ptrdiff_t)n;
}

static void
close_file(const struct source_files *files, size_t i)
{
	if (files->close != NULL)
		files->close(files->ctx, i);
}

/* What a file is, by its beginning. */
static enum rc
look_at(struct arena *a, const struct source_files *files, size_t i, struct file *f,
	enum list_format wanted, struct err *err)
{
	char *p = arena_bytes(a, HEAD_BYTES);
	const char *name = files->names[i];
	struct source source;
	struct str head;
	ptrdiff_t n;
	enum rc rc;

	if ((rc = files->open(files->ctx, i, &source, err)) != RC_OK)
		return rc;
	n = read_head(&source, p, HEAD_BYTES);
	close_file(files, i);
	if (n < 0)
		return fail_at(err, RC_FAILED, name, 0, 0, "", "the file cannot be read");
	head = (struct str){p, (size_t)n};
	if (str_starts(head, STR("\xef\xbb\xbf")))
		head = str_sub(head, 3, head.n);
	head = str_trim(head);
	f->format = wanted;
	if (wanted == LIST_OFAC) {
		look_at_csv(a, head, f);
		f->format = LIST_OFAC;
	} else if (wanted == LIST_AUTO && str_starts(head, STR("<"))) {
		f->format = LIST_UN;
	} else if (wanted == LIST_AUTO && str_starts(head, STR("{"))) {
		f->format = LIST_FTM;
	} else if (wanted == LIST_AUTO) {
		look_at_csv(a, head, f);
	}
	if (f->format == LIST_OFAC && f->ofac == OFAC_NONE)
		return fail_at(err, RC_INVALID, name, 0, 0, "",
			       "this has not the shape of an OFAC file");
	return RC_OK;
}

/* One file, in a memory of its own, so that many files cost no more than the largest. */
static enum rc
read_file(struct list_reader *r, struct ofac_more *more, const struct source_files *files, size_t i,
	  const struct file *f, struct err *err)
{
	struct source source;
	enum rc rc;

	if ((rc = files->open(files->ctx, i, &source, err)) != RC_OK)
		return rc;
	r->arena = arena_new(0);
	r->file = source.name = files->names[i];
	switch (f->format) {
	case LIST_OFAC:
		rc = f->ofac == OFAC_MAIN ? ofac_read(r, more, source, err)
					  : ofac_read_more(r, more, source, err);
		break;
	case LIST_UN: rc = un_read(r, source, err); break;
	case LIST_FTM: rc = ftm_list_read(r, source, err); break;
	case LIST_CSV: rc = list_csv_read(r, source, err); break;
	case LIST_AUTO: must(!"known by now"); break;
	}
	arena_free(r->arena);
	close_file(files, i);
	return rc;
}

/* OFAC's side files first: the entries are built with them. */
static enum rc
read_files(struct list_reader *r, struct arena *a, const struct source_files *files,
	   const struct file *kinds, struct err *err)
{
	struct ofac_more *more = ofac_more_new(a);
	enum rc rc = RC_OK;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < files->n && rc == RC_OK; i++) {
			bool side = kinds[i].format == LIST_OFAC && kinds[i].ofac != OFAC_MAIN;

			if (side == (pass == 0))
				rc = read_file(r, more, files, i, &kinds[i], err);
		}
	}
	return rc;
}

enum rc
listfile_read_files(const struct source_files *files, const struct list_options *options,
		    const struct list_sink *sink, struct list_report *report, struct err *err)
{
	static const struct list_options defaults;
	struct list_report unused;
	struct err scratch;
	struct list_reader r = {.options = options != NULL ? options : &defaults,
				.sink = sink,
				.report = report != NULL ? report : &unused};
	struct arena *a = arena_new(0);
	struct file *kinds = NEW_N(a, struct file, files->n);
	enum rc rc = RC_OK;

	if (err == NULL)
		err = &scratch;
	*r.report = (struct list_report){0};
	r.scrap = arena_new(0);
	for (size_t i = 0; i < files->n && rc == RC_OK; i++) {
		rc = look_at(r.scrap, files, i, &kinds[i], r.options->format, err);
		arena_reset(r.scrap);
	}
	if (rc == RC_OK)
		rc = read_files(&r, a, files, kinds, err);
	if (rc == RC_OK && r.report->entries == 0)
		rc = fail_at(err, RC_INVALID, files->n > 0 ? files->names[0] : NULL, 0, 0, "",
			     "the list has no entry");
	arena_free(r.scrap);
	arena_free(a);
	return rc;
}

enum rc
listfile_read(const char *const *paths, size_t n_paths, const struct list_options *options,
	      const struct list_sink *sink, struct list_report *report, struct err *err)
{
	struct arena *a = arena_new(0);
	struct list_report unused;
	struct source_files files;
	enum rc rc;

	if (report == NULL)
		report = &unused;
	*report = (struct list_report){0};
	rc = list_paths(a, paths, n_paths, &files, err);
	if (rc == RC_OK)
		rc = listfile_read_files(&files, options, sink, report, err);
	arena_free(a);
	return rc;
}
