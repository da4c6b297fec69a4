#ifndef TEXT_NAME_DATA_H
#define TEXT_NAME_DATA_H

#include "base/str.h"

/*
 * name_data: what is known of names beforehand: how many people bear one, and which given names
 * are one name. For keys (text/token.h). Two binary searches at most; nothing is allocated; any
 * thread. Sources: tools/names/.
 */

/*
 * Share of people who bear this as a given or family name, 0..1, in the country or language that
 * uses it most: "nguyen" 0.38, of Vietnamese. Known down to 0.00001; 0: rarer, or not known.
 */
double name_share(struct str key);

#define NAME_CLASSES_MAX 3

/* The classes a name is in: "sasha" is a short form in those of Aleksandr and Aleksandra. */
struct name_class {
	unsigned char n;
	bool is_short[NAME_CLASSES_MAX];   /* a short or pet form there */
	uint16_t number[NAME_CLASSES_MAX]; /* 1 and up; of this build, not to be kept */
};

struct name_class name_class(struct str key);

enum name_kinship {
	NAME_OTHER,  /* no class in common */
	NAME_SHORT,  /* one class; at least one is a short form: bill and william */
	NAME_VARIANT /* one class, both whole: giuseppe and yusuf; also two equal keys */
};

/* How two names are one; the closest of their classes. */
enum name_kinship name_kinship(struct str a, struct str b);

#endif
