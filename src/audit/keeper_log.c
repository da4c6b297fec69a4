#include "audit/keeper_log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "seal/checkpoint.h"
#include "seal/keywire.h"
#include "seal/secret.h"

#define MAGIC "liaison keys state 1\n"
#define PLACE_BYTES ((size_t)32 << 10) /* one of the two places in the file */
#define OWED_BEFORE 500 /* a state of before the journal held so many of what is owed */
#define MARKS 256
#define WRITE_MS 1000
#define SYNC_MS 10000

_Static_assert(OWED_BEFORE * 40 + 64 * HASH_BYTES + 1024 < PLACE_BYTES, "it fits");

struct mark {
	uint64_t size;
	struct hash root;
};

struct keeper_log {
	int fd;
	unsigned char key[DATA_KEY_BYTES]; /* of the file; the process's memory is locked */
	bool is_known, is_dirty, is_unsynced, is_owed_unsynced;
	uint64_t keys_age, keys_age_now; /* the greatest it was; of the key file in use */
	struct merkle_range range;
	char origin[256];
	struct mark marks[MARKS];
	size_t next_mark;
	uint64_t written; /* counts what was written */
	unsigned place;	  /* written to until it is synced; the other one is on the disk */
	bool sync_failed; /* then it stays so: what the disk holds of this one is not known */
	int64_t written_at, synced_at;
	struct keeper_journal *journal;
	struct keys_owed owed[OWED_BEFORE];
	size_t owed_n;
};

static struct str
aad_of(uint64_t written, char aad[sizeof MAGIC + 8])
{
	memcpy(aad, MAGIC, sizeof MAGIC);
	for (size_t i = 0; i < 8; i++)
		aad[sizeof MAGIC + i] = (char)(unsigned char)(written >> (8 * (7 - i)));
	return (struct str){aad, sizeof MAGIC + 8};
}

static bool
take_state(struct keeper_log *l, struct str plain)
{
	struct keywire_reader r = {.rest = plain};
	struct str origin, hashes;

	l->range.size = keywire_take_be(&r, 8);
	origin = keywire_take_name(&r);
	l->range.n = (size_t)__builtin_popcountll(l->range.size);
	hashes = keywire_take(&r, l->range.n * HASH_BYTES);
	l->owed_n = (size_t)keywire_take_be(&r, 4);
	if (r.bad || l->owed_n > OWED_BEFORE)
		return false;
	for (size_t i = 0; i < l->owed_n; i++) {
		l->owed[i].actor = keywire_take_id(&r);
		l->owed[i].record = keywire_take_id(&r);
		l->owed[i].time_ms = (int64_t)keywire_take_be(&r, 8);
	}
	/* Files of before had no such number. */
	l->keys_age = r.rest.n > 0 ? keywire_take_be(&r, 8) : 0;
	if (r.bad || r.rest.n > 0)
		return false;
	if (hashes.n > 0)
		memcpy(l->range.at, hashes.p, hashes.n);
	if (origin.n > 0)
		memcpy(l->origin, origin.p, origin.n);
	l->origin[origin.n] = '\0';
	return true;
}

/* A place: magic, u64 written, u32 n, n bytes sealed. The later one that opens counts. */
static bool
read_place(struct keeper_log *l, struct arena *a, unsigned place, bool *is_there)
{
	char *bytes = arena_bytes(a, PLACE_BYTES), aad[sizeof MAGIC + 8];
	ssize_t got = pread(l->fd, bytes, PLACE_BYTES, (off_t)(place * PLACE_BYTES));
	struct keywire_reader r = {.rest = {bytes, got > 0 ? (size_t)got : 0}};
	struct str sealed;
	struct buf plain;
	uint64_t written;

	if (!str_eq(keywire_take(&r, sizeof MAGIC - 1), STR(MAGIC)))
		return false;
	*is_there = true;
	written = keywire_take_be(&r, 8);
	sealed = keywire_take_text(&r);
	buf_init(&plain, a);
	if (r.bad || (l->is_known && written < l->written) ||
	    envelope_open(l->key, aad_of(written, aad), sealed, &plain, NULL) != RC_OK ||
	    !take_state(l, buf_str(&plain)))
		return false;
	l->written = written;
	l->is_known = true;
	l->place = 1 - place;
	return true;
}

/*
 * Only what is on the disk is left for the other place: as long as something was not synced,
 * the same place is written to, so that a power cut tears one at most.
 */
static void
sync_place(struct keeper_log *l)
{
	if (fdatasync(l->fd) != 0)
		l->sync_failed = true;
	if (l->sync_failed)
		return;
	if (l->is_unsynced)
		l->place = 1 - l->place;
	l->is_unsynced = l->is_owed_unsynced = false;
}

static bool
is_unsynced(const struct keeper_log *l)
{
	return l->is_unsynced || l->is_owed_unsynced;
}

/* A new file is there after a power cut when its folder is written too. */
static bool
sync_folder(const char *path)
{
	char copy[4096];
	int n = snprintf(copy, sizeof copy, "%s", path), fd = -1;
	bool ok;

	if (n > 0 && (size_t)n < sizeof copy)
		fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static void
make_key(struct keeper_log *l, struct keys *keys)
{
	unsigned char index[32], log_mac[32];
	struct hmac_key hmac;
	struct hash h;

	keys_mac_secrets(keys, index, log_mac);
	hmac_key_init(&hmac, log_mac, sizeof log_mac);
	hmac_domain(&hmac, STR("keeper state"), STR(""), &h);
	memcpy(l->key, h.b, sizeof l->key);
	secret_wipe(index, sizeof index);
	secret_wipe(log_mac, sizeof log_mac);
	secret_wipe(&hmac, sizeof hmac);
	secret_wipe(&h, sizeof h);
}

/* One that is ending gives it up in a moment. */
static enum rc
take_lock(int fd, struct err *err)
{
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK || i == 300)
			return fail(err, RC_CONFLICT, "keys",
				    "another key process has this folder");
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	return RC_OK;
}

enum rc
keeper_log_file(const char *path, int *fd, struct err *err)
{
	enum rc rc;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return fail(err, RC_UNAVAILABLE, "keys", "keys.state cannot be opened: %s",
			    strerror(errno));
	rc = take_lock(*fd, err);
	if (rc == RC_OK && lseek(*fd, 0, SEEK_END) == 0 && !sync_folder(path))
		rc = fail(err, RC_UNAVAILABLE, "keys", "the node's folder cannot be written: %s",
			  strerror(errno));
	/* A disk that is full later still takes what is opened; one that is full now may yet. */
	if (rc == RC_OK)
		(void)posix_fallocate(*fd, 0, (off_t)(2 * PLACE_BYTES + JOURNAL_BYTES));
	if (rc != RC_OK) {
		(void)close(*fd);
		*fd = -1;
	}
	return rc;
}

enum rc
keeper_log_open(int fd, struct keys *keys, struct keeper_log **out, struct err *err)
{
	struct keeper_log *l = heap_zeroed(sizeof *l);
	struct arena *a = arena_new(0);
	bool is_there = false;

	*out = NULL;
	l->fd = fd;
	make_key(l, keys);
	(void)read_place(l, a, 0, &is_there);
	(void)read_place(l, a, 1, &is_there);
	arena_free(a);
	if (is_there && !l->is_known) {
		keeper_log_close(l);
		return fail(err, RC_INTEGRITY, "keys",
			    "keys.state is damaged, or belongs to another key file. Bring the "
			    "right one back; or take it away, and say that the database is the one "
			    "in use: liaison node accept-log --reason TEXT");
	}
	l->journal = journal_new(fd, 2 * PLACE_BYTES, l->key);
	/* The process before may have been killed between writing and syncing. */
	l->sync_failed = fdatasync(fd) != 0;
	keeper_log_mark(l);
	*out = l;
	return RC_OK;
}

/* False: the disk refuses. It stays to be written; the other place holds what was. */
static bool
write_state(struct keeper_log *l)
{
	struct arena *a = arena_new(0);
	char aad[sizeof MAGIC + 8];
	struct buf plain, sealed, out;
	uint64_t written = l->written + 1;
	bool ok;

	buf_init(&plain, a);
	buf_init(&sealed, a);
	buf_init(&out, a);
	buf_add_u64(&plain, l->range.size);
	keywire_add_name(&plain, str_from(l->origin));
	buf_add_bytes(&plain, l->range.at, l->range.n * HASH_BYTES);
	buf_add_u32(&plain, 0); /* what is owed stands in the journal */
	buf_add_u64(&plain, l->keys_age);
	envelope_seal(l->key, aad_of(written, aad), buf_str(&plain), &sealed);
	buf_add_z(&out, MAGIC);
	buf_add_u64(&out, written);
	keywire_add_text(&out, buf_str(&sealed));
	must(out.n <= PLACE_BYTES);
	ok = pwrite(l->fd, out.p, out.n, (off_t)(l->place * PLACE_BYTES)) == (ssize_t)out.n;
	if (ok) {
		l->is_dirty = false;
		l->is_unsynced = true;
	}
	arena_free(a);
	return ok;
}

bool
keeper_log_rewrite(struct keeper_log *l, const struct keys_owed *owed, size_t n)
{
	/* What is owed first: until the state of this generation is there, that before counts,
	 * with what was owed then. */
	if (!journal_begin(l->journal, l->written + 1, owed, n) || (l->is_known && !write_state(l)))
		return false;
	l->written++;
	journal_began(l->journal);
	return true;
}

bool
keeper_log_owe(struct keeper_log *l, const struct keys_owed *owed, size_t n)
{
	if (!journal_add(l->journal, owed, n))
		return false;
	l->is_owed_unsynced = true;
	return true;
}

void
keeper_log_save(struct keeper_log *l, const struct keys_owed *owed, size_t n)
{
	if (!l->is_known)
		return;
	if (!keeper_log_rewrite(l, owed, n))
		l->is_dirty = true;
	if (is_unsynced(l))
		sync_place(l);
}

bool
keeper_log_is_due(const struct keeper_log *l, int64_t now)
{
	return l->is_known && l->is_dirty && now - l->written_at >= WRITE_MS;
}

void
keeper_log_tick(struct keeper_log *l, int64_t now, const struct keys_owed *owed, size_t n)
{
	if (keeper_log_is_due(l, now)) {
		if (!keeper_log_rewrite(l, owed, n))
			l->is_dirty = true;
		l->written_at = now;
	}
	if (is_unsynced(l) && now - l->synced_at >= SYNC_MS) {
		sync_place(l);
		l->synced_at = now;
	}
}

bool
keeper_log_is_dirty(const struct keeper_log *l)
{
	return l->is_dirty || is_unsynced(l);
}

void
keeper_log_close(struct keeper_log *l)
{
	if (l == NULL)
		return;
	journal_free(l->journal);
	secret_wipe(l->key, sizeof l->key);
	free(l);
}

bool
keeper_log_is_known(const struct keeper_log *l)
{
	return l->is_known;
}

uint64_t
keeper_log_size(const struct keeper_log *l)
{
	return l->range.size;
}

void
keeper_log_each_owed(struct keeper_log *l, void (*owe)(void *ctx, const struct keys_owed *owed),
		     void *ctx)
{
	const struct keys_owed *rest;
	size_t n;

	for (size_t i = 0; i < l->owed_n; i++)
		owe(ctx, &l->owed[i]);
	/* Anew from here on, above all that lies there. */
	l->written = journal_load(l->journal, l->written, &rest, &n);
	for (size_t i = 0; i < n; i++)
		owe(ctx, &rest[i]);
}

void
keeper_log_append(struct keeper_log *l, const struct hash *leaf)
{
	merkle_append(&l->range, leaf);
	l->is_dirty = true;
}

void
keeper_log_mark(struct keeper_log *l)
{
	struct mark *m = &l->marks[l->next_mark++ % MARKS];

	m->size = l->range.size;
	merkle_root(&l->range, &m->root);
}

void
keeper_log_rename(struct keeper_log *l, struct str origin)
{
	if (origin.n == 0 || origin.n >= sizeof l->origin)
		return;
	memset(l->origin, 0, sizeof l->origin);
	memcpy(l->origin, origin.p, origin.n);
	memset(l->marks, 0, sizeof l->marks);
}

void
keeper_log_keys(struct keeper_log *l, uint64_t age, bool accept)
{
	l->keys_age_now = age;
	if (age <= l->keys_age && !accept)
		return;
	l->keys_age = age;
	l->is_dirty = true;
}

static bool
is_origin(const struct keeper_log *l, struct str origin)
{
	return str_eq_z(origin, l->origin);
}

enum rc
keeper_log_confirm(const struct keeper_log *l, uint64_t size, const struct hash *root,
		   struct str origin, struct err *err)
{
	struct hash own;

	merkle_root(&l->range, &own);
	if (!is_origin(l, origin))
		return fail(err, RC_INTEGRITY, "store",
			    "this database holds the log of another node; nothing is written to "
			    "it");
	if (l->keys_age_now < l->keys_age)
		return fail(err, RC_INTEGRITY, "keys",
			    "keys.liaison is an older copy of the key file: keys that were made "
			    "since are not in it, and what was erased since opens with it. Bring "
			    "back the one that was in use; or, if that is lost, go on with this "
			    "one by: liaison node accept-log --reason TEXT");
	if (size < l->range.size)
		return fail(err, RC_INTEGRITY, "store",
			    "this database is an old copy: its log has %llu leaves, and the key "
			    "process knows of %llu. Bring back the one that was in use; or, if "
			    "that is lost, take this one by: liaison node accept-log --reason TEXT",
			    (unsigned long long)size, (unsigned long long)l->range.size);
	if (size > l->range.size || !hash_eq(root, &own))
		return fail(err, RC_INTEGRITY, "store",
			    "the log in this database is not the one the key process was told: it "
			    "was changed, or went on elsewhere. Look with: liaison audit verify; "
			    "take it as it is with: liaison node accept-log --reason TEXT");
	return RC_OK;
}

enum rc
keeper_log_accept(struct keeper_log *l, uint64_t size, const struct hash *frontier, size_t n,
		  struct str origin, struct err *err)
{
	if (n != (size_t)__builtin_popcountll(size) || origin.n >= sizeof l->origin)
		return fail(err, RC_INVALID, "keys", "this is no head of a log");
	l->range = (struct merkle_range){.size = size, .n = n};
	if (n > 0)
		memcpy(l->range.at, frontier, n * sizeof *frontier);
	memset(l->origin, 0, sizeof l->origin);
	if (origin.n > 0)
		memcpy(l->origin, origin.p, origin.n);
	memset(l->marks, 0, sizeof l->marks);
	l->owed_n = 0;
	l->is_known = true;
	l->is_dirty = true;
	keeper_log_mark(l);
	keeper_log_save(l, NULL, 0);
	return RC_OK;
}

enum rc
keeper_log_may_sign(const struct keeper_log *l, struct str text, struct err *err)
{
	struct arena *a = arena_new(0);
	struct checkpoint c;
	enum rc rc = checkpoint_parse(a, text, &c, err);

	if (rc != RC_OK)
		rc = fail(err, RC_DENIED, "keys", "only a checkpoint of the log is signed");
	else if (!l->is_known || !is_origin(l, c.origin) || c.extensions.n > 0)
		rc = fail(err, RC_DENIED, "keys", "only a checkpoint of this node's log is signed");
	else if (c.size > l->range.size)
		rc = fail(err, RC_BUSY, "keys", "the key process was not told of these leaves yet");
	else {
		rc = fail(err, RC_DENIED, "keys",
			  "this is no head that the log had when the key process was told of it");
		for (size_t i = 0; i < MARKS; i++)
			if (l->marks[i].size == c.size && c.size > 0 &&
			    hash_eq(&l->marks[i].root, &c.root))
				rc = RC_OK;
	}
	arena_free(a);
	return rc;
}
