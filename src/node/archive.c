#include "node/archive.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/vec.h"
#include "format/json.h"
#include "seal/hash.h"

#define MAGIC "liaison backup 1\n"
#define HEAD 17
#define MANIFEST "manifest.json"
#define NAME_MAX_BYTES 64
#define MANIFEST_MAX ((uint64_t)256 << 20)
#define FILES_MAX 4000000

struct archive_writer {
	struct arena *arena;
	struct stream_sink sink;
	json_t *files;
};

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

struct archive_writer *
archive_writer_new(struct arena *a, struct stream_sink sink)
{
	struct archive_writer *w = NEW(a, struct archive_writer);

	*w = (struct archive_writer){.arena = a, .sink = sink, .files = json_array()};
	return w;
}

enum rc
archive_begin(struct archive_writer *w, struct err *err)
{
	return w->sink.take(w->sink.ctx, STR(MAGIC), err);
}

static enum rc
entry_head(struct archive_writer *w, struct str name, uint64_t bytes, struct err *err)
{
	struct arena *a = arena_new(0);
	struct buf b;
	enum rc rc;

	must(name.n > 0 && name.n <= NAME_MAX_BYTES);
	buf_init(&b, a);
	buf_add_byte(&b, (char)(name.n >> 8));
	buf_add_byte(&b, (char)(name.n & 255));
	buf_add(&b, name);
	buf_add_u64(&b, bytes);
	rc = w->sink.take(w->sink.ctx, buf_str(&b), err);
	arena_free(a);
	return rc;
}

static void
note_file(struct archive_writer *w, struct str name, uint64_t bytes, const struct hash *h)
{
	json_t *o = json_object();

	set(o, "name", json_from_str(name));
	set(o, "bytes", json_integer((json_int_t)bytes));
	set(o, "sha256", json_from_str(hex_format(w->arena, h->b, sizeof h->b)));
	must(json_array_append_new(w->files, o) == 0);
}

enum rc
archive_add(struct archive_writer *w, struct str name, struct str bytes, struct err *err)
{
	struct hash h;
	enum rc rc = entry_head(w, name, bytes.n, err);

	if (rc == RC_OK)
		rc = w->sink.take(w->sink.ctx, bytes, err);
	sha256(bytes, &h);
	note_file(w, name, bytes.n, &h);
	return rc;
}

enum rc
archive_add_file(struct archive_writer *w, struct str name, int fd, uint64_t bytes, struct err *err)
{
	char piece[65536];
	struct sha256 running;
	struct hash h;
	uint64_t at = 0;
	enum rc rc = entry_head(w, name, bytes, err);

	sha256_init(&running);
	while (rc == RC_OK && at < bytes) {
		size_t want = bytes - at < sizeof piece ? (size_t)(bytes - at) : sizeof piece;
		ssize_t n = pread(fd, piece, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, RC_UNAVAILABLE, "", "reading what is backed up: %s",
				    strerror(errno));
		if (n == 0)
			return fail(err, RC_CONFLICT, "",
				    "a file that is backed up became shorter meanwhile");
		sha256_add(&running, piece, (size_t)n);
		at += (uint64_t)n;
		rc = w->sink.take(w->sink.ctx, (struct str){piece, (size_t)n}, err);
	}
	sha256_end(&running, &h);
	note_file(w, name, bytes, &h);
	return rc;
}

enum rc
archive_end(struct archive_writer *w, json_t *about, struct err *err)
{
	json_t *manifest = json_object();
	struct arena *a = arena_new(0);
	struct buf b;
	enum rc rc;

	set(manifest, "about", about);
	set(manifest, "files", w->files);
	w->files = NULL;
	buf_init(&b, a);
	json_canonical(manifest, &b);
	json_decref(manifest);
	rc = entry_head(w, STR(MANIFEST), b.n, err);
	if (rc == RC_OK)
		rc = w->sink.take(w->sink.ctx, buf_str(&b), err);
	arena_free(a);
	return rc;
}

enum reading { READ_MAGIC, READ_NAME_LENGTH, READ_NAME, READ_SIZE, READ_BODY, READ_OVER };

struct seen_file {
	struct str name;
	uint64_t bytes;
	struct hash hash;
};

struct archive_reader {
	struct arena *arena, *text; /* text: of the manifest */
	struct archive_handler handler;
	enum reading state;
	char part[NAME_MAX_BYTES]; /* of what is read in one piece */
	size_t have, want;
	struct str name;
	uint64_t bytes, left;
	struct sha256 hash;
	bool in_manifest;
	struct buf manifest_text;
	json_t *manifest;
	VEC(struct seen_file) files;
};

struct archive_reader *
archive_reader_new(struct arena *a, const struct archive_handler *handler)
{
	struct archive_reader *r = NEW(a, struct archive_reader);

	*r = (struct archive_reader){
	    .arena = a, .text = arena_new(0), .handler = *handler, .want = HEAD};
	buf_init(&r->manifest_text, r->text);
	return r;
}

static enum rc
no_archive(struct err *err)
{
	return fail(err, RC_INTEGRITY, "file", "holds no backup of ours");
}

/* Only files that a node's folder has reach the disk. */
static bool
name_is_good(struct str name)
{
	unsigned char hex[16];

	if (str_eq(name, STR("liaison.yaml")) || str_eq(name, STR("node.db")) ||
	    str_eq(name, STR(MANIFEST)))
		return true;
	return name.n == 6 + 32 && str_starts(name, STR("blobs/")) &&
	       hex_parse(str_sub(name, 6, name.n), hex, sizeof hex);
}

static void
expect(struct archive_reader *r, enum reading state, size_t want)
{
	r->state = state;
	r->have = 0;
	r->want = want;
}

static uint64_t
number(const struct archive_reader *r)
{
	uint64_t v = 0;

	for (size_t i = 0; i < r->want; i++)
		v = v << 8 | (unsigned char)r->part[i];
	return v;
}

static enum rc
body_end(struct archive_reader *r, struct err *err)
{
	struct seen_file *f;

	if (r->in_manifest) {
		expect(r, READ_OVER, 0);
		return RC_OK;
	}
	f = VEC_ADD(r->arena, &r->files);
	*f = (struct seen_file){.name = r->name, .bytes = r->bytes};
	sha256_end(&r->hash, &f->hash);
	expect(r, READ_NAME_LENGTH, 2);
	return r->handler.end(r->handler.ctx, err);
}

static enum rc
body_begin(struct archive_reader *r, struct err *err)
{
	enum rc rc = RC_OK;

	r->bytes = r->left = number(r);
	r->in_manifest = str_eq(r->name, STR(MANIFEST));
	if (r->in_manifest && r->bytes > MANIFEST_MAX)
		return no_archive(err);
	if (r->files.n >= FILES_MAX)
		return no_archive(err);
	sha256_init(&r->hash);
	expect(r, READ_BODY, 0);
	if (!r->in_manifest)
		rc = r->handler.begin(r->handler.ctx, r->name, r->bytes, err);
	return rc == RC_OK && r->left == 0 ? body_end(r, err) : rc;
}

/* A part is whole. */
static enum rc
part_end(struct archive_reader *r, struct err *err)
{
	struct str part = {r->part, r->want};

	switch (r->state) {
	case READ_MAGIC:
		if (!str_eq(part, STR(MAGIC)))
			return no_archive(err);
		expect(r, READ_NAME_LENGTH, 2);
		return RC_OK;
	case READ_NAME_LENGTH:
		if (number(r) == 0 || number(r) > NAME_MAX_BYTES)
			return no_archive(err);
		expect(r, READ_NAME, (size_t)number(r));
		return RC_OK;
	case READ_NAME:
		if (!name_is_good(part))
			return no_archive(err);
		r->name = str_copy(r->arena, part);
		expect(r, READ_SIZE, 8);
		return RC_OK;
	case READ_SIZE: return body_begin(r, err);
	case READ_BODY:
	case READ_OVER:
	default: return no_archive(err);
	}
}

static enum rc
body_bytes(struct archive_reader *r, struct str *bytes, struct err *err)
{
	size_t n = bytes->n < r->left ? bytes->n : (size_t)r->left;
	struct str piece = str_sub(*bytes, 0, n);
	enum rc rc = RC_OK;

	*bytes = str_sub(*bytes, n, bytes->n);
	r->left -= n;
	if (r->in_manifest) {
		buf_add(&r->manifest_text, piece);
	} else {
		sha256_add(&r->hash, piece.p, piece.n);
		rc = r->handler.bytes(r->handler.ctx, piece, err);
	}
	return rc == RC_OK && r->left == 0 ? body_end(r, err) : rc;
}

enum rc
archive_read(struct archive_reader *r, struct str bytes, struct err *err)
{
	enum rc rc = RC_OK;

	while (bytes.n > 0 && rc == RC_OK) {
		size_t n;

		if (r->state == READ_OVER)
			return no_archive(err);
		if (r->state == READ_BODY) {
			rc = body_bytes(r, &bytes, err);
			continue;
		}
		n = r->want - r->have < bytes.n ? r->want - r->have : bytes.n;
		memcpy(r->part + r->have, bytes.p, n);
		r->have += n;
		bytes = str_sub(bytes, n, bytes.n);
		if (r->have == r->want)
			rc = part_end(r, err);
	}
	return rc;
}

static bool
file_matches(const struct archive_reader *r, const struct seen_file *f, json_t *said)
{
	struct str hex = hex_format(r->arena, f->hash.b, sizeof f->hash.b);

	return str_eq(json_member_str(said, "name"), f->name) &&
	       json_integer_value(json_object_get(said, "bytes")) == (json_int_t)f->bytes &&
	       str_eq(json_member_str(said, "sha256"), hex);
}

enum rc
archive_read_end(struct archive_reader *r, json_t **manifest, struct err *err)
{
	const struct limits limits = {.bytes_max = (size_t)MANIFEST_MAX, .depth_max = 8};
	json_t *files;

	if (r->state != READ_OVER)
		return fail(err, RC_INTEGRITY, "file", "the backup is cut short");
	if (json_read(buf_str(&r->manifest_text), &limits, &r->manifest, err) != RC_OK)
		return fail(err, RC_INTEGRITY, "file", "the backup's manifest cannot be read");
	files = json_object_get(r->manifest, "files");
	if (json_array_size(files) != r->files.n ||
	    !json_is_object(json_object_get(r->manifest, "about")))
		return fail(err, RC_INTEGRITY, "file",
			    "the backup's manifest names other files than it holds");
	for (size_t i = 0; i < r->files.n; i++)
		if (!file_matches(r, &r->files.at[i], json_array_get(files, i)))
			return fail(err, RC_INTEGRITY, "file",
				    "%.*s is not what the backup's manifest says",
				    STR_ARG(r->files.at[i].name));
	*manifest = r->manifest;
	return RC_OK;
}

void
archive_reader_free(struct archive_reader *r)
{
	if (r == NULL)
		return;
	json_decref(r->manifest);
	r->manifest = NULL;
	arena_free(r->text);
	r->text = NULL;
}
