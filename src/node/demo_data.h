#ifndef NODE_DEMO_DATA_H
#define NODE_DEMO_DATA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

struct arena;

/*
 * demo_data: the invented world of the demo, made from a seed: a watch list in OFAC's legacy
 * shape and incidents in HTCDS 2.0 form (one row is one person in one incident). The same
 * seed gives the same bytes on every machine; no clock, no locale, no file is read.
 * Nobody in it exists: countries QN and QR, telephone numbers under +999, domains under
 * .example, places in the open ocean. demo.md tells people what is in it.
 *
 * Of the 300 rows 20 are linked, in four networks of 3, 5, 8 and 4 incidents; nine rows share
 * a hotline, which is a helper and links nothing. demo_truth says which they are.
 */
enum {
	DEMO_LIST_COUNT = 40, /* entries: 31 people, 8 organisations, 1 vessel */
	DEMO_INCIDENT_COUNT = 300,
	DEMO_LISTED_COUNT = 12,	 /* suspect rows that are listed people, spelled in another way */
	DEMO_DECOY_COUNT = 20,	 /* suspect rows that only resemble a listed person */
	DEMO_SUSPECT_COUNT = 40, /* all rows with a role in per_RoleInProcess */
	DEMO_NETWORK_COUNT = 4,
	DEMO_NETWORK_MAX = 8, /* incidents in a network, at most */
	DEMO_HOTLINE_COUNT = 9
};

/* How a listed person's name and birth date differ in the row from the list entry. */
struct demo_listed {
	size_t row;	    /* 1 and up, the header not counted: as incident_row in links.csv */
	uint32_t entry;	    /* first column of sdn.csv */
	const char *script; /* ISO 15924: Latn Cyrl Arab Hans Ethi Deva */
	const char *name_change; /* "as listed", "one letter dropped", ... */
	const char *date_change; /* "same", "day and month swapped", "year only", ... */
	bool script_on_list;	 /* the entry has an alias in that script (Latn: always) */
};

/* A suspect who resembles a listed person and is somebody else. */
struct demo_decoy {
	size_t row;
	uint32_t entry; /* whom the row resembles */
};

struct demo_network {
	const char *name; /* "Harbour Road" */
	size_t n;
	size_t row[DEMO_NETWORK_MAX];
};

struct demo_truth {
	struct demo_listed listed[DEMO_LISTED_COUNT];
	struct demo_decoy decoy[DEMO_DECOY_COUNT];
	size_t namesake; /* the row of Orveka Talunek, also among the decoys */
	struct demo_network network[DEMO_NETWORK_COUNT];
	struct str hotline; /* "+999..." */
	size_t hotline_row[DEMO_HOTLINE_COUNT];
};

struct demo_data {
	struct str sdn, alt, add; /* OFAC's legacy CSV: no header, "-0- ", ends with 0x1A */
	/* HTCDS 2.0, the 81 fields that are not deprecated, header of system names. */
	struct str incidents;
	/*
	 * What HTCDS has no field for: incident_row,incident,kind,value,role. incident is the
	 * reference that starts hte_Description; kind is phone, account, plate or place; role is
	 * contact, payer, vehicle, site, town or helper. Each value also stands in the row.
	 */
	struct str links;
	size_t incident_count;
	struct demo_truth truth;
};

struct demo_options {
	uint64_t seed;
	size_t incident_count; /* 300 to 3000; 0 is 300. What is over 300 is UNDETERMINED. */
	/*
	 * True when a real person or thing has this full name ("Given Family" in any of the
	 * scripts written, and as family-first); another one is drawn then. May be NULL.
	 */
	bool (*taken)(void *ctx, struct str full_name);
	void *ctx;
};

/*
 * All of it, in the arena (some MiB). RC_INVALID: incident_count. RC_CONFLICT: a name of the
 * story itself is taken, or no free name is left.
 */
MUST_USE enum rc demo_data_make(struct arena *a, const struct demo_options *options,
				struct demo_data *out, struct err *err);

/*
 * Write sdn.csv, alt.csv, add.csv, incidents.csv and links.csv into the folder, which exists.
 * RC_UNAVAILABLE: a file cannot be written.
 */
MUST_USE enum rc demo_data_save(const struct demo_data *d, const char *folder, struct err *err);

/*
 * n HTCDS rows of the same kind, with header, for benchmarks; in flat memory. They hold no
 * networks, and names repeat as names do. RC_UNAVAILABLE: the file cannot be written.
 */
MUST_USE enum rc demo_htcds_bench_write(uint64_t seed, size_t n, FILE *out, struct err *err);

#endif
