#ifndef MATCH_LINKAGE_TABLE_H
#define MATCH_LINKAGE_TABLE_H

#include <stdio.h>

#include "match/linkage/fields.h"

/*
 * table: files of people with each value written once. A field's values stand in one
 * dictionary for both files, in the form in which they are compared (lower-case ASCII, any
 * script transliterated), so that two cells agree when their numbers do. 0 is no value.
 */
#define LINK_BAG 32
#define LINK_VALUE_BYTES_MAX 200
#define LINK_PARTS_MAX 6 /* of one name */
#define LINK_NAMES_MAX 8 /* of one cell */

/* A name as its parts, sorted. */
struct link_name {
	struct str part[LINK_PARTS_MAX];
	size_t n;
};

struct link_value {
	struct str text;       /* compared; for dates yyyymmdd with 0 for what is not known */
	uint8_t bag[LINK_BAG]; /* how often each letter stands in it, by its low five bits */
	uint32_t count[2];     /* cells of each side that have it */
	const struct link_name *names; /* LINK_NAMES: each way it is written */
	const struct str *codes;       /* LINK_CODES */
	uint32_t many;		       /* how many names or codes */
};

struct link_dictionary {
	struct link_value *at; /* [0] is none */
	size_t n, cap;
	uint64_t *slots;
	size_t slot_n;
};

struct link_side {
	size_t n;
	struct str *id;
	uint32_t *cell; /* row-major: link_tables.field_n a row */
};

struct link_tables {
	struct arena *arena;
	size_t field_n;
	enum link_field field[LINK_FIELD_COUNT];
	enum link_kind kind[LINK_FIELD_COUNT];
	struct link_dictionary dictionary[LINK_FIELD_COUNT];
	struct link_side side[2]; /* to find duplicates side[1] is side[0] */
	bool one;		  /* one file: pairs are i < j within it */
	struct str_list unused[2];
	size_t skipped; /* lines that could not be read */
};

#define LINK_ROWS_MAX ((size_t)1 << 24)

/*
 * Read a file each, or one when right is NULL; "-" is standard input. Lines that cannot be read are
 * told on diag, skipped and counted. Contract of errors: link_plan_make and parse_csv_next;
 * RC_ABSENT: a file is not there. RC_TOO_LARGE: over LINK_ROWS_MAX rows.
 */
MUST_USE enum rc link_tables_read(struct arena *a, const char *left, const char *right,
				  struct str map, FILE *diag, struct link_tables *out,
				  struct err *err);

/* A value's place in the dictionary, counted for side; 0 when it says nothing. */
struct link_text;
struct link_text *link_text_open(struct arena *a);
void link_text_close(struct link_text *t);
uint32_t link_value_add(struct link_tables *tables, struct link_text *t, size_t field, int side,
			struct str raw);

/* "1979-05-07", "19790507", "07/05/1979" or "07.05.1979" as 19790507; unknown parts 0. */
bool link_date_read(struct str raw, char out[8]);

#endif
