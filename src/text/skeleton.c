#include "text/skeleton.h"

#include <string.h>

/*
 * Romanisations of one sound, by their first letter, the longest first. The right side is the
 * letter it folds to. Sources: UNGEGN, ALA-LC, BGN/PCGN, and the French and English habits around
 * them.
 */
struct fold {
	char from[5];
	unsigned char n;
	char to;
};

static const struct fold folds[] = {
    {"ch", 2, 's'},   {"cz", 2, 's'},  {"ck", 2, 'k'},	 {"c", 1, 'k'},	  {"dzh", 3, 'j'},
    {"dh", 2, 'd'},   {"dj", 2, 'j'},  {"gh", 2, 'k'},	 {"g", 1, 'k'},	  {"kh", 2, 'h'},
    {"ph", 2, 'f'},   {"q", 1, 'k'},   {"shch", 4, 's'}, {"sch", 3, 's'}, {"sh", 2, 's'},
    {"tsch", 4, 's'}, {"tch", 3, 's'}, {"ts", 2, 's'},	 {"tz", 2, 's'},  {"th", 2, 't'},
    {"zh", 2, 'z'},
};

/* Of each letter of the alphabet, by its lowest five bits: its folds, from one to before the other.
 */
static const struct {
	unsigned char from, to;
} folds_of[32] = {
    ['c' & 31] = {0, 4},   ['d' & 31] = {4, 7},	  ['g' & 31] = {7, 9},
    ['k' & 31] = {9, 10},  ['p' & 31] = {10, 11}, ['q' & 31] = {11, 12},
    ['s' & 31] = {12, 15}, ['t' & 31] = {15, 20}, ['z' & 31] = {20, 21},
};

static bool
is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y' || c == 'w';
}

/* The letter at p and how many bytes of the key it took. */
static char
sound(const char *p, size_t n, size_t *used)
{
	unsigned char letter = (unsigned char)*p & 31;

	for (size_t i = folds_of[letter].from; i < folds_of[letter].to; i++) {
		const struct fold *f = &folds[i];
		size_t same = 0;

		while (same < f->n && same < n && f->from[same] == p[same])
			same++;
		if (same == f->n) {
			*used = same;
			return f->to;
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
