#ifndef MATCH_LINKAGE_FELLEGI_H
#define MATCH_LINKAGE_FELLEGI_H

#include "match/linkage/block.h"

/*
 * fellegi: what each level of each field is worth (Fellegi and Sunter, A Theory for Record
 * Linkage, JASA 1969), found from the files alone. u, how often two strangers agree so, is
 * measured on all values (the same) and on random pairs (the rest); the rest by expectation and
 * maximisation over counted patterns. The same value counts by how rare it is.
 *
 * Two rows that agree are not one person or strangers alone: people of one home share a family
 * name, an address and a telephone, people of one place a town and its postcode. So there are
 * three ways to agree, each with its levels and its share of all pairs, and what speaks for one
 * of the others speaks against one person.
 */
enum link_way {
	LINK_ONE,  /* one person */
	LINK_HOME, /* two people of one home or family */
	LINK_AREA, /* two people of one place */
	LINK_WAY_COUNT
};

struct link_weights {
	size_t field_n;
	double u[LINK_FIELD_COUNT][LINK_LEVEL_COUNT];
	double m[LINK_WAY_COUNT][LINK_FIELD_COUNT][LINK_LEVEL_COUNT];
	double bits[LINK_WAY_COUNT][LINK_FIELD_COUNT][LINK_LEVEL_COUNT]; /* log2(m / u) */
	double prior[LINK_WAY_COUNT];  /* bits before anything is compared, against strangers */
	double pairs[LINK_WAY_COUNT];  /* how many are expected */
	float *rare[LINK_FIELD_COUNT]; /* by value: bits to add where both are the same */
	int rounds;
};

/* keys: those that found the pairs. */
void link_weights_find(struct arena *a, const struct link_tables *t, const struct link_keys *keys,
		       const struct link_pairs *pairs, struct link_weights *out);

/* For one person, against everything else. */
double link_bits(const struct link_weights *w, const struct link_tables *t, size_t left,
		 size_t right, uint64_t pattern);
double link_probability(double bits);
/* The sum of a pattern in each way, against strangers, without rarity; and one person's against
 * strangers and the other ways together. */
void link_ways_bits(const struct link_weights *w, uint64_t pattern, double out[LINK_WAY_COUNT]);
double link_against_all(const double bits[LINK_WAY_COUNT]);

/* The pieces of link_bits; they sum to it. */
struct link_piece {
	size_t field; /* LINK_FIELD_COUNT: none */
	const char *what, *note;
	double bits;
};
#define LINK_PIECES_MAX (LINK_FIELD_COUNT + 2)
size_t link_explain(const struct link_weights *w, const struct link_tables *t, size_t left,
		    size_t right, struct link_piece out[LINK_PIECES_MAX]);

/* Which fields people of one home, or place, share; what is said of a level before anything is
 * seen (ways.c). */
bool link_way_shares(enum link_way way, enum link_field field);
void link_way_begin(const struct link_tables *t, struct link_weights *w);

#endif
