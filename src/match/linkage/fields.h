#ifndef MATCH_LINKAGE_FIELDS_H
#define MATCH_LINKAGE_FIELDS_H

#include "base/rc.h"
#include "base/vec.h"

/*
 * fields: what a column of a file of people says, found by its heading or named by --fields.
 * Only fields that both files have are compared. Where one file has a whole name and the other
 * its parts, both are read as whole names.
 */
enum link_field {
	LINK_GIVEN,
	LINK_MIDDLE,
	LINK_FAMILY,
	LINK_NAME, /* whole; several parted by | */
	LINK_BIRTH_DATE,
	LINK_SEX,
	LINK_NUMBER, /* of the house */
	LINK_STREET,
	LINK_PLACE, /* second line of an address */
	LINK_CITY,
	LINK_POSTCODE,
	LINK_STATE,
	LINK_COUNTRY,
	LINK_BIRTH_PLACE,
	LINK_IDENTIFIER, /* several parted by | */
	LINK_EMAIL,
	LINK_PHONE, /* several parted by | */
	LINK_FIELD_COUNT
};

/* How values of a field are compared (alike.h). */
enum link_kind { LINK_TEXT, LINK_CODE, LINK_DATE, LINK_NAMES, LINK_CODES };

const char *link_field_name(enum link_field f);
enum link_kind link_field_kind(enum link_field f);

#define LINK_COLUMNS_MAX 4 /* columns that make one field */

/* Which columns to read; side 0 is left, 1 right. To find duplicates both are one file. */
struct link_plan {
	size_t n;
	struct link_planned {
		enum link_field field;
		size_t column[2][LINK_COLUMNS_MAX], column_n[2];
	} at[LINK_FIELD_COUNT];
	size_t id[2];
	struct str_list unused[2]; /* headings that are not read; views into the headers */
};

/*
 * map: "given=Vorname,family=Name,id=Nr" or empty; a field named more than once takes either
 * heading. RC_USAGE: the map's words. RC_INVALID: a file has no column of ids, or the files
 * share no field, or a mapped heading is in neither.
 */
MUST_USE enum rc link_plan_make(struct arena *a, struct str map, const struct str_list *left,
				const struct str_list *right, struct link_plan *out,
				struct err *err);

#endif
