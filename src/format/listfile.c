#include "format/listfile.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "format/csv.h"
#include "format/list_reader.h"

#define FILES_MAX 256
#define HEAD_BYTES 65536

struct file {
	const char *path;
	enum list_format format;
	enum ofac_file ofac;
};

struct files {
	struct file at[FILES_MAX];
	size_t n;
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

static enum rc
open_file(const char *path, FILE **out, struct err *err)
{
	*out = fopen(path, "rbe");
	if (*out == NULL)
		return fail_at(err, errno == ENOENT ? RC_ABSENT : RC_FAILED, path, 0, 0, "", "%s",
			       errno == ENOENT ? "there is no such file"
					       : "the file cannot be opened");
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

/* What a file is, by its beginning. */
static enum rc
look_at(struct arena *a, struct file *f, enum list_format wanted, struct err *err)
{
	char *p = arena_bytes(a, HEAD_BYTES);
	struct str head;
	FILE *in;
	enum rc rc;

	if ((rc = open_file(f->path, &in, err)) != RC_OK)
		return rc;
	head = (struct str){p, fread(p, 1, HEAD_BYTES, in)};
	if (ferror(in))
		rc = fail_at(err, RC_FAILED, f->path, 0, 0, "", "the file cannot be read");
	(void)fclose(in);
	if (rc != RC_OK)
		return rc;
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
		return fail_at(err, RC_INVALID, f->path, 0, 0, "",
			       "this has not the shape of an OFAC file");
	return RC_OK;
}

static enum rc
add_file(struct files *files, const char *path, struct err *err)
{
	if (files->n == FILES_MAX)
		return fail(err, RC_TOO_LARGE, "", "a list of more than %d files", FILES_MAX);
	files->at[files->n++].path = path;
	return RC_OK;
}

static int
path_cmp(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static enum rc
add_folder(struct arena *a, struct files *files, const char *path, struct err *err)
{
	static const char *const ends[] = {".csv", ".xml", ".json", ".jsonl", ".ndjson"};
	size_t first = files->n;
	struct dirent *d;
	enum rc rc = RC_OK;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return fail_at(err, RC_FAILED, path, 0, 0, "", "the folder cannot be read");
	while (rc == RC_OK && (d = readdir(dir)) != NULL) {
		for (size_t i = 0; i < COUNT_OF(ends) && rc == RC_OK; i++) {
			if (d->d_name[0] != '.' &&
			    str_ends(str_lower_ascii(a, str_from(d->d_name)), str_from(ends[i])))
				rc = add_file(files, str_fmt(a, "%s/%s", path, d->d_name).p, err);
		}
	}
	(void)closedir(dir);
	/* The same order wherever it is read. */
	qsort(files->at + first, files->n - first, sizeof files->at[0], path_cmp);
	return rc;
}

static enum rc
add_path(struct arena *a, struct files *files, const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_folder(a, files, path, err);
	return add_file(files, path, err);
}

/* One file, in a memory of its own, so that many files cost no more than the largest. */
static enum rc
read_file(struct list_reader *r, struct ofac_more *more, const struct file *f, struct err *err)
{
	struct source source;
	FILE *in;
	enum rc rc;

	if ((rc = open_file(f->path, &in, err)) != RC_OK)
		return rc;
	r->arena = arena_new(0);
	r->file = f->path;
	source = source_file(in, f->path);
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
	(void)fclose(in);
	return rc;
}

/* OFAC's side files first: the entries are built with them. */
static enum rc
read_files(struct list_reader *r, struct arena *a, struct files *files, struct err *err)
{
	struct ofac_more *more = ofac_more_new(a);
	enum rc rc = RC_OK;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < files->n && rc == RC_OK; i++) {
			const struct file *f = &files->at[i];
			bool side = f->format == LIST_OFAC && f->ofac != OFAC_MAIN;

			if (side == (pass == 0))
				rc = read_file(r, more, f, err);
		}
	}
	return rc;
}

enum rc
listfile_read(const char *const *paths, size_t n_paths, const struct list_options *options,
	      const struct list_sink *sink, struct list_report *report, struct err *err)
{
	static const struct list_options defaults;
	struct list_report unused;
	struct err scratch;
	struct list_reader r = {.options = options != NULL ? options : &defaults,
				.sink = sink,
				.report = report != NULL ? report : &unused};
	struct arena *a = arena_new(0);
	struct files *files = NEW(a, struct files);
	enum rc rc = RC_OK;

	if (err == NULL)
		err = &scratch;
	*r.report = (struct list_report){0};
	r.scrap = arena_new(0);
	for (size_t i = 0; i < n_paths && rc == RC_OK; i++)
		rc = add_path(a, files, paths[i], err);
	for (size_t i = 0; i < files->n && rc == RC_OK; i++) {
		rc = look_at(r.scrap, &files->at[i], r.options->format, err);
		arena_reset(r.scrap);
	}
	if (rc == RC_OK)
		rc = read_files(&r, a, files, err);
	if (rc == RC_OK && r.report->entries == 0)
		rc = fail_at(err, RC_INVALID, n_paths > 0 ? paths[0] : NULL, 0, 0, "",
			     "the list has no entry");
	arena_free(r.scrap);
	arena_free(a);
	return rc;
}
