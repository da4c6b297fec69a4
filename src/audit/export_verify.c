#include "audit/export.h"

#include <errno.h>

#include "audit/leaf.h"
#include "base/arena.h"
#include "base/hex.h"
#include "seal/checkpoint.h"
#include "seal/merkle.h"
#include "seal/note.h"

#define LINE_BYTES_MAX (AUDIT_LEAF_BYTES_MAX / 3 * 4 + 256)
#define NOTE_LINES_MAX 128

struct reader {
	FILE *in;
	struct arena *keep, *scratch; /* scratch: of one line */
	char *buffer;
	long line;
	struct note_key key;
	struct note note;
	struct checkpoint checkpoint;
	long note_line; /* where the checkpoint starts */
	struct merkle_range range;
};

static enum rc
damaged(long line, const char *why, struct err *err)
{
	return fail_at(err, RC_INTEGRITY, "", line, 0, "", "%s", why);
}

/* The next line with its newline. A line without one is cut off or foreign. */
static enum rc
next_line(struct reader *r, struct str *out, struct err *err)
{
	size_t n = 0;
	int c = EOF;

	r->line++;
	while (n < LINE_BYTES_MAX && (c = getc_unlocked(r->in)) != EOF) {
		r->buffer[n++] = (char)c;
		if (c == '\n')
			break;
	}
	if (ferror(r->in) != 0)
		return fail(err, RC_UNAVAILABLE, "", "reading the export: %s", strerror(errno));
	if (c != '\n')
		return damaged(r->line, n == 0 ? "the export is cut off" : "this line is damaged",
			       err);
	*out = (struct str){r->buffer, n};
	return RC_OK;
}

static enum rc
read_key(struct reader *r, struct str vkey, struct err *err)
{
	struct str line, own;
	enum rc rc = next_line(r, &line, err);

	if (rc != RC_OK || !str_eq(line, STR("liaison audit export v1\n")))
		return rc == RC_UNAVAILABLE
			   ? rc
			   : fail_at(err, RC_INVALID, "", 1, 0, "", "this is no export of a log");
	if ((rc = next_line(r, &line, err)) != RC_OK)
		return rc;
	own = str_copy(r->keep, str_sub(line, 5, line.n - 1));
	if (!str_starts(line, STR("vkey ")) || note_key_parse(r->keep, own, &r->key, NULL) != RC_OK)
		return damaged(2, "the verifier key is damaged", err);
	if (vkey.n == 0 || str_eq(vkey, own))
		return RC_OK;
	if ((rc = note_key_parse(r->keep, vkey, &r->key, err)) != RC_OK)
		return rc;
	return damaged(2, "the verifier key is not the one known elsewhere", err);
}

/* The note runs up to the second empty line. Nothing is verified yet. */
static enum rc
read_note(struct reader *r, struct err *err)
{
	struct err why = {.rc = RC_OK};
	struct buf bytes;
	struct str line;
	int empty = 0;
	enum rc rc;

	buf_init(&bytes, r->keep);
	r->note_line = r->line + 1;
	for (;;) {
		if ((rc = next_line(r, &line, err)) != RC_OK)
			return rc;
		if (line.n == 1 && ++empty == 2)
			break;
		buf_add(&bytes, line);
		if (r->line - r->note_line > NOTE_LINES_MAX || bytes.n > NOTE_BYTES_MAX)
			return damaged(r->note_line, "the checkpoint does not end", err);
	}
	rc = note_parse(r->keep, str_copy(r->keep, buf_str(&bytes)), &r->note, &why);
	if (rc == RC_OK)
		rc = checkpoint_parse(r->keep, r->note.text, &r->checkpoint, &why);
	if (rc != RC_OK)
		return damaged(r->note_line + (why.line > 0 ? why.line - 1 : 0), why.text, err);
	return RC_OK;
}

/* "index leaf hash" */
static enum rc
take_leaf(struct reader *r, struct str line, struct err *err)
{
	struct audit_leaf_row row;
	struct str rest = str_sub(line, 0, line.n - 1), number = str_cut(&rest, ' ');
	struct str leaf = str_cut(&rest, ' '), bytes, stored;
	struct hash hash, said;

	arena_reset(r->scratch);
	if (!str_eq(number, str_fmt(r->scratch, "%llu", (unsigned long long)r->range.size)))
		return damaged(r->line, "this is not the leaf whose turn it is", err);
	if (rest.p == NULL || !base64_parse(r->scratch, leaf, &bytes) ||
	    !base64_parse(r->scratch, rest, &stored) || !hash_from(stored, &said))
		return damaged(r->line, "this line holds no leaf", err);
	merkle_leaf(bytes, &hash);
	if (!hash_eq(&hash, &said) || audit_leaf_decode(bytes, &row, NULL) != RC_OK ||
	    (uint64_t)row.index != r->range.size)
		return damaged(r->line, "this leaf is not what was logged", err);
	merkle_append(&r->range, &hash);
	return RC_OK;
}

static enum rc
read_leaves(struct reader *r, struct err *err)
{
	struct str line;
	enum rc rc;

	while (r->range.size < r->checkpoint.size) {
		if ((rc = next_line(r, &line, err)) != RC_OK)
			return rc;
		/* Fewer leaves than the checkpoint says: which of the two lies, the end tells. */
		if (str_starts(line, STR("end ")))
			break;
		if ((rc = take_leaf(r, line, err)) != RC_OK)
			return rc;
	}
	if (r->range.size == r->checkpoint.size && (rc = next_line(r, &line, err)) != RC_OK)
		return rc;
	if (str_eq(line, str_fmt(r->keep, "end %llu\n", (unsigned long long)r->range.size))) {
		if (r->range.size != r->checkpoint.size)
			return damaged(r->note_line + 1, "the checkpoint is of another size", err);
		if (getc(r->in) != EOF)
			return damaged(r->line + 1, "something follows the end", err);
		return RC_OK;
	}
	/* A leaf in its turn where the end should be: the checkpoint's size was made smaller. */
	if (!str_starts(line, STR("end ")) && take_leaf(r, line, NULL) == RC_OK)
		return damaged(r->note_line + 1, "the checkpoint is of another size", err);
	return damaged(r->line, "the end is not what was written", err);
}

/* The signature last: when the rest fits the leaves, the signature itself is at fault. */
static enum rc
check_root(struct reader *r, struct hash *root, struct err *err)
{
	struct err why = {.rc = RC_OK};
	long text_lines = 0;

	merkle_root(&r->range, root);
	if (!hash_eq(root, &r->checkpoint.root))
		return damaged(r->note_line + 2, "the checkpoint's root is not that of the leaves",
			       err);
	if (!str_eq(r->checkpoint.origin, r->key.name))
		return damaged(r->note_line, "the checkpoint is of another log", err);
	for (size_t i = 0; i < r->note.text.n; i++)
		text_lines += r->note.text.p[i] == '\n';
	if (note_verify(&r->note, &r->key, 1, &why) != RC_OK)
		return damaged(r->note_line + text_lines + 1, why.text, err);
	return RC_OK;
}

enum rc
audit_export_verify(FILE *in, struct str vkey, struct audit_export_report *report, struct err *err)
{
	struct reader r = {.in = in, .keep = arena_new(16u << 20), .scratch = arena_new(16u << 20)};
	struct hash root;
	enum rc rc;

	r.buffer = arena_bytes(r.keep, LINE_BYTES_MAX);
	if ((rc = read_key(&r, vkey, err)) == RC_OK && (rc = read_note(&r, err)) == RC_OK &&
	    (rc = read_leaves(&r, err)) == RC_OK)
		rc = check_root(&r, &root, err);
	if (rc == RC_OK && report != NULL) {
		*report =
		    (struct audit_export_report){.leaves = (int64_t)r.range.size, .root = root};
		(void)snprintf(report->origin, sizeof report->origin, "%.*s",
			       STR_ARG(r.checkpoint.origin));
	}
	arena_free(r.keep);
	arena_free(r.scratch);
	return rc;
}
