#include "audit/keeper_journal.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "seal/keywire.h"
#include "seal/secret.h"

#define MAGIC "liaison keys owed 1\n"
#define OWED_BYTES 40
#define FRAME_HEAD 12 /* u64 generation, u32 n; then n bytes sealed */
#define AAD_BYTES (sizeof MAGIC + 16)

_Static_assert(KEEPER_OWED_KEPT *OWED_BYTES + FRAME_HEAD + ENVELOPE_OVERHEAD < JOURNAL_AREA_BYTES,
	       "all that is owed fits one frame");

struct keeper_journal {
	int fd;
	uint64_t file_at; /* of the first area */
	struct envelope_key key;
	uint64_t generation, next_generation; /* 0: nothing was begun */
	size_t at, next_at;		      /* where the next frame goes */
	struct arena *arena;
	struct keys_owed *loaded;
	size_t loaded_n, loaded_cap;
};

struct keeper_journal *
journal_new(int fd, uint64_t at, const unsigned char key[DATA_KEY_BYTES])
{
	struct keeper_journal *j = heap_zeroed(sizeof *j);

	j->fd = fd;
	j->file_at = at;
	j->arena = arena_new(0);
	envelope_key_make(key, &j->key);
	return j;
}

void
journal_free(struct keeper_journal *j)
{
	if (j == NULL)
		return;
	envelope_key_wipe(&j->key);
	arena_free(j->arena);
	free(j->loaded);
	free(j);
}

static off_t
area_of(const struct keeper_journal *j, uint64_t generation)
{
	return (off_t)(j->file_at + (generation & 1) * JOURNAL_AREA_BYTES);
}

/* A frame is of its generation and place: none stands for another. */
static struct str
aad_of(uint64_t generation, size_t at, char aad[AAD_BYTES])
{
	memcpy(aad, MAGIC, sizeof MAGIC);
	for (size_t i = 0; i < 8; i++) {
		aad[sizeof MAGIC + i] = (char)(unsigned char)(generation >> (8 * (7 - i)));
		aad[sizeof MAGIC + 8 + i] = (char)(unsigned char)((uint64_t)at >> (8 * (7 - i)));
	}
	return (struct str){aad, AAD_BYTES};
}

static bool
write_frame(struct keeper_journal *j, uint64_t generation, size_t *at, const struct keys_owed *owed,
	    size_t n)
{
	size_t sealed = n * OWED_BYTES + ENVELOPE_OVERHEAD;
	char aad[AAD_BYTES];
	struct buf plain, out;

	if (*at + FRAME_HEAD + sealed > JOURNAL_AREA_BYTES)
		return false;
	arena_reset(j->arena);
	buf_init(&plain, j->arena);
	buf_init(&out, j->arena);
	for (size_t i = 0; i < n; i++) {
		buf_add_bytes(&plain, owed[i].actor.b, sizeof owed[i].actor.b);
		buf_add_bytes(&plain, owed[i].record.b, sizeof owed[i].record.b);
		buf_add_u64(&plain, (uint64_t)owed[i].time_ms);
	}
	buf_add_u64(&out, generation);
	buf_add_u32(&out, (uint32_t)sealed);
	envelope_seal_with(&j->key, aad_of(generation, *at, aad), buf_str(&plain), &out);
	if (pwrite(j->fd, out.p, out.n, area_of(j, generation) + (off_t)*at) != (ssize_t)out.n)
		return false;
	*at += out.n;
	return true;
}

bool
journal_begin(struct keeper_journal *j, uint64_t generation, const struct keys_owed *owed, size_t n)
{
	j->next_generation = generation;
	j->next_at = 0;
	return write_frame(j, generation, &j->next_at, owed, n);
}

void
journal_began(struct keeper_journal *j)
{
	j->generation = j->next_generation;
	j->at = j->next_at;
}

bool
journal_add(struct keeper_journal *j, const struct keys_owed *owed, size_t n)
{
	return j->generation > 0 && write_frame(j, j->generation, &j->at, owed, n);
}

static void
keep(struct keeper_journal *j, struct keywire_reader *r)
{
	if (j->loaded_n == j->loaded_cap) {
		j->loaded_cap = j->loaded_cap * 2 + 256;
		j->loaded = heap_grow(j->loaded, j->loaded_cap * sizeof *j->loaded);
	}
	j->loaded[j->loaded_n].actor = keywire_take_id(r);
	j->loaded[j->loaded_n].record = keywire_take_id(r);
	j->loaded[j->loaded_n++].time_ms = (int64_t)keywire_take_be(r, 8);
}

/* Whole frames of one generation; what follows them is of an earlier use of the area, or torn. */
static uint64_t
load_area(struct keeper_journal *j, uint64_t area, uint64_t from)
{
	struct arena *a = arena_new(0);
	char *bytes = arena_bytes(a, JOURNAL_AREA_BYTES), aad[AAD_BYTES];
	ssize_t got = pread(j->fd, bytes, JOURNAL_AREA_BYTES, area_of(j, area));
	struct keywire_reader r = {.rest = {bytes, got > 0 ? (size_t)got : 0}};
	uint64_t generation = 0;

	for (;;) {
		size_t at = (size_t)(r.rest.p - bytes);
		uint64_t of = keywire_take_be(&r, 8);
		struct str sealed = keywire_take_text(&r);
		struct buf plain;

		buf_init(&plain, a);
		if (r.bad || of < from || of == 0 || (of & 1) != area ||
		    (generation > 0 && of != generation) ||
		    envelope_open_with(&j->key, aad_of(of, at, aad), sealed, &plain, NULL) != RC_OK)
			break;
		generation = of;
		for (struct keywire_reader in = {.rest = buf_str(&plain)}; in.rest.n >= OWED_BYTES;)
			keep(j, &in);
	}
	arena_free(a);
	return generation;
}

uint64_t
journal_load(struct keeper_journal *j, uint64_t from, const struct keys_owed **out, size_t *n)
{
	uint64_t greatest = from;

	j->loaded_n = 0;
	for (uint64_t area = 0; area < 2; area++) {
		uint64_t generation = load_area(j, area, from);

		if (generation > greatest)
			greatest = generation;
	}
	*out = j->loaded;
	*n = j->loaded_n;
	return greatest;
}
