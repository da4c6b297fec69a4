#ifndef TEXT_COMPOUND_H
#define TEXT_COMPOUND_H

#include "base/str.h"

/*
 * compound: names of Arabic make in Latin letters, written joined, as the parts they have in
 * Arabic: "abdurrahman" abd al rahman, "hidayatullah" hidayat allah, "shamsuddin" shams al din,
 * "abulfazl" abu al fazl. So joined and apart, and either script, compare part by part.
 */
struct compound_part {
	struct str key;	 /* a view into the key given, or constant */
	size_t from, to; /* the bytes of the key it stands for */
};

#define COMPOUND_PARTS_MAX 4

/* Returns how many parts; 0: the key is none of these. */
size_t compound_cut(struct str key, struct compound_part out[COMPOUND_PARTS_MAX]);

/*
 * The key is the article in one of its forms before this next key: "el", "ul", or with the next
 * word's first letter ("ar" before "rahman", "ush" before "shaykh").
 */
bool compound_is_article(struct str key, struct str next);

#endif
