#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "format/csv.h"
#include "format/list_reader.h"

/*
 * OFAC's legacy CSV (sdn.csv, cons_prim.csv and the files beside them): no header, -0- for
 * nothing, a 0x1A at the end. The specification is on the publisher's site ("SDN data
 * specification"); weak aliases stand in the remarks, as do birth dates and documents.
 */
/* What the side files may hold together: it is kept until the entries are built. */
#define MORE_BYTES_MAX ((size_t)64 << 20)

struct alias {
	struct str name;
	enum list_name_kind kind;
};

struct address {
	struct str street, city, country;
};

struct more {
	VEC(struct alias) aliases;
	VEC(struct address) addresses;
	struct buf remarks;
};

struct ofac_more {
	struct arena *arena;
	size_t bytes; /* roughly what is kept */
	struct map by_number;
};

struct ofac_more *
ofac_more_new(struct arena *a)
{
	struct ofac_more *more = NEW(a, struct ofac_more);

	more->arena = a;
	more->by_number.arena = a;
	return more;
}

/* A cell's text; empty for -0-. */
static struct str
cell(const struct csv_row *row, size_t i)
{
	struct str s = i < row->n ? str_trim(row->at[i].text) : STR_NONE;

	return str_eq_z(s, "-0-") ? STR_NONE : s;
}

static bool
is_alias_kind(struct str s)
{
	return str_eq_z(s, "aka") || str_eq_z(s, "fka") || str_eq_z(s, "nka");
}

enum ofac_file
ofac_file_of(const struct csv_row *row)
{
	int64_t number;

	if (!str_to_i64(cell(row, 0), &number))
		return OFAC_NONE;
	if (row->n == 12)
		return OFAC_MAIN;
	if (!str_to_i64(cell(row, 1), &number))
		return row->n == 2 ? OFAC_COMMENTS : OFAC_NONE;
	if (row->n == 5 && is_alias_kind(cell(row, 2)))
		return OFAC_ALT;
	return row->n == 6 ? OFAC_ADD : OFAC_NONE;
}

static struct more *
more_of(struct ofac_more *all, struct str number)
{
	struct more *more = map_find(&all->by_number, number);

	if (more == NULL) {
		more = NEW(all->arena, struct more);
		buf_init(&more->remarks, all->arena);
		(void)map_put(&all->by_number, str_copy(all->arena, number), more);
	}
	return more;
}

static void
take_more(struct ofac_more *all, enum ofac_file kind, const struct csv_row *row)
{
	struct arena *a = all->arena;
	struct more *more = more_of(all, cell(row, 0));

	if (kind == OFAC_ALT && cell(row, 3).n > 0) {
		*VEC_ADD(a, &more->aliases) =
		    (struct alias){str_copy(a, cell(row, 3)),
				   str_eq_z(cell(row, 2), "fka") ? LIST_NAME_FKA : LIST_NAME_AKA};
	} else if (kind == OFAC_ADD) {
		*VEC_ADD(a, &more->addresses) =
		    (struct address){str_copy(a, cell(row, 2)), str_copy(a, cell(row, 3)),
				     str_copy(a, cell(row, 4))};
	} else if (kind == OFAC_COMMENTS) {
		buf_add(&more->remarks, cell(row, 1));
	}
}

static struct csv *
open_csv(struct list_reader *r, struct source source)
{
	struct csv_options options = {
	    .delimiter = ',', .flags = CSV_RAGGED | CSV_LATIN1, .limits = r->options->limits};

	return csv_new(r->arena, source, &options);
}

static void
skip_shape(struct list_reader *r, long line)
{
	struct err why = {0};

	(void)fail_at(&why, RC_INVALID, r->file, line, 0, "", "the row has not the file's shape");
	list_skip(r, &why);
}

enum rc
ofac_read_more(struct list_reader *r, struct ofac_more *more, struct source source, struct err *err)
{
	struct csv *csv = open_csv(r, source);
	enum ofac_file kind = OFAC_NONE;
	struct csv_row row;
	struct err why = {0};
	enum rc rc;

	for (;;) {
		rc = csv_next(csv, &row, &why);
		if (rc == RC_ABSENT)
			return RC_OK;
		if (rc != RC_OK && !csv_can_go_on(csv)) {
			*err = why;
			return rc;
		}
		if (rc != RC_OK) {
			list_skip(r, &why);
			continue;
		}
		if (kind == OFAC_NONE)
			kind = ofac_file_of(&row);
		for (size_t i = 0; i < row.n; i++)
			more->bytes += row.at[i].text.n + 8;
		if (more->bytes > MORE_BYTES_MAX)
			return fail_at(err, RC_TOO_LARGE, r->file, row.line, 0, "",
				       "the files beside the list are over their limit");
		if (ofac_file_of(&row) == kind)
			take_more(more, kind, &row);
		else
			skip_shape(r, row.line);
	}
}

/* Labels in the remarks and what kind of number follows; the longer of two stands first. */
static const struct {
	const char *label, *kind;
} numbers[] = {
    /* clang-format off */
	{ "Passport ",                                    "passport" },
	{ "Diplomatic Passport ",                         "passport" },
	{ "Stateless Person Passport ",                   "passport" },
	{ "National ID No. ",                             "national_id" },
	{ "National Foreign ID Number ",                  "national_id" },
	{ "Cedula No. ",                                  "national_id" },
	{ "Cedula de Residencia ",                        "national_id" },
	{ "Personal ID Card ",                            "national_id" },
	{ "Identification Number IMO ",                   "imo" },
	{ "Identification Number ",                       "national_id" },
	{ "Tazkira National ID Card ",                    "national_id" },
	{ "Turkish Identification Number ",               "national_id" },
	{ "Numero de Identidad ",                         "national_id" },
	{ "Kenyan ID No. ",                               "national_id" },
	{ "Refugee ID Card ",                             "national_id" },
	{ "Residency Number ",                            "national_id" },
	{ "D.N.I. ",                                      "national_id" },
	{ "C.U.R.P. ",                                    "national_id" },
	{ "I.F.E. ",                                      "national_id" },
	{ "SSN ",                                         "national_id" },
	{ "NIT # ",                                       "tax" },
	{ "Tax ID No. ",                                  "tax" },
	{ "RUC # ",                                       "tax" },
	{ "RIF # ",                                       "tax" },
	{ "R.F.C. ",                                      "tax" },
	{ "C.U.I.T. ",                                    "tax" },
	{ "V.A.T. Number ",                               "tax" },
	{ "Italian Fiscal Code ",                         "tax" },
	{ "Vessel Registration Identification IMO ",      "imo" },
	{ "Vessel Registration Identification ",          "registration" },
	{ "Company Number IMO ",                          "imo" },
	{ "Company Number ",                              "registration" },
	{ "Registration Number ",                         "registration" },
	{ "Registration ID ",                             "registration" },
	{ "Folio Mercantil No. ",                         "registration" },
	{ "Commercial Registry Number ",                  "registration" },
	{ "Matricula Mercantil No ",                      "registration" },
	{ "Business Registration Document # ",            "registration" },
	{ "Business Registration Number ",                "registration" },
	{ "Business Number ",                             "registration" },
	{ "C.R. No. ",                                    "registration" },
	{ "Trade License No. ",                           "registration" },
	{ "Public Registration Number ",                  "registration" },
	{ "Unified Social Credit Code (USCC) ",           "registration" },
	{ "Enterprise Number ",                           "registration" },
	{ "License ",                                     "registration" },
	{ "D-U-N-S Number ",                              "registration" },
	{ "Legal Entity Number ",                         "lei" },
	{ "SWIFT/BIC ",                                   "bic" },
	{ "MMSI ",                                        "mmsi" },
	{ "Aircraft Tail Number ",                        "tail" },
	{ "Aircraft Construction Number (also called L/N or S/N or F/N) ", "serial" },
	{ "Aircraft Manufacturer's Serial Number (MSN) ", "serial" },
	{ "Phone Number ",                                "phone" },
	{ "Telephone: ",                                  "phone" },
	{ "Telephone No. ",                               "phone" },
	{ "Telephone ",                                   "phone" },
	{ "Email Address ",                               "email" },
	{ "Website ",                                     "website" },
	{ "Digital Currency Address - ",                  "wallet" },
	{ "Driver's License No. ",                        "other" },
	{ "Electoral Registry No. ",                      "other" },
	{ "Birth Certificate Number ",                    "other" },
    /* clang-format on */
};

static bool
take_label(struct str *s, struct str label)
{
	if (!str_starts(*s, label))
		return false;
	*s = str_trim(str_sub(*s, label.n, s->n));
	return true;
}

/* "A1234567 (Country) expires 1 Jan 2020" */
static void
take_number(struct list_reader *r, struct list_entry *e, const char *kind, struct str s)
{
	static const char *const ends[] = {" (", " issued ", " expires ", " Date of Issue "};
	struct str value = s, country = STR_NONE;
	ptrdiff_t open, close;

	open = str_find(s, STR(" ("));
	close = open < 0 ? -1 : str_chr(str_sub(s, (size_t)open, s.n), ')');
	/* In a phone, brackets hold an area code. */
	if (close > 2 && !str_eq_z(str_from(kind), "phone"))
		country = str_sub(s, (size_t)open + 2, (size_t)(open + close));
	for (size_t i = 0; i < COUNT_OF(ends) && !str_eq_z(str_from(kind), "phone"); i++) {
		ptrdiff_t at = str_find(value, str_from(ends[i]));

		if (at > 0)
			value = str_sub(value, 0, (size_t)at);
	}
	if (str_eq_z(str_from(kind), "wallet"))
		(void)str_cut(&value, ' '); /* the currency, "XBT" */
	list_add_id(r, e, str_from(kind), value, country);
}

/* 'NAME, Given' in its quotes. */
static void
take_remark_name(struct list_reader *r, struct list_entry *e, struct str s,
		 enum list_name_kind kind)
{
	if (s.n >= 2 && s.p[0] == '\'' && s.p[s.n - 1] == '\'')
		s = str_sub(s, 1, s.n - 1);
	if (e->type == LIST_PERSON)
		s = list_spoken_name(r->scrap, s);
	list_add_name(r, e, s, kind);
}

static void
take_remark(struct list_reader *r, struct list_entry *e, struct str s)
{
	(void)take_label(&s, STR("alt. "));
	if (take_label(&s, STR("DOB "))) {
		if (!list_add_date(r, e, s))
			list_leave_out(r, e->line, 0, "dob", "this is no date we can read");
	} else if (take_label(&s, STR("POB "))) {
		list_add_text(r, &e->birth_places, s);
	} else if (take_label(&s, STR("nationality ")) || take_label(&s, STR("citizen "))) {
		list_add_text(r, &e->countries, s);
	} else if (take_label(&s, STR("Gender "))) {
		e->sex = str_lower_ascii(r->scrap, s);
	} else if (take_label(&s, STR("a.k.a. ")) || take_label(&s, STR("n.k.a. "))) {
		take_remark_name(r, e, s, LIST_NAME_WEAK);
	} else if (take_label(&s, STR("f.k.a. "))) {
		take_remark_name(r, e, s, LIST_NAME_FKA);
	} else {
		for (size_t i = 0; i < COUNT_OF(numbers); i++) {
			if (take_label(&s, str_from(numbers[i].label))) {
				take_number(r, e, numbers[i].kind, s);
				return;
			}
		}
	}
}

static enum list_type
type_of(struct str s)
{
	if (str_eq_z(s, "individual"))
		return LIST_PERSON;
	if (str_eq_z(s, "vessel"))
		return LIST_VESSEL;
	return str_eq_z(s, "aircraft") ? LIST_AIRCRAFT : LIST_ORGANISATION;
}

static struct str
programmes(struct arena *a, struct str s)
{
	struct buf b;

	/* Several stand as "SDGT] [IFSR". */
	buf_init(&b, a);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ']')
			buf_add_byte(&b, ';');
		else if (s.p[i] != '[')
			buf_add_byte(&b, s.p[i]);
	}
	return str_trim(buf_str(&b));
}

static void
take_joined(struct list_reader *r, struct list_entry *e, const struct more *more)
{
	const struct alias *alias;
	const struct address *at;

	VEC_EACH (alias, &more->aliases) {
		list_add_name(r, e,
			      e->type == LIST_PERSON ? list_spoken_name(r->scrap, alias->name)
						     : alias->name,
			      alias->kind);
	}
	VEC_EACH (at, &more->addresses) {
		list_add_address(r, e,
				 str_fmt(r->scrap, "%.*s%s%.*s", STR_ARG(at->street),
					 at->street.n > 0 && at->city.n > 0 ? ", " : "",
					 STR_ARG(at->city)),
				 at->country);
	}
}

static enum rc
take_main(struct list_reader *r, struct ofac_more *all, const struct csv_row *row, struct err *err)
{
	struct list_entry e = {.line = row->line, .source = STR("ofac")};
	const struct more *more = map_find(&all->by_number, cell(row, 0));
	struct str rest, name = cell(row, 1);
	struct buf remarks;

	e.type = type_of(cell(row, 2));
	e.id = str_fmt(r->scrap, "ofac-%.*s", STR_ARG(cell(row, 0)));
	list_add_name(r, &e, e.type == LIST_PERSON ? list_spoken_name(r->scrap, name) : name,
		      LIST_NAME_PRIMARY);
	e.programme = programmes(r->scrap, cell(row, 3));
	list_add_id(r, &e, STR("callsign"), cell(row, 5), STR_NONE);
	list_add_text(r, &e.countries, cell(row, 9));
	buf_init(&remarks, r->scrap);
	buf_add(&remarks, cell(row, 11));
	if (more != NULL) {
		take_joined(r, &e, more);
		/* What did not fit into the column goes on in the comments file, mid-word. */
		buf_add(&remarks, buf_str(&more->remarks));
	}
	e.remarks = rest = buf_str(&remarks);
	if (str_ends(rest, STR(".")))
		rest.n--;
	while (rest.p != NULL)
		take_remark(r, &e, str_trim(str_cut(&rest, ';')));
	return list_emit(r, &e, err);
}

enum rc
ofac_read(struct list_reader *r, struct ofac_more *more, struct source source, struct err *err)
{
	struct csv *csv = open_csv(r, source);
	struct csv_row row;
	struct err why = {0};
	enum rc rc;

	for (;;) {
		rc = csv_next(csv, &row, &why);
		if (rc == RC_ABSENT)
			return RC_OK;
		if (rc != RC_OK && !csv_can_go_on(csv)) {
			*err = why;
			return rc;
		}
		if (rc != RC_OK)
			list_skip(r, &why);
		else if (ofac_file_of(&row) != OFAC_MAIN)
			skip_shape(r, row.line);
		else if ((rc = take_main(r, more, &row, err)) != RC_OK)
			return rc;
	}
}
