#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/read.h"
#include "seal/hash.h"

#define FILES_MAX 2000
#define CSV_FILE_MAX ((size_t)1 << 20)

/* What a path may look like, so that it is safe in errors and the same on every system. */
static bool
path_is_good(struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-' || c == '.' || c == '/'))
			return false;
	}
	return path.n > 0 && path.n < 120;
}

static enum rc
read_one(struct arena *a, const char *disk_path, size_t max, struct str *out, struct err *err)
{
	int fd = open(disk_path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	size_t n = 0;
	char *p;

	if (fd < 0)
		return fail_at(err, RC_INVALID, disk_path, 0, 0, "", "cannot be read: %s",
			       strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)max) {
		(void)close(fd);
		return fail_at(err, RC_INVALID, disk_path, 0, 0, "",
			       "must be a plain file of at most %zu bytes", max);
	}
	p = arena_bytes(a, (size_t)st.st_size + 1);
	while (n < (size_t)st.st_size) {
		ssize_t got = read(fd, p + n, (size_t)st.st_size - n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	p[n] = '\0';
	(void)close(fd);
	*out = (struct str){p, n};
	return RC_OK;
}

static int
by_path(const void *a, const void *b)
{
	return str_cmp(((const struct model_file *)a)->path, ((const struct model_file *)b)->path);
}

static enum rc
read_dir_entry(struct arena *a, const FTSENT *e, size_t root_n, bool overlay,
	       struct model_files_list *files, struct err *err)
{
	struct str path = str_from(e->fts_path + root_n);
	struct model_file *file;
	size_t max;

	while (path.n > 0 && path.p[0] == '/')
		path = str_sub(path, 1, path.n);
	if (!path_is_good(path) || files->n >= FILES_MAX)
		return fail_at(err, RC_INVALID, e->fts_path, 0, 0, "",
			       "file names are of letters, digits, _ - and . ; at most %d files",
			       FILES_MAX);
	max = overlay || str_ends(path, STR(".yaml")) ? MODEL_FILE_MAX : CSV_FILE_MAX;
	file = VEC_ADD(a, files);
	file->path = str_copy(a, path);
	return read_one(a, e->fts_accpath, max, &file->bytes, err);
}

static enum rc
read_dir(struct arena *a, const char *dir, bool overlay, struct model_files_list *files,
	 struct err *err)
{
	char *roots[] = {str_z(a, str_from(dir)), NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	enum rc rc = RC_OK;

	for (FTSENT *e; rc == RC_OK && fts != NULL && (e = fts_read(fts)) != NULL;) {
		if (e->fts_level > 0 && e->fts_name[0] == '.') {
			(void)fts_set(fts, e, FTS_SKIP);
			continue;
		}
		if (e->fts_info == FTS_F)
			rc = read_dir_entry(a, e, strlen(dir), overlay, files, err);
		else if (e->fts_info != FTS_D && e->fts_info != FTS_DP)
			rc = fail_at(err, RC_INVALID, e->fts_path, 0, 0, "",
				     "is neither a folder nor a plain file that can be read");
	}
	if (fts != NULL)
		(void)fts_close(fts);
	if (rc == RC_OK && files->n == 0)
		rc = fail_at(err, RC_INVALID, dir, 0, 0, "", "holds no files of a model");
	if (files->n > 1)
		qsort(files->at, files->n, sizeof files->at[0], by_path);
	return rc;
}

static void
read_base(struct reader *r, const struct model_files_list *files)
{
	/* Lists first, then types, then labels: each names what stands before it. */
	for (int pass = 0; pass < 3 && r->rc == RC_OK; pass++) {
		for (size_t i = 0; i < files->n && r->rc == RC_OK; i++) {
			struct str path = files->at[i].path, bytes = files->at[i].bytes;

			r->file = str_z(r->arena, path);
			if (str_ends(path, STR(".md")))
				continue;
			if (str_starts(path, STR("labels/")) && str_ends(path, STR(".csv"))) {
				if (pass == 2)
					read_label_file(r, str_sub(path, 7, path.n - 4), bytes);
			} else if (str_starts(path, STR("codes/")) && str_ends(path, STR(".csv"))) {
				if (pass == 0)
					read_codes(r, str_sub(path, 6, path.n - 4), bytes, false);
			} else if (str_ends(path, STR(".csv")) && str_chr(path, '/') < 0) {
				if (pass == 0)
					read_codes(r, str_sub(path, 0, path.n - 4), bytes, false);
			} else if (!str_ends(path, STR(".yaml"))) {
				reader_bad(r, NULL, "",
					   "is no file of a model: LIST.csv, codes/LIST.csv, "
					   "labels/LANG.csv, AREA/TYPE.yaml");
			} else if (pass == 1) {
				(void)read_type(r, path, bytes);
			}
		}
		if (pass == 0)
			read_closed_lists(r);
	}
}

static int
by_area_and_name(const void *a, const void *b)
{
	const struct record_type *x = *(struct record_type *const *)a;
	const struct record_type *y = *(struct record_type *const *)b;
	int order = str_cmp(x->area, y->area);

	return order != 0 ? order : str_cmp(x->name, y->name);
}

static int
by_list_name(const void *a, const void *b)
{
	return str_cmp((*(const struct code_list *const *)a)->name,
		       (*(const struct code_list *const *)b)->name);
}

/* A name read as words: names are English, so this is the English label where none is given. */
static void
label_from_name(struct reader *r, struct labels *labels, struct str name)
{
	struct str words;
	char *p;

	for (size_t i = 0; i < labels->n; i++)
		if (str_eq(labels->at[i].lang, STR("en")))
			return;
	words = name;
	p = str_z(r->arena, words);
	for (size_t i = 0; i < words.n; i++)
		if (p[i] == '_')
			p[i] = ' ';
	if (words.n > 0 && p[0] >= 'a' && p[0] <= 'z')
		p[0] = (char)(p[0] - 'a' + 'A');
	*VEC_ADD(r->arena, labels) = (struct label){STR("en"), {p, words.n}};
}

static void
label_all(struct reader *r, struct record_type *type)
{
	label_from_name(r, &type->label, type->name);
	for (size_t i = 0; i < type->field_count; i++)
		label_from_name(r, &type->fields[i].label, type->fields[i].name);
	for (size_t i = 0; i < type->states.n; i++)
		label_from_name(r, &type->state_labels[i], type->states.at[i]);
}

static void
settle(struct reader *r)
{
	struct record_type *types = NEW_N(r->arena, struct record_type, r->types.n + 1);
	struct model *m = r->model;

	if (r->types.n > 0)
		qsort(r->types.at, r->types.n, sizeof r->types.at[0], by_area_and_name);
	for (size_t i = 0; i < r->types.n; i++) {
		label_all(r, r->types.at[i]);
		types[i] = *r->types.at[i];
		types[i].index = (uint32_t)i;
		(void)map_put(&m->by_type, types[i].name, &types[i]);
	}
	m->types = types;
	m->type_count = r->types.n;
	m->lists = NEW_N(r->arena, const struct code_list *, r->lists.n + 1);
	for (size_t i = 0; i < r->lists.n; i++)
		m->lists[i] = r->lists.at[i];
	m->list_count = r->lists.n;
	if (m->list_count > 0)
		qsort(m->lists, m->list_count, sizeof m->lists[0], by_list_name);
}

static void
settle_htcds(struct reader *r)
{
	struct model *m = r->model;
	const struct code_list *known = reader_list(r, STR("htcds_fields"));

	for (size_t i = 0; i < m->type_count; i++)
		for (size_t j = 0; j < m->types[i].field_count; j++)
			for (size_t k = 0; k < m->types[i].fields[j].standard_count; k++) {
				const struct field *f = &m->types[i].fields[j];
				const struct standard_name *s = &f->standards[k];
				struct htcds_home *home = NEW(r->arena, struct htcds_home), *was;

				if (s->standard != STANDARD_HTCDS)
					continue;
				r->file = str_z(r->arena, m->types[i].file);
				*home = (struct htcds_home){&m->types[i], f, s->part};
				if (known != NULL && code_find(known, s->name) == NULL)
					reader_bad(r, NULL, "htcds",
						   "%.*s: no such field in HTCDS 2.0",
						   STR_ARG(f->name));
				if ((was = map_put(&m->htcds, s->name, home)) != NULL)
					reader_bad(
					    r, NULL, "htcds",
					    "%.*s: \"%.*s\" is at home in %.*s.%.*s already; each "
					    "has one home",
					    STR_ARG(f->name), STR_ARG(s->name),
					    STR_ARG(was->type->name), STR_ARG(was->field->name));
			}
}

static void
hash_files(struct sha256 *hash, const struct model_files_list *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct str parts[] = {files->at[i].path, files->at[i].bytes};

		for (size_t j = 0; j < COUNT_OF(parts); j++) {
			unsigned char n[8];

			for (int k = 0; k < 8; k++)
				n[k] = (unsigned char)((uint64_t)parts[j].n >> (56 - 8 * k));
			sha256_add(hash, n, sizeof n);
			sha256_add(hash, parts[j].p, parts[j].n);
		}
	}
}

static enum rc
load(struct arena *a, const struct model_files_list *base, const struct model_files_list *overlay,
     struct model **out, struct err *err)
{
	struct model *m = NEW(a, struct model);
	struct reader r = {.arena = a, .model = m, .err = err, .rc = RC_OK, .file = ""};
	struct sha256 hash;
	struct hash digest;

	m->by_type.arena = m->by_list.arena = m->htcds.arena = a;
	read_base(&r, base);
	if (overlay->n > 0 && r.rc == RC_OK)
		read_overlay(&r, overlay);
	if (r.rc == RC_OK)
		read_link(&r);
	if (r.rc != RC_OK)
		return r.rc;
	settle(&r);
	settle_htcds(&r);
	sha256_init(&hash);
	hash_files(&hash, base);
	hash_files(&hash, overlay);
	sha256_end(&hash, &digest);
	memcpy(m->hash, digest.b, sizeof m->hash);
	if (r.rc == RC_OK)
		*out = m;
	return r.rc;
}

enum rc
model_load(struct arena *a, const struct embedded_file *files, const char *overlay_dir,
	   struct model **out, struct err *err)
{
	struct model_files_list base = {0}, overlay = {0};
	enum rc rc;

	for (size_t i = 0; files[i].path != NULL; i++)
		*VEC_ADD(a, &base) =
		    (struct model_file){str_from(files[i].path), {files[i].p, files[i].n}};
	if (overlay_dir != NULL && (rc = read_dir(a, overlay_dir, true, &overlay, err)) != RC_OK)
		return rc;
	return load(a, &base, &overlay, out, err);
}

enum rc
model_load_dir(struct arena *a, const char *dir, struct model **out, struct err *err)
{
	struct model_files_list base = {0}, overlay = {0};
	enum rc rc = read_dir(a, dir, false, &base, err);

	return rc != RC_OK ? rc : load(a, &base, &overlay, out, err);
}

enum rc
model_check_gates(const struct model *m, const struct str *known, size_t known_count,
		  struct err *err)
{
	for (size_t i = 0; i < m->type_count; i++)
		for (size_t j = 0; j < m->types[i].move_count; j++)
			for (size_t k = 0; k < m->types[i].moves[j].gate_count; k++) {
				struct str gate = m->types[i].moves[j].gates[k].name;
				size_t n = 0;

				while (n < known_count && !str_eq(known[n], gate))
					n++;
				if (n == known_count)
					return fail_at(err, RC_INVALID, m->types[i].file.p, 0, 0,
						       "gates",
						       "no feature of this program has the gate "
						       "\"%.*s\"; add it to a feature's gates",
						       STR_ARG(gate));
			}
	return RC_OK;
}
