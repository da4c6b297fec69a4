#ifndef TEXT_DATA_NAME_SHARES_H
#define TEXT_DATA_NAME_SHARES_H

#include <stddef.h>

/* name_shares: made by tools/names/shares.py, for text/name_data.h. */
#define NAME_SHARE_LETTERS_MAX 16

/* Names of so many letters, one behind the other, sorted; a share is 2^(-n/8). */
struct name_group {
	const char *names;
	const unsigned char *shares;
	size_t n;
};

extern const struct name_group name_groups[NAME_SHARE_LETTERS_MAX + 1];

#endif
