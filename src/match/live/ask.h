#ifndef MATCH_LIVE_ASK_H
#define MATCH_LIVE_ASK_H

#include "match/cleared.h"
#include "match/listed.h"
#include "serve/request.h"

struct json_out;

/*
 * ask: one person asked about, as any route of this folder does it. The first line is told that a
 * second check is needed, and neither list, reason nor score (rights.md, Cases); whoever decides on
 * alerts sees the hits on listings that they may know of. One leaf a question.
 */
struct asked {
	/* Somebody not cleared is listed with LISTED_LINE or more, whoever may know of it. */
	bool second_check;
	bool name_not_compared; /* no name of it says anything: identifiers alone were asked */
	/* Of each hit, whether people decided that it is somebody else (match/cleared.h). */
	struct {
		struct cleared *at;
		size_t n, cap;
	} cleared;
	struct listed_hits hits; /* those that this asker may know of; none for the first line */
};

/* Does the asker see more than that a second check is needed? */
bool ask_sees_hits(const struct request *rq);

/* Several questions of one request: begin, ask each, end with the leaf. */
struct asking {
	struct request *rq;
	struct id list;	  /* zero: all */
	struct id person; /* zero: no person of ours whom the next question is about */
	struct {
		struct id *at;
		size_t n, cap;
	} about;
};
/* list: text of an id, "default", or empty for all. RC_ABSENT: no such list that one may know of.
 */
MUST_USE enum rc ask_begin(struct request *rq, struct str list, struct asking *out,
			   struct err *err);
/* RC_INVALID: it has neither an identifier nor a name that says anything (match/screening/said.h).
 */
MUST_USE enum rc ask_one(struct asking *a, const struct screen_query *query, size_t limit,
			 double min_score, double threshold, struct asked *out, struct err *err);
/*
 * The next question is about this person of ours. text: an id, or empty. of_others: it may as well
 * be some other thing that the asker knows them by, which says nothing here. RC_ABSENT: else,
 * unless it is a person that one may know of.
 */
MUST_USE enum rc ask_person(struct asking *a, struct str text, bool of_others, struct err *err);
/*
 * A hit's clearing, as an object: whether it holds, until when (null: for good), and by which
 * record, where the asker may know of that.
 */
MUST_USE enum rc ask_write_cleared(const struct asking *a, const struct cleared *c,
				   struct json_out *out, struct err *err);
MUST_USE enum rc ask_end(struct asking *a, struct err *err);

/* Texts of a member that is one text or a list of them, at most max, of at most 1,000 bytes each.
 */
MUST_USE enum rc ask_texts(struct request *rq, json_t *o, const char *key, size_t max,
			   struct str_list *out, struct err *err);
/* A member that is a probability, from least to 1; standard when it is not there. */
MUST_USE enum rc ask_probability(json_t *o, const char *key, double standard, double least,
				 double *out, struct err *err);

#endif
