#include "text/skeleton.h"

#include <string.h>

/*
 * Romanisations of one sound, longest first. The right side is the letter it folds to; 0 is
 * none. Sources: UNGEGN, ALA-LC, BGN/PCGN, and the French and English habits around them.
 */
struct fold {
	char from[5];
	unsigned char n;
	char to;
};

static const struct fold folds[] = {
    {"shch", 4, 's'}, {"tsch", 4, 's'}, {"sch", 3, 's'}, {"tch", 3, 's'}, {"dzh", 3, 'j'},
    {"kh", 2, 'h'},   {"gh", 2, 'k'},	{"sh", 2, 's'},	 {"ch", 2, 's'},  {"cz", 2, 's'},
    {"zh", 2, 'z'},   {"ts", 2, 's'},	{"tz", 2, 's'},	 {"th", 2, 't'},  {"dh", 2, 'd'},
    {"dj", 2, 'j'},   {"ph", 2, 'f'},	{"ck", 2, 'k'},	 {"q", 1, 'k'},	  {"c", 1, 'k'},
    {"g", 1, 'k'},
};

/* Bit of each letter that starts a fold: c d g k p q s t z. */
#define FOLD_LETTERS                                                                               \
	(1u << 3 | 1u << 4 | 1u << 7 | 1u << 11 | 1u << 16 | 1u << 17 | 1u << 19 | 1u << 20 |      \
	 1u << 26)

static bool
is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y' || c == 'w';
}

/* The letter at p and how many bytes of the key it took. */
static char
sound(const char *p, size_t n, size_t *used)
{
	/* Most letters start no fold: one look instead of the table. */
	bool folds_here = (1u << (*p & 31) & FOLD_LETTERS) != 0;

	for (size_t i = 0; folds_here && i < COUNT_OF(folds); i++) {
		size_t len = folds[i].n;

		if (folds[i].from[0] == *p && len <= n &&
		    (len == 1 ||
		     (folds[i].from[1] == p[1] && memcmp(folds[i].from, p, len) == 0))) {
			*used = len;
			return folds[i].to;
		}
	}
	*used = 1;
	return *p;
}

size_t
skeleton_make(struct str key, char out[SKELETON_MAX])
{
	size_t n = 0;

	for (size_t i = 0, used; i < key.n && n < SKELETON_MAX; i += used) {
		char c = sound(key.p + i, key.n - i, &used);

		if (is_vowel(c)) {
			/* A first vowel is heard, but which one is the writer's choice. */
			if (i == 0)
				out[n++] = 'a';
			continue;
		}
		if (c == 'h' && i + used == key.n && n > 1)
			continue;
		if (c == ' ' || (n > 0 && out[n - 1] == c))
			continue;
		out[n++] = c;
	}
	return n;
}
