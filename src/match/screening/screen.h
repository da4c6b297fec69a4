#ifndef MATCH_SCREENING_SCREEN_H
#define MATCH_SCREENING_SCREEN_H

#include "base/rc.h"
#include "base/vec.h"

/*
 * screen: a person (or organisation) asked about, against a list, as a score in bits: each
 * piece of evidence adds log2(P(seen | the same) / P(seen | others)), a logistic makes it a
 * probability. The explanation is the list of those pieces and sums to the bits. A score is
 * a reason to look, never a decision about a person (rights.md).
 *
 * The index is immutable: any number of workers ask it at once. A worker (scratch memory and
 * transliterators) belongs to one thread. The same question gives the same answer everywhere.
 */
struct screen_index;
struct screen_worker;

/* One listed person, organisation or vessel. Dates as EDTF; ids are any identifiers. */
struct screen_entry {
	struct str id, type; /* type: person, organisation, vessel ... or empty */
	struct str_list names, dobs, countries, ids;
};

/* What is asked. Empty views where not known. */
struct screen_query {
	const struct str *names; /* the first SCREEN_QUERY_NAMES are read */
	size_t name_count;
	struct str dob, country, type;
	const struct str *ids;
	size_t id_count;
};
#define SCREEN_QUERY_NAMES 16

struct screen_hit {
	size_t entry; /* index into the entries given to screen_index_new */
	struct str entry_id;
	struct str name; /* the listed name that fits best; lives with the index */
	double bits;
	double score; /* probability, 0..1 */
};

/* One piece of evidence; the names of what: screen_what_name(). */
enum screen_what {
	SCREEN_WHAT_PRIOR,     /* most of whom one asks about are not listed */
	SCREEN_WHAT_TOKEN,     /* two parts of the names fit: left asked, right listed */
	SCREEN_WHAT_TOGETHER,  /* parts that often come together say less than each alone */
	SCREEN_WHAT_UNMATCHED, /* a part that has no counterpart */
	SCREEN_WHAT_INITIAL,
	SCREEN_WHAT_DOB,
	SCREEN_WHAT_COUNTRY,
	SCREEN_WHAT_TYPE,
	SCREEN_WHAT_IDENTIFIER,
	SCREEN_WHAT_GUARD, /* weak names do not let other evidence lift them */
	SCREEN_WHAT_COUNT
};

struct screen_reason {
	enum screen_what what;
	struct str left, right; /* as written by the asker and in the list */
	const char *note;	/* "same", "swapped day and month", "similar" ... never NULL */
	double bits;
};

#define SCREEN_REASONS_MAX 96
struct screen_explanation {
	struct screen_reason at[SCREEN_REASONS_MAX];
	size_t n;
	double bits;  /* the sum over at[] */
	double score; /* screen_probability(bits) */
};

/*
 * Build an index; the entries are copied and may go. Unusable dates and names without
 * letters are left out (counted by screen_index_skipped).
 * RC_TOO_LARGE: more than 2^31 names. RC_FAILED: no transliterator.
 */
MUST_USE enum rc screen_index_new(const struct screen_entry *entries, size_t n,
				  struct screen_index **out, struct err *err);

/*
 * The same from a file that screen_index_save wrote of a public list, mapped: nothing is read
 * twice, and all processes share the memory. Rc values and texts: segment_load.
 */
MUST_USE enum rc screen_index_open(const char *path, struct screen_index **out, struct err *err);

/* Write an index that screen_index_new made (public lists only). RC_UNAVAILABLE: it cannot be. */
MUST_USE enum rc screen_index_save(const struct screen_index *index, const char *path,
				   struct err *err);

/*
 * Several indexes searched as one: entries are numbered in their order, shares are of all. They
 * lend what they hold and may be freed. RC_TOO_LARGE: more than eight, or too many names.
 */
MUST_USE enum rc screen_index_join(const struct screen_index *const *from, size_t n,
				   struct screen_index **out, struct err *err);

/*
 * base with further entries, without building it again; entries of base whose id is in gone are
 * found no more (they may come in again among the new). What base was made of is shared. To change
 * the further ones, extend base again.
 */
MUST_USE enum rc screen_index_extend(const struct screen_index *base,
				     const struct screen_entry *entries, size_t n,
				     const struct str *gone, size_t gone_n,
				     struct screen_index **out, struct err *err);

/* One more owner, any thread; each ends with screen_index_free, the last one ends the index. */
void screen_index_hold(struct screen_index *index);
void screen_index_free(struct screen_index *index);
size_t screen_index_entries(const struct screen_index *index);
size_t screen_index_names(const struct screen_index *index);
/* Of memory or of the files it is mapped from. */
size_t screen_index_bytes(const struct screen_index *index);
size_t screen_index_skipped(const struct screen_index *index);

/* One per thread; fits any index. */
MUST_USE enum rc screen_worker_open(struct screen_worker **out, struct err *err);
void screen_worker_close(struct screen_worker *w);

/*
 * The best `limit` entries with score >= min_score, best first, equal scores by entry.
 * Returns how many were written to hits (at most limit).
 */
size_t screen_search(const struct screen_index *index, struct screen_worker *w,
		     const struct screen_query *query, size_t limit, double min_score,
		     struct screen_hit *hits);

/* Why: the pieces behind what screen_search says of this entry, views into query and index. */
void screen_explain(const struct screen_index *index, struct screen_worker *w,
		    const struct screen_query *query, size_t entry, struct screen_explanation *out);

/*
 * Two records against each other without a list (tokens weighed by a built-in table of
 * common names alone). Strings in out live as long as left and right.
 */
void screen_compare(struct screen_worker *w, const struct screen_query *left,
		    const struct screen_query *right, struct screen_explanation *out);

double screen_probability(double bits);
const char *screen_what_name(enum screen_what what);

/* The shipped threshold: `match pairs` and hits shown as such use score >= this. */
#define SCREEN_THRESHOLD 0.5

#endif
