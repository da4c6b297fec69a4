#include "serve/job_inside.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "base/log.h"
#include "seal/keys.h"
#include "seal/stream.h"
#include "serve/job.sql.h"
#include "serve/job_keep.h"
#include "store/blob.h"

static struct str
part_aad(struct arena *a, struct id job, int64_t n)
{
	return str_fmt(a, "liaison/part/1/%.*s/%lld", STR_ARG(hex_format(a, job.b, sizeof job.b)),
		       (long long)n);
}

static enum rc
to_blob(void *ctx, struct str bytes, struct err *err)
{
	return blob_add(ctx, bytes, err);
}

struct part {
	struct blob_name blob;
	struct hash hash;
	struct str bucket;
	struct buf wrapped;
};

static enum rc
write_blob(struct serve *s, struct arena *a, struct str aad, struct str bytes, struct part *out,
	   struct err *err)
{
	unsigned char key[DATA_KEY_BYTES], hash[BLOB_HASH_BYTES];
	struct blob_writer *w;
	struct stream *stream;
	uint64_t n;
	enum rc rc;

	rc = blob_new(job_blobs_dir(a, s), stream_sealed_bytes(JOB_PART_BYTES_MAX), &w, err);
	if (rc != RC_OK)
		return rc;
	data_key_new(key);
	stream = stream_seal_new(key, aad, (struct stream_sink){to_blob, w});
	if ((rc = stream_add(stream, bytes, err)) == RC_OK &&
	    (rc = stream_end(stream, err)) == RC_OK)
		stream_sealed(stream, &out->hash, &n);
	stream_free(stream);
	if (rc == RC_OK)
		rc = keys_wrap(s->keys, out->bucket, aad, key, &out->wrapped, err);
	data_key_wipe(key);
	if (rc != RC_OK) {
		blob_discard(w);
		return rc;
	}
	if ((rc = blob_keep(w, &out->blob, hash, &n, err)) != RC_OK)
		return rc;
	must(memcmp(hash, out->hash.b, sizeof hash) == 0);
	return RC_OK;
}

struct storing {
	struct id job;
	int64_t n, bytes, begun_s;
	struct part *part;
	bool is_there;
};

/* Sleep counts, and nobody sets it. */
static int64_t
now_s(void)
{
	struct timespec t;

	must(clock_gettime(CLOCK_BOOTTIME, &t) == 0);
	return t.tv_sec;
}

static enum rc
insert_part(struct door *d, void *ctx, struct err *err)
{
	struct storing *s = ctx;
	struct err why;
	enum rc rc = job_parts_room(d, s->job, s->bytes, err);

	if (rc != RC_OK)
		return rc;
	/* Long before another process takes the file for one that a crash left. */
	if (now_s() - s->begun_s > JOB_BLOB_NAMED_S)
		return fail(err, RC_UNAVAILABLE, "part", "storing it took too long; begin anew");
	rc = db_run(d->db, &SQL_SERVE_JOB_PART_INSERT,
		    BINDS(B_ID(s->job), B_I64(s->n), B_TEXT(str_from(s->part->blob.z)),
			  B_BLOB(hash_str(&s->part->hash)), B_TEXT(s->part->bucket),
			  B_BLOB(buf_str(&s->part->wrapped)), B_I64(s->bytes)),
		    NULL, &why);

	if (rc == RC_CONFLICT)
		return fail(err, RC_CONFLICT, "n", "this part is there already");
	if (rc != RC_OK)
		*err = why;
	return rc;
}

static enum rc
look_for_part(struct door *d, void *ctx, struct err *err)
{
	struct storing *s = ctx;
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_JOB_PART_FIND, BINDS(B_ID(s->job), B_I64(s->n)),
			       &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		s->is_there = str_eq_z(rows_text(rows, 0), s->part->blob.z);
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/*
 * A commit that the store did not confirm may be there all the same, and its file is then not to
 * go: it is asked for. Where that fails too the file stays, and the sweep finds out.
 */
static enum rc
after_failure(struct serve *s, struct arena *a, struct storing *storing, enum rc rc)
{
	struct err ignored;

	if (serve_write(s, NULL, NULL, look_for_part, storing, &ignored) != RC_OK)
		return rc;
	if (storing->is_there)
		return RC_OK;
	if (blob_remove(job_blobs_dir(a, s), str_from(storing->part->blob.z), &ignored) != RC_OK)
		log_warn("a file of blobs that no row names was left: %s", ignored.text);
	return rc;
}

/* Sealing 16 MiB takes its time, so it is done on the caller's thread, not on the writer's. */
static enum rc
store_part(struct serve *s, struct arena *a, struct id job, int64_t n, struct str bytes,
	   struct err *err)
{
	struct part part = {.bucket = keys_bucket(a, STR("import"), clock_now(s->node.clock))};
	struct storing storing = {
	    .job = job, .n = n, .bytes = (int64_t)bytes.n, .begun_s = now_s(), .part = &part};
	struct err why;
	enum rc rc;

	if (bytes.n == 0 || bytes.n > JOB_PART_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "body", "a part has 1 to %zu bytes",
			    JOB_PART_BYTES_MAX);
	buf_init(&part.wrapped, a);
	if ((rc = write_blob(s, a, part_aad(a, job, n), bytes, &part, &why)) != RC_OK)
		return fail(err, rc, why.key, "%s%s", why.text,
			    rc == RC_UNAVAILABLE ? "; make room there, or mend the disk, and begin "
						   "anew"
						 : "");
	rc = serve_write(s, NULL, NULL, insert_part, &storing, err);
	return rc == RC_OK ? rc : after_failure(s, a, &storing, rc);
}

enum rc
job_part_add(struct serve *s, struct door *d, struct id id, int64_t n, struct str bytes,
	     struct err *err)
{
	struct job job;
	enum rc rc;

	if ((rc = job_find(d, id, &job, err)) != RC_OK)
		return rc;
	if (job.state != JOB_WAITING || !id_eq(job.user, d->actor->id))
		return fail(err, RC_CONFLICT, "state", "the job takes no parts any more");
	if (n < 0 || n >= JOB_PARTS_MAX)
		return fail(err, RC_INVALID, "n", "a job takes parts 0 to %d", JOB_PARTS_MAX - 1);
	return store_part(s, d->arena, id, n, bytes, err);
}

enum rc
job_part_write(struct job_run *run, int64_t n, struct str bytes, struct err *err)
{
	struct arena *a = arena_new(0);
	enum rc rc = store_part(run->serve, a, run->job.id, n, bytes, err);

	arena_free(a);
	return rc;
}

/* A part whose row the reader has, being opened. */
struct job_reader {
	struct job_run *run;
	struct arena *arena; /* of the part */
	int64_t next, end;
	int fd;
	struct stream *stream;
	char *sealed; /* STREAM_CHUNK_BYTES */
	struct buf plain;
	size_t used;
	bool sealed_end;
};

struct finding {
	struct job_reader *r;
	struct str blob, bucket, wrapped;
};

static enum rc
not_here(int64_t n, struct err *err)
{
	return fail(err, RC_CONFLICT, "part",
		    "the bytes that this job would read are not here: part %lld never came, or was "
		    "removed; give them in again, as a new job",
		    (long long)n);
}

static enum rc
find_part(struct door *d, void *ctx, struct err *err)
{
	struct finding *f = ctx;
	struct arena *a = f->r->arena;
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_JOB_PART_FIND,
			       BINDS(B_ID(f->r->run->job.id), B_I64(f->r->next)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		f->blob = str_copy(a, rows_text(rows, 0));
		f->bucket = str_copy(a, rows_text(rows, 2));
		f->wrapped = str_copy(a, rows_blob(rows, 3));
	} else if (rc == RC_ABSENT) {
		rc = not_here(f->r->next, err);
	}
	rows_close(rows);
	return rc;
}

static enum rc
to_plain(void *ctx, struct str bytes, struct err *err)
{
	struct job_reader *r = ctx;

	(void)err;
	buf_add(&r->plain, bytes);
	return RC_OK;
}

static void
part_close(struct job_reader *r)
{
	stream_free(r->stream);
	r->stream = NULL;
	if (r->fd >= 0)
		(void)close(r->fd);
	r->fd = -1;
}

static enum rc
part_start(struct job_reader *r, const struct finding *f, struct err *err)
{
	struct serve *s = r->run->serve;
	unsigned char key[DATA_KEY_BYTES];
	struct str aad = part_aad(r->arena, r->run->job.id, r->next);
	uint64_t bytes;
	enum rc rc;

	if ((rc = keys_unwrap(s->keys, NULL, f->bucket, aad, f->wrapped, key, err)) != RC_OK)
		return rc;
	buf_init(&r->plain, r->arena);
	r->sealed = arena_bytes(r->arena, STREAM_CHUNK_BYTES);
	r->stream = stream_open_new(key, aad, (struct stream_sink){to_plain, r});
	data_key_wipe(key);
	r->sealed_end = false;
	r->used = 0;
	return blob_open_read(job_blobs_dir(r->arena, s), f->blob, &r->fd, &bytes, err);
}

static enum rc
part_open(struct job_reader *r, struct err *err)
{
	struct finding f = {.r = r};
	enum rc rc;

	arena_reset(r->arena);
	if ((rc = serve_write(r->run->serve, NULL, NULL, find_part, &f, err)) != RC_OK)
		return rc;
	/* Its owner may take it away in between. */
	return (rc = part_start(r, &f, err)) == RC_ABSENT ? not_here(r->next, err) : rc;
}

/* More plain bytes of the part that is open; none when it is at its end. */
static enum rc
part_more(struct job_reader *r, struct err *err)
{
	enum rc rc = RC_OK;

	buf_clear(&r->plain);
	r->used = 0;
	while (rc == RC_OK && r->plain.n == 0 && !r->sealed_end) {
		ssize_t got = read(r->fd, r->sealed, STREAM_CHUNK_BYTES);

		if (got < 0)
			return fail(err, RC_UNAVAILABLE, "part", "a part cannot be read");
		r->sealed_end = got == 0;
		rc = got > 0 ? stream_add(r->stream, (struct str){r->sealed, (size_t)got}, err)
			     : stream_end(r->stream, err);
	}
	return rc;
}

enum rc
job_reader_open(struct job_run *run, int64_t first_part, int64_t part_count,
		struct job_reader **out, struct err *err)
{
	struct job_reader *r;

	if (first_part < 0 || part_count < 1 || part_count > JOB_PARTS_MAX)
		return fail(err, RC_INVALID, "parts", "there are no such parts");
	r = heap_zeroed(sizeof *r);
	*r = (struct job_reader){.run = run,
				 .arena = arena_new(0),
				 .next = first_part,
				 .end = first_part + part_count,
				 .fd = -1};
	*out = r;
	return RC_OK;
}

enum rc
job_reader_read(struct job_reader *r, char *p, size_t n, size_t *got, struct err *err)
{
	enum rc rc;

	*got = 0;
	while (r->stream == NULL || r->used == r->plain.n) {
		if (r->stream == NULL) {
			if (r->next == r->end)
				return RC_OK;
			if ((rc = part_open(r, err)) != RC_OK)
				return rc;
		}
		if ((rc = part_more(r, err)) != RC_OK)
			return rc;
		if (r->plain.n > 0)
			break;
		part_close(r);
		r->next++;
	}
	*got = r->plain.n - r->used < n ? r->plain.n - r->used : n;
	memcpy(p, r->plain.p + r->used, *got);
	r->used += *got;
	return RC_OK;
}

void
job_reader_close(struct job_reader *r)
{
	if (r == NULL)
		return;
	part_close(r);
	arena_free(r->arena);
	free(r);
}

/* What was read under other rights, or for another purpose, leaves no more. */
static enum rc
may_fetch(struct door *d, const struct job *job, const struct access *access, uint32_t purposes,
	  struct err *err)
{
	const char *missing;

	if (access->has_purpose && (purposes & BIT(access->purpose)) == 0)
		return fail(err, RC_DENIED, "purpose",
			    "your token is not for the purpose that the job was for");
	if ((job->roles & ~(d->actor->roles | d->actor->held_roles)) != 0 ||
	    !id_eq(job->unit, d->actor->unit))
		return fail(err, RC_DENIED, "user",
			    "you no longer have the rights that the job was given with");
	missing = access->has_purpose ? policy_training_missing(d->actor, access->purpose) : NULL;
	return missing == NULL ? RC_OK : fail(err, RC_DENIED, "training", "%s", missing);
}

enum rc
job_part_read(struct serve *s, struct door *d, struct id id, int64_t n, uint32_t purposes,
	      struct str *out, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_EXPORT, .has_record = true, .record = id, .type = STR("part")};
	struct access access;
	struct job_run run = {.serve = s, .job = {.id = id}};
	struct job_reader r = {.run = &run, .arena = d->arena, .next = n, .end = n + 1, .fd = -1};
	struct finding f = {.r = &r};
	struct job job;
	struct buf all;
	enum rc rc;

	/* Who may know of the job is asked first; then for what it was. */
	if ((rc = job_find(d, id, &job, err)) != RC_OK ||
	    (rc = job_load(d, id, &job, &access, err)) != RC_OK)
		return rc;
	if (job.state != JOB_DONE || !id_eq(job.user, d->actor->id))
		return fail(err, RC_CONFLICT, "state", "the job is not done, or not yours");
	if ((rc = may_fetch(d, &job, &access, purposes, err)) != RC_OK)
		return rc;
	if ((rc = find_part(d, &f, err)) != RC_OK)
		return fail(err, RC_ABSENT, "n", "there is no such part");
	if ((rc = part_start(&r, &f, err)) == RC_ABSENT)
		rc = fail(err, RC_ABSENT, "n", "there is no such part");
	buf_init(&all, d->arena);
	while (rc == RC_OK && (rc = part_more(&r, err)) == RC_OK && r.plain.n > 0)
		buf_add(&all, buf_str(&r.plain));
	part_close(&r);
	*out = buf_str(&all);
	if (rc != RC_OK)
		return rc;
	d->access = access;
	return door_log(d, &entry, NULL, err);
}

enum rc
job_db_open(struct job_run *run, struct db **out, struct err *err)
{
	return db_open_reader(run->serve->store_url, 5000, out, err);
}

/* It ended, and no record came of it: the file may come again. */
static bool
took_nothing(const struct job *job)
{
	json_t *taken = json_object_get(job->result, "taken");

	if (!job_has_ended(job->state))
		return false;
	return job->done == 0 || (json_is_integer(taken) && json_integer_value(taken) == 0);
}

static enum rc
check_claim(struct door *d, struct id job, struct id before, struct str mac, bool again,
	    struct err *err)
{
	struct access access;
	struct job other;
	enum rc rc = job_load(d, before, &other, &access, err);

	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	if (rc == RC_ABSENT || took_nothing(&other))
		return db_run(d->db, &SQL_SERVE_JOB_INPUT_GIVE, BINDS(B_ID(job), B_BLOB(mac)), NULL,
			      err);
	if (again)
		return RC_OK;
	if (other.state == JOB_DONE)
		return fail(err, RC_CONFLICT, "file",
			    "job %s has taken in this very file; say --again to take it in once "
			    "more",
			    id_format(d->arena, before).p);
	return fail(err, RC_CONFLICT, "file",
		    "job %s has taken in a part of this very file (%lld); resume that job, or say "
		    "--again to begin anew",
		    id_format(d->arena, before).p, (long long)other.done);
}

enum rc
job_input_claim(struct door *d, struct id job, struct str sha256, bool again, struct err *err)
{
	unsigned char mac[MAC_BYTES];
	struct id before = job;
	struct rows *rows;
	enum rc rc;

	/* A bare hash would confirm to whoever reads the table that a known file was taken in. */
	keys_index_mac(d->node->keys, STR("job-input"), sha256, mac);
	if ((rc = db_run(d->db, &SQL_SERVE_JOB_INPUT_CLAIM,
			 BINDS(B_BYTES(mac, sizeof mac), B_ID(job)), NULL, err)) != RC_OK ||
	    (rc = db_select(d->db, &SQL_SERVE_JOB_INPUT_FIND, BINDS(B_BYTES(mac, sizeof mac)),
			    &rows, err)) != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		before = rows_id(rows, 0);
	rows_close(rows);
	if (rc != RC_OK || id_eq(before, job))
		return rc;
	return check_claim(d, job, before, (struct str){(char *)mac, sizeof mac}, again, err);
}
