#ifndef MATCH_SCREENING_NEIGHBOURS_H
#define MATCH_SCREENING_NEIGHBOURS_H

#include "match/screening/index.h"

/*
 * neighbours: the listed words like one that is asked about, and what each would bring. Kept
 * from question to question, as the same names come again and again; bounded. One per worker.
 */
struct neighbours;

struct neighbour {
	uint32_t word;	   /* through all parts */
	float bits, lacks; /* what finding it brings, what a name pays for whom it is not found */
	/* Its names, of that part: from posting on those that lead, from trailing those that trail.
	 */
	uint32_t part, posting, trailing, end;
	uint32_t common; /* index_common */
};

/* A listed name of which two or three neighbours, written as one, are like the word. */
struct neighbour_name {
	uint32_t name;
	float bits;
};

/*
 * The best that the first of these tokens, with one or two behind it, says as one; *n: how many it
 * took. 0: they are not like the word.
 */
double neighbours_joined(const struct index_part *part, const uint32_t *tokens, size_t left,
			 const struct word *asked, size_t *n);

struct neighbourhood {
	const struct neighbour *words; /* most bits first */
	const struct neighbour_name *names;
	size_t word_n, name_n;
	size_t walk_n;		  /* words whose names are worth a walk: the first so many */
	size_t postings;	  /* of all its words: names that lead */
	float most;		  /* bits of its best; 0 when it is empty */
	double crowd[WORD_APART]; /* as in struct asked_name */
	double rarity;		  /* of the word itself when it is listed; else less than 0 */
};

struct neighbours *neighbours_new(void);
void neighbours_free(struct neighbours *n);

/* What neighbours_find gave before may be forgotten now. */
void neighbours_begin(struct neighbours *n, const struct screen_index *index);

/*
 * joined: the word is two parts asked about, written as one; then only what may be joined is
 * looked for. Lives until the next neighbours_begin.
 */
const struct neighbourhood *neighbours_find(struct neighbours *n, const struct screen_index *index,
					    const struct word *asked, bool joined);

#endif
