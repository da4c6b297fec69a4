#ifndef MATCH_SCREENING_GATHER_H
#define MATCH_SCREENING_GATHER_H

#include "match/screening/neighbours.h"
#include "match/screening/score.h"

/*
 * gather: which of the listed names may be meant by one asked name, best first, without
 * comparing all of them. Names gather bits from the words they share with the question,
 * rare words first; once no name can come in by what is left, the rest only adds to those
 * that are in. A name stands first of all under its rarer words (segment.h): one that shares
 * nothing with the question but its commonest word is only looked at when there is too little else.
 * Those with most are looked at again, part by part (estimate.h). One per worker.
 */
struct gather;
struct estimate;

struct candidate {
	uint32_t name; /* through all parts */
	float bits;    /* what the score will say, nearly */
};

struct gather *gather_new(void);
void gather_free(struct gather *g);

/*
 * What the words of one asked name lead to: a view of the question for the two below. Fills
 * asked->crowd and asked->rarity. After neighbours_begin; lives until the next of it.
 */
#define GATHER_TERMS_MAX ((size_t)NAME_TOKENS_MAX * WORD_JOINED_MAX)
struct gather_question {
	const struct asked_name *asked;
	uint64_t serial; /* no two questions to one worker have the same, none has 0 */
	struct gather_term {
		const struct neighbourhood *near;
		unsigned char first, n; /* parts of the asked name that it stands for */
		float credit;		/* bits that a name without it has to do without */
	} terms[GATHER_TERMS_MAX];	/* fewest postings first */
	size_t term_n;
	float most;			 /* of all terms together */
	float missing[NAME_TOKENS_MAX];	 /* what it costs that a part has no counterpart */
	uint32_t twice[NAME_TOKENS_MAX]; /* other parts with the same key */
	uint32_t strong, initial;	 /* parts that are names; that are one letter */
};
void gather_ask(const struct screen_index *index, struct neighbours *n, struct asked_name *asked,
		uint64_t serial, struct gather_question *out);

/*
 * At most GATHER_MAX candidates, best first; returns how many. Those that stand more than
 * `slack` bits behind the `wanted` best may be left out.
 */
#define GATHER_MAX 192
size_t gather_find(struct gather *g, struct estimate *e, const struct screen_index *index,
		   const struct gather_question *q, size_t wanted, float slack,
		   struct candidate out[GATHER_MAX]);

#endif
