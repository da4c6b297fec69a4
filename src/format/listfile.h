#ifndef FORMAT_LISTFILE_H
#define FORMAT_LISTFILE_H

#include "base/rc.h"
#include "base/vec.h"
#include "format/limits.h"
#include "format/source.h"

/*
 * listfile: watch lists in the shapes their publishers use, one entry at a time:
 *     OFAC's legacy CSV (sdn or cons_prim with its alt, add and comments files),
 *     the UN Security Council's consolidated XML,
 *     FollowTheMoney JSON lines (Person, Company, Organization, LegalEntity, Vessel, ...),
 *     plain CSV with a header: entity_id,type,names,dob,countries,ids,source, several values
 *     of a cell parted by |, or any header with a mapping.
 */
enum list_format { LIST_AUTO, LIST_OFAC, LIST_UN, LIST_FTM, LIST_CSV };

enum list_type { LIST_PERSON, LIST_ORGANISATION, LIST_VESSEL, LIST_AIRCRAFT, LIST_OTHER };

enum list_name_kind {
	LIST_NAME_PRIMARY,
	LIST_NAME_AKA,	 /* a good alias */
	LIST_NAME_FKA,	 /* a former name */
	LIST_NAME_WEAK,	 /* the publisher calls it low quality; never a hit by itself */
	LIST_NAME_SCRIPT /* the original script */
};

struct list_name {
	struct str text; /* in spoken order: "Given FAMILY" */
	enum list_name_kind kind;
};

struct list_id {
	struct str kind; /* passport national_id tax registration imo mmsi callsign tail serial
			    phone email website wallet bic lei other */
	struct str value, country;
};

struct list_address {
	struct str text, country; /* text has all but the country */
};

struct list_entry {
	struct str id; /* as the publisher has it, with a prefix: "ofac-36", "un-6907993" */
	enum list_type type;
	VEC(struct list_name) names; /* the primary one first; never empty */
	struct str_list dobs;	     /* EDTF: 1962, 1962-03, 1962-03-14, 1962~, 1960/1965 */
	struct str_list birth_places;
	struct str_list countries; /* as written, each once: nationality, citizenship, flag */
	VEC(struct list_id) ids;
	VEC(struct list_address) addresses;
	struct str sex; /* "male", "female" or empty */
	struct str programme, remarks;
	struct str source; /* "ofac", "un" or what the file says */
	const char *file;
	long line;
};

/* Which of our columns a header's column means: {"name", "Full Name"}. */
struct list_mapping {
	struct {
		struct str ours, theirs;
	} at[32];
	size_t n;
};

struct list_options {
	enum list_format format;
	struct list_mapping fields; /* LIST_CSV only */
	struct limits limits;	    /* for each file */
};

/* Who hears. An entry and all it holds live until entry() returns; a code that is not RC_OK
 * stops the reading and is handed on. skipped may be NULL. */
struct list_sink {
	enum rc (*entry)(void *ctx, const struct list_entry *entry, struct err *err);
	void (*skipped)(void *ctx, const struct err *why);
	void *ctx;
};

struct list_report {
	long entries, names;
	long skipped;		  /* rows that gave no entry */
	long bad_values;	  /* values left out of entries that did come out */
	struct err first_skipped; /* the first of either */
};

/*
 * Read the files as one list (OFAC's alt, add and comments join the entries of the others).
 * options and report may be NULL. RC_INVALID: a file whose shape is not known, or a list
 * without one entry. Rows that cannot be used are skipped, counted, and told by place, without
 * their text.
 */
MUST_USE enum rc listfile_read_files(const struct source_files *files,
				     const struct list_options *options,
				     const struct list_sink *sink, struct list_report *report,
				     struct err *err);

/*
 * Files by their paths, opened when they are read; *out lives in the arena. A path may be a
 * folder, for all of its .csv, .xml, .json, .jsonl and .ndjson files. RC_ABSENT, here or when a
 * file is opened: there is no such file.
 */
MUST_USE enum rc list_paths(struct arena *a, const char *const *paths, size_t n,
			    struct source_files *out, struct err *err);

/* Both in one. */
MUST_USE enum rc listfile_read(const char *const *paths, size_t n_paths,
			       const struct list_options *options, const struct list_sink *sink,
			       struct list_report *report, struct err *err);

/* "name=Full Name,dob=Birth" into *out, which borrows text. */
MUST_USE enum rc list_mapping_parse(struct str text, struct list_mapping *out, struct err *err);

/* "ofac", "un", "ftm", "csv", "auto". */
MUST_USE bool list_format_parse(struct str text, enum list_format *out);
const char *list_type_name(enum list_type type);
MUST_USE bool list_type_parse(struct str text, enum list_type *out);

#endif
