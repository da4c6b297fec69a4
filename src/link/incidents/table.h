#ifndef LINK_INCIDENTS_TABLE_H
#define LINK_INCIDENTS_TABLE_H

#include <stdio.h>

#include "base/map.h"
#include "base/rc.h"
#include "base/vec.h"
#include "link/incidents/identifier.h"

/*
 * table: incidents with what each of them mentions. A form is a spelling as
 * identifier_read gives it; a value is what forms were found to be spellings of (resolve.h).
 * Columns are known by their headings: id (required), date, city, country, names, phones, plates,
 * accounts, docs, addresses, route, text; several in one cell stand between '|', phrases of
 * the text between ';', places of a route between '>'. Others are passed over. Neither the id nor
 * the order of rows is evidence.
 */
#define INCIDENTS_MAX 200000
#define INCIDENT_MENTIONS_MAX 64
#define NO_DAY INT32_MIN
#define NO_PLACE UINT32_MAX

struct form {
	enum evidence_kind kind;
	struct str text, shown;
	unsigned flags;
	uint32_t count;	     /* incidents that have it */
	bool is_helper;	     /* told to be one */
	const uint32_t *may; /* values it may be, once resolved */
	uint32_t may_n;	     /* 0: in no evidence at all */
};

struct value {
	enum evidence_kind kind;
	uint32_t form;	 /* how it is written most clearly */
	double accident; /* how often a name like this comes about by its parts alone, a mention */
	bool is_helper;	 /* in nothing that comes out */
	uint32_t *incidents; /* that name this value and no other, ascending */
	uint32_t n;
};

struct incident {
	struct str id;
	int32_t day;	/* since 1970-01-01, or NO_DAY */
	uint32_t place; /* in places, or NO_PLACE */
	const uint32_t *forms, *route;
	uint32_t form_n, route_n;
};

struct incident_table {
	struct arena *arena;
	VEC(struct incident) incidents;
	VEC(struct form) forms;
	VEC(struct value) values;
	struct str_list places; /* as first written */
	struct map form_of[EVIDENCE_KIND_COUNT], place_of;
	size_t helpers;		/* told by --helpers */
	size_t helpers_guessed; /* values told by their shape */
	size_t skipped;		/* lines that could not be read */
};

void incident_table_init(struct incident_table *t, struct arena *a);
/*
 * "-" is standard input. RC_ABSENT: no such file. RC_INVALID: no column id, or an empty file.
 * RC_TOO_LARGE: over INCIDENTS_MAX. Lines that cannot be read are told on diag by number, without
 * content, and counted.
 */
MUST_USE enum rc incident_table_read(struct incident_table *t, const char *path, FILE *diag,
				     struct err *err);
/*
 * Registered helpers (hotlines, shelters, lawyers, hospitals): CSV with a column `identifier`, and
 * `kind` where it is not to be all kinds. Read before the incidents. Errors as above.
 */
MUST_USE enum rc incident_helpers_read(struct incident_table *t, const char *path, FILE *diag,
				       struct err *err);

struct str place_shown(const struct incident_table *t, uint32_t place);

#endif
