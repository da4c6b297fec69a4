#ifndef AUDIT_KEEPER_JOURNAL_H
#define AUDIT_KEEPER_JOURNAL_H

#include "base/rc.h"
#include "seal/keys_process.h"

/*
 * keeper_journal: what the key process has opened and no leaf has named yet, written before the
 * keys leave it, so that ending it by force hides none. It lies in keys.state behind the two
 * places of keeper_log, in two areas. One is appended to, a sealed frame for what was opened
 * together; when the state is written, or the area is full, the other begins anew with all that
 * is owed then. What a leaf paid since stays in it until then, and is paid again by that leaf
 * when the file is read, since the state knows of no later leaf.
 *
 * It is not synced by itself: a process that is killed loses nothing, a power cut what the last
 * ten seconds opened.
 */
struct keeper_journal;

#define KEEPER_OWED_KEPT 20000 /* so many are kept; no more are ever owed at once */
#define JOURNAL_AREA_BYTES ((size_t)1 << 20)
#define JOURNAL_BYTES (2 * JOURNAL_AREA_BYTES)

/* From `at` of the file on; fd stays the caller's. */
struct keeper_journal *journal_new(int fd, uint64_t at, const unsigned char key[DATA_KEY_BYTES]);
/* Wipes the key. NULL does nothing. */
void journal_free(struct keeper_journal *j);

/*
 * What is in it of this generation and later ones; *out is the journal's. It gives the greatest
 * generation there, or `from`: the next one is to be greater.
 */
uint64_t journal_load(struct keeper_journal *j, uint64_t from, const struct keys_owed **out,
		      size_t *n);
/* All that is owed, in the area that is not in use. That one is in use from journal_began on. */
MUST_USE bool journal_begin(struct keeper_journal *j, uint64_t generation,
			    const struct keys_owed *owed, size_t n);
void journal_began(struct keeper_journal *j);
/* False: no room, nothing was begun yet, or the disk refuses: begin anew. */
MUST_USE bool journal_add(struct keeper_journal *j, const struct keys_owed *owed, size_t n);

#endif
