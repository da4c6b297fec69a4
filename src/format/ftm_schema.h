#ifndef FORMAT_FTM_SCHEMA_H
#define FORMAT_FTM_SCHEMA_H

#include <stdbool.h>

/* ftm_schema: FollowTheMoney's model as a table; lists are words parted by spaces. The last
 * row has name NULL. For ftm.c only. */
struct ftm_schema {
	const char *name;
	bool abstract;
	const char *parents, *required, *properties;
};

extern const struct ftm_schema ftm_schemata[];

#endif
