#ifndef FORMAT_LIST_READER_H
#define FORMAT_LIST_READER_H

#include "format/listfile.h"
#include "format/source.h"

/*
 * list_reader: what the readers of the single list formats share. For this folder only.
 */
struct list_reader {
	struct arena *arena; /* of the file */
	struct arena *scrap; /* of the entry being built; list_emit resets it */
	const struct list_options *options;
	const struct list_sink *sink;
	struct list_report *report;
	const char *file;
};

/* Hand the entry on, or skip it when it has no name; it is cleared. */
MUST_USE enum rc list_emit(struct list_reader *r, struct list_entry *entry, struct err *err);
/* Count and tell a row that gives no entry, or a value that is left out. */
void list_skip(struct list_reader *r, const struct err *why);
void list_leave_out(struct list_reader *r, long line, long column, const char *key,
		    const char *text);

/* These copy into the scrap arena, collapse white space, and pass over what is empty or there. */
void list_add_name(struct list_reader *r, struct list_entry *e, struct str text,
		   enum list_name_kind kind);
void list_add_text(struct list_reader *r, struct str_list *list, struct str text);
void list_add_id(struct list_reader *r, struct list_entry *e, struct str kind, struct str value,
		 struct str country);
void list_add_address(struct list_reader *r, struct list_entry *e, struct str text,
		      struct str country);
/* A date in digits or English words ("circa 12 Dec 1960", "1960 to 1963") as EDTF; false when
 * it is none. */
MUST_USE bool list_add_date(struct list_reader *r, struct list_entry *e, struct str text);
/* "FAMILY, Given, Jr." -> "Given FAMILY Jr." */
struct str list_spoken_name(struct arena *a, struct str text);
/* White space runs as one space, none at the ends. */
struct str list_squeeze(struct arena *a, struct str text);

enum ofac_file { OFAC_NONE, OFAC_MAIN, OFAC_ALT, OFAC_ADD, OFAC_COMMENTS };

struct csv_row;
enum ofac_file ofac_file_of(const struct csv_row *row);

/* What the alt, add and comments files say of each entry; collected before the main files. */
struct ofac_more;
struct ofac_more *ofac_more_new(struct arena *a);
MUST_USE enum rc ofac_read_more(struct list_reader *r, struct ofac_more *more, struct source source,
				struct err *err);
MUST_USE enum rc ofac_read(struct list_reader *r, struct ofac_more *more, struct source source,
			   struct err *err);
MUST_USE enum rc un_read(struct list_reader *r, struct source source, struct err *err);
MUST_USE enum rc ftm_list_read(struct list_reader *r, struct source source, struct err *err);
MUST_USE enum rc list_csv_read(struct list_reader *r, struct source source, struct err *err);

#endif
