#ifndef LINK_ADVERTS_CORPUS_H
#define LINK_ADVERTS_CORPUS_H

#include <stdio.h>

#include "base/rc.h"
#include "link/adverts/contact.h"

/*
 * corpus: adverts as they are compared: the set of their words and neighbouring words (shingles),
 * contacts and numbers taken out, and the contacts. Adverts stand in the order of what they say,
 * so that neither ids nor the order of the file has a say in what comes out.
 */
struct advert {
	struct str id, text;
	uint64_t said; /* a hash of the words in their order */
	uint32_t row;  /* in the file, from 0 */
	uint32_t feature_n, contact_n;
	const uint32_t *feature; /* sorted hashes */
	uint8_t *weight;	 /* of each: eighths of a bit */
	uint32_t *contact;	 /* numbers in corpus.contacts */
	uint64_t total;		 /* of the weights */
};

struct advert_contact {
	enum contact_kind kind;
	struct str key;
	bool is_freephone, is_helper;
	bool is_hub; /* ties what has nothing else in common: found when groups are made */
	uint32_t advert_n;
};

struct corpus {
	struct arena *arena;
	struct advert *advert;
	size_t n, skipped;
	struct advert_contact *contact;
	size_t contact_n;
	/* Adverts that have a contact: contact_at[i] to contact_at[i + 1] of contact_of. */
	uint32_t *contact_at, *contact_of;
	/* How many different texts have a shingle, by its hash >> shift. */
	uint32_t *shared;
	size_t shared_n;
	unsigned shift;
	uint64_t common;	      /* eighths of a bit that any two may share */
	struct arena *part_arena[64]; /* what the threads took */
	unsigned part_arena_n;
};

#define ADVERTS_MAX ((size_t)1 << 24)
#define ADVERTS_THREADS_MAX 64

/*
 * Read a file with the columns id and text; "-" is standard input. helpers: a CSV file whose
 * cells are contacts of registered helpers, or NULL: they are taken out as if nobody had written
 * them. Lines that cannot be read are told on diag by number, skipped and counted. RC_ABSENT: a
 * file is not there. RC_INVALID: it has no such columns. RC_TOO_LARGE: over ADVERTS_MAX rows.
 */
MUST_USE enum rc corpus_read(struct arena *a, const char *path, const char *helpers,
			     unsigned threads, FILE *diag, struct corpus *out, struct err *err);
/* The rest goes with the arena. */
void corpus_close(struct corpus *c);

/* How much of what two adverts say is the same, weighed by rarity: 0 to 1. */
double corpus_alike(const struct corpus *c, size_t a, size_t b);
/* Contacts of both, of which neither is a hub, a helper's or free to call. */
size_t corpus_shared_contacts(const struct corpus *c, size_t a, size_t b);

/* Run work(c, part, of) for each part, each in a thread of its own. */
void corpus_parts(unsigned threads, void (*work)(void *context, unsigned part, unsigned of),
		  void *context);

#endif
