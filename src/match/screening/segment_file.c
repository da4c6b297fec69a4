#include "match/screening/segment_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "match/screening/segment_check.h"
#include "match/screening/word_flat.h"
#include "seal/hash.h"
#include "text/token.h"
#include "text/translit.h"

#define AGAIN "make it again with: liaison match index --list LIST --out FILE"

static const void *
part_at(const struct segment_head *head, size_t part)
{
	return (const char *)head + head->parts[part].at;
}

static void
hash_part(const struct segment_head *head, size_t part, struct hash *out)
{
	sha256((struct str){part_at(head, part), segment_aligned(head->parts[part].bytes)}, out);
}

static void
hash_head(const struct segment_head *head, struct hash *out)
{
	sha256((struct str){(const char *)head, offsetof(struct segment_head, hash)}, out);
}

enum rc
segment_normaliser(uint32_t *out, struct err *err)
{
	static const char *const names[] = {
	    "Dr. Vladislav Semyonovich KORZHAKOV",
	    "Владислав Коржаков",
	    "عبد الرحمن الزهراني",
	    "유나 김철수",
	    "Abdulrahman AL-ZAHRANI",
	    "习近平 李明",
	    "Şükrü Öztürk",
	    "Καποδίστριας",
	    "S.A. Müller-Weiß GmbH",
	    "יצחק רבין",
	};
	struct translit *translit;
	struct arena *a;
	struct sha256 running;
	struct hash hash;
	enum rc rc = translit_open(&translit, err);

	if (rc != RC_OK)
		return rc;
	a = arena_new(0);
	sha256_init(&running);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct name_tokens tokens;
		struct word words[NAME_TOKENS_MAX];
		unsigned char flat[WORD_FLAT_MAX];

		token_split(translit, a, str_from(names[i]), &tokens);
		words_make(a, &tokens, words);
		for (size_t k = 0; k < tokens.n; k++)
			sha256_add(&running, flat, word_flatten(&words[k], flat));
	}
	sha256_end(&running, &hash);
	*out = (uint32_t)hash.b[0] | (uint32_t)hash.b[1] << 8 | (uint32_t)hash.b[2] << 16 |
	       (uint32_t)hash.b[3] << 24;
	arena_free(a);
	translit_close(translit);
	return RC_OK;
}

bool
segment_is_file(const char *path)
{
	uint64_t magic = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is = fd >= 0 && read(fd, &magic, sizeof magic) == sizeof magic;

	if (fd >= 0)
		close(fd);
	return is && magic == SEGMENT_MAGIC;
}

static bool
write_all(int fd, const void *from, size_t n)
{
	for (const char *p = from; n > 0;) {
		ssize_t wrote = write(fd, p, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		p += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

enum rc
segment_save(const struct segment *s, const char *path, struct err *err)
{
	struct arena *a = arena_new(0);
	size_t head_bytes = s->head->parts[0].at;
	struct segment_head *head = arena_zeroed(a, head_bytes);
	char *beside = str_z(a, str_fmt(a, "%s.new", path));
	struct hash hash;
	bool good;
	enum rc rc;
	int fd;

	memcpy(head, s->head, sizeof *head);
	if ((rc = segment_normaliser(&head->keys, err)) != RC_OK) {
		arena_free(a);
		return rc;
	}
	for (size_t i = 0; i < SEGMENT_PARTS; i++) {
		hash_part(s->head, i, &hash);
		memcpy(head->parts[i].hash, hash.b, HASH_BYTES);
	}
	hash_head(head, &hash);
	memcpy(head->hash, hash.b, HASH_BYTES);
	(void)unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	good = fd >= 0 && write_all(fd, head, head_bytes) &&
	       write_all(fd, (const char *)s->head + head_bytes, s->head->bytes - head_bytes) &&
	       fsync(fd) == 0;
	if (fd >= 0)
		good = close(fd) == 0 && good;
	good = good && rename(beside, path) == 0;
	if (!good) {
		(void)unlink(beside);
		rc = fail(err, RC_UNAVAILABLE, "out", "the index \"%s\" cannot be written", path);
	}
	arena_free(a);
	return rc;
}

static enum rc
refuse(struct err *err, const char *name, const char *why)
{
	return fail(err, RC_INVALID, "list", "the index \"%s\" %s; " AGAIN, name, why);
}

/* Parts one behind the other, in their order, each at its place, up to the end. */
static bool
parts_fit(const struct segment_head *head, size_t bytes)
{
	uint64_t at = segment_aligned(sizeof *head);

	for (size_t i = 0; i < SEGMENT_PARTS; i++) {
		if (head->parts[i].at != at || at > bytes || head->parts[i].bytes > bytes - at ||
		    segment_aligned(head->parts[i].bytes) > bytes - at)
			return false;
		at += segment_aligned(head->parts[i].bytes);
	}
	for (size_t i = sizeof *head; i < segment_aligned(sizeof *head); i++)
		if (((const char *)head)[i] != 0)
			return false;
	return at == bytes;
}

bool
segment_sign(void *memory, size_t bytes)
{
	struct segment_head *head = memory;
	struct hash hash;

	if (bytes < sizeof *head || !parts_fit(head, bytes))
		return false;
	for (size_t i = 0; i < SEGMENT_PARTS; i++) {
		hash_part(head, i, &hash);
		memcpy(head->parts[i].hash, hash.b, HASH_BYTES);
	}
	hash_head(head, &hash);
	memcpy(head->hash, hash.b, HASH_BYTES);
	return true;
}

enum rc
segment_read(const void *memory, size_t bytes, const char *name, uint32_t normaliser,
	     struct segment *out, struct err *err)
{
	const struct segment_head *head = memory;
	struct hash hash;

	if (bytes < sizeof head->magic || head->magic != SEGMENT_MAGIC)
		return refuse(err, name, "is none");
	if (bytes < sizeof *head)
		return refuse(err, name, "is cut off");
	if (head->version != SEGMENT_VERSION)
		return refuse(err, name, "was made by another version of this program");
	hash_head(head, &hash);
	if (memcmp(hash.b, head->hash, HASH_BYTES) != 0)
		return refuse(err, name, "is damaged at its beginning");
	if (head->bytes != bytes)
		return refuse(err, name, head->bytes > bytes ? "is cut off" : "is too long");
	if (!parts_fit(head, bytes))
		return refuse(err, name, "is damaged at its beginning");
	for (size_t i = 0; i < SEGMENT_PARTS; i++) {
		hash_part(head, i, &hash);
		if (memcmp(hash.b, head->parts[i].hash, HASH_BYTES) != 0)
			return refuse(err, name, "is damaged");
	}
	if (head->keys != normaliser)
		return refuse(err, name, "was made by a version that reads names otherwise");
	if (!segment_check_sizes(head))
		return refuse(err, name, "holds what does not fit together");
	segment_view(head, out);
	if (!segment_check_content(out))
		return refuse(err, name, "holds what does not fit together");
	return RC_OK;
}

enum rc
segment_load(const char *path, struct segment *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint32_t normaliser = 0;
	struct stat st;
	void *memory;
	enum rc rc;

	if (fd < 0)
		return fail(err, RC_ABSENT, "list", "the file \"%s\" cannot be opened", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < (off_t)sizeof(struct segment_head)) {
		close(fd);
		return refuse(err, path, "is cut off");
	}
	memory = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (memory == MAP_FAILED)
		return fail(err, RC_UNAVAILABLE, "list", "the file \"%s\" cannot be mapped", path);
	rc = segment_normaliser(&normaliser, err);
	if (rc == RC_OK)
		rc = segment_read(memory, (size_t)st.st_size, path, normaliser, out, err);
	if (rc != RC_OK)
		munmap(memory, (size_t)st.st_size);
	return rc;
}
