#include "text/skeleton.h"

#include <string.h>

/*
 * Romanisations of one sound, longest first. The right side is the letter it folds to; 0 is
 * none. Sources: UNGEGN, ALA-LC, BGN/PCGN, and the French and English habits around them.
 */
struct fold {
	char from[5];
	char to;
};

static const struct fold folds[] = {
    {"shch", 's'}, {"tsch", 's'}, {"sch", 's'}, {"tch", 's'}, {"dzh", 'j'}, {"kh", 'h'},
    {"gh", 'k'},   {"sh", 's'},	  {"ch", 's'},	{"cz", 's'},  {"zh", 'z'},  {"ts", 's'},
    {"tz", 's'},   {"th", 't'},	  {"dh", 'd'},	{"dj", 'j'},  {"ph", 'f'},  {"ck", 'k'},
    {"q", 'k'},	   {"c", 'k'},	  {"g", 'k'},
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
	for (size_t i = 0; i < COUNT_OF(folds); i++) {
		size_t len = strlen(folds[i].from);

		if (len <= n && folds[i].from[0] == *p && memcmp(folds[i].from, p, len) == 0) {
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
