#include "base/arena.h"
#include "base/buf.h"
#include "format/list_reader.h"
#include "format/xml.h"

/*
 * The consolidated list of the UN Security Council: <CONSOLIDATED_LIST> with <INDIVIDUAL>
 * and <ENTITY> elements (scsanctions.un.org/resources/xml/en/consolidated.xml).
 */
struct un {
	struct list_reader *r;
	struct list_entry entry;
	bool inside; /* an INDIVIDUAL or ENTITY */
	struct str name[4], script;
	struct str quality, alias;
	struct str date_type, date, year, from_year, to_year;
	struct str document_type, number, issuer;
	struct str street, city, province, zip, country;
};

static struct str
keep(struct un *un, struct str text)
{
	return list_squeeze(un->r->scrap, text);
}

static bool
is(const struct xml_element *e, const char *name)
{
	return str_eq_z(e->name, name);
}

static bool
ends(const struct xml_element *e, const char *tail)
{
	return str_ends(e->name, str_from(tail));
}

static bool
is_entry(const struct xml_element *e)
{
	return e->depth == 3 && (is(e, "INDIVIDUAL") || is(e, "ENTITY"));
}

/* Parts that are not empty, parted by sep. */
static struct str
join(struct un *un, const struct str *parts, size_t n, const char *sep)
{
	struct buf b;

	buf_init(&b, un->r->scrap);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n == 0)
			continue;
		if (b.n > 0)
			buf_add_z(&b, sep);
		buf_add(&b, parts[i]);
	}
	return buf_str(&b);
}

static enum rc
on_open(void *ctx, struct xml_element *e, struct err *err)
{
	struct un *un = ctx;

	if (e->depth == 1 && !is(e, "CONSOLIDATED_LIST"))
		return fail_at(err, RC_INVALID, un->r->file, e->line, 0, "",
			       "the root element is not CONSOLIDATED_LIST");
	if (is_entry(e)) {
		*un = (struct un){.r = un->r, .inside = true};
		un->entry.line = e->line;
		un->entry.type = is(e, "INDIVIDUAL") ? LIST_PERSON : LIST_ORGANISATION;
		un->entry.source = STR("un");
	}
	return RC_OK;
}

static void
end_alias(struct un *un)
{
	enum list_name_kind kind = LIST_NAME_AKA;

	if (str_eq_ascii_case(un->quality, STR("Low")))
		kind = LIST_NAME_WEAK;
	else if (str_eq_ascii_case(un->quality, STR("f.k.a.")))
		kind = LIST_NAME_FKA;
	/* Some cells hold several, and some of people the family name first. */
	while (un->alias.p != NULL) {
		struct str one = str_trim(str_cut(&un->alias, ';'));

		if (un->entry.type == LIST_PERSON)
			one = list_spoken_name(un->r->scrap, one);
		list_add_name(un->r, &un->entry, one, kind);
	}
	un->quality = un->alias = STR_NONE;
}

static void
end_birth_date(struct un *un)
{
	struct arena *a = un->r->scrap;
	struct str date = un->date.n > 0 ? un->date : un->year;

	if (str_eq_z(un->date_type, "BETWEEN") && un->from_year.n > 0 && un->to_year.n > 0)
		date = str_fmt(a, "%.*s/%.*s", STR_ARG(un->from_year), STR_ARG(un->to_year));
	else if (str_eq_z(un->date_type, "APPROXIMATELY") && date.n > 0)
		date = str_fmt(a, "circa %.*s", STR_ARG(date));
	if (date.n > 0 && !list_add_date(un->r, &un->entry, date))
		list_leave_out(un->r, un->entry.line, 0, "dob", "this is no date we can read");
	un->date_type = un->date = un->year = un->from_year = un->to_year = STR_NONE;
}

static void
end_document(struct un *un)
{
	bool passport =
	    str_find(str_lower_ascii(un->r->scrap, un->document_type), STR("passport")) >= 0 ||
	    str_find(un->document_type, STR("pasaporte")) >= 0 ||
	    str_find(un->document_type, STR("passeport")) >= 0;

	list_add_id(un->r, &un->entry, passport ? STR("passport") : STR("national_id"), un->number,
		    un->issuer);
	un->document_type = un->number = un->issuer = STR_NONE;
}

static void
end_place(struct un *un, bool birth)
{
	const struct str parts[] = {un->street, un->city, un->province, un->zip, un->country};

	if (birth)
		list_add_text(un->r, &un->entry.birth_places, join(un, parts, 5, ", "));
	else
		list_add_address(un->r, &un->entry, join(un, parts, 4, ", "), un->country);
	un->street = un->city = un->province = un->zip = un->country = STR_NONE;
}

static void
of_entry(struct un *un, const struct xml_element *e, struct str text)
{
	static const char *const names[] = {"FIRST_NAME", "SECOND_NAME", "THIRD_NAME",
					    "FOURTH_NAME"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (is(e, names[i]))
			un->name[i] = keep(un, text);
	}
	if (is(e, "DATAID"))
		un->entry.id = str_fmt(un->r->scrap, "un-%.*s", STR_ARG(str_trim(text)));
	else if (is(e, "NAME_ORIGINAL_SCRIPT"))
		un->script = keep(un, text);
	else if (is(e, "UN_LIST_TYPE"))
		un->entry.programme = keep(un, text);
	else if (is(e, "GENDER"))
		un->entry.sex = str_lower_ascii(un->r->scrap, str_trim(text));
	else if (is(e, "COMMENTS1"))
		un->entry.remarks = keep(un, text);
	else if (ends(e, "_ALIAS"))
		end_alias(un);
	else if (ends(e, "_DATE_OF_BIRTH"))
		end_birth_date(un);
	else if (ends(e, "_DOCUMENT"))
		end_document(un);
	else if (ends(e, "_ADDRESS"))
		end_place(un, false);
	else if (ends(e, "_PLACE_OF_BIRTH"))
		end_place(un, true);
}

static const struct leaf {
	const char *parent_ends, *name;
	size_t at;
} leaves[] = {
    /* clang-format off */
	{ "_ALIAS",          "QUALITY",          offsetof(struct un, quality) },
	{ "_ALIAS",          "ALIAS_NAME",       offsetof(struct un, alias) },
	{ "_DATE_OF_BIRTH",  "TYPE_OF_DATE",     offsetof(struct un, date_type) },
	{ "_DATE_OF_BIRTH",  "DATE",             offsetof(struct un, date) },
	{ "_DATE_OF_BIRTH",  "YEAR",             offsetof(struct un, year) },
	{ "_DATE_OF_BIRTH",  "FROM_YEAR",        offsetof(struct un, from_year) },
	{ "_DATE_OF_BIRTH",  "TO_YEAR",          offsetof(struct un, to_year) },
	{ "_DOCUMENT",       "TYPE_OF_DOCUMENT", offsetof(struct un, document_type) },
	{ "_DOCUMENT",       "NUMBER",           offsetof(struct un, number) },
	{ "_DOCUMENT",       "ISSUING_COUNTRY",  offsetof(struct un, issuer) },
	{ "_DOCUMENT",       "COUNTRY_OF_ISSUE", offsetof(struct un, issuer) },
	{ "_ADDRESS",        "STREET",           offsetof(struct un, street) },
	{ "_ADDRESS",        "CITY",             offsetof(struct un, city) },
	{ "_ADDRESS",        "STATE_PROVINCE",   offsetof(struct un, province) },
	{ "_ADDRESS",        "ZIP_CODE",         offsetof(struct un, zip) },
	{ "_ADDRESS",        "COUNTRY",          offsetof(struct un, country) },
	{ "_PLACE_OF_BIRTH", "STREET",           offsetof(struct un, street) },
	{ "_PLACE_OF_BIRTH", "CITY",             offsetof(struct un, city) },
	{ "_PLACE_OF_BIRTH", "STATE_PROVINCE",   offsetof(struct un, province) },
	{ "_PLACE_OF_BIRTH", "COUNTRY",          offsetof(struct un, country) },
    /* clang-format on */
};

static void
of_part(struct un *un, const struct xml_element *e, struct str text)
{
	if (is(e->parent, "NATIONALITY") && is(e, "VALUE"))
		list_add_text(un->r, &un->entry.countries, text);
	for (size_t i = 0; i < COUNT_OF(leaves); i++) {
		if (ends(e->parent, leaves[i].parent_ends) && is(e, leaves[i].name) &&
		    str_trim(text).n > 0)
			*(struct str *)(void *)((char *)un + leaves[i].at) = keep(un, text);
	}
}

static enum rc
end_entry(struct un *un, struct err *err)
{
	struct list_name *later = un->entry.names.at;
	size_t n = un->entry.names.n;

	/* The file may put parts of the name anywhere, so the primary one is made now. */
	un->entry.names.at = NULL;
	un->entry.names.n = un->entry.names.cap = 0;
	list_add_name(un->r, &un->entry, join(un, un->name, 4, " "), LIST_NAME_PRIMARY);
	for (size_t i = 0; i < n; i++)
		list_add_name(un->r, &un->entry, later[i].text, later[i].kind);
	list_add_name(un->r, &un->entry, un->script, LIST_NAME_SCRIPT);
	un->inside = false;
	if (un->entry.names.n > 0 && un->entry.id.n == 0)
		un->entry.id = str_fmt(un->r->scrap, "un-line-%ld", un->entry.line);
	return list_emit(un->r, &un->entry, err);
}

static enum rc
on_close(void *ctx, struct xml_element *e, struct str text, struct err *err)
{
	struct un *un = ctx;

	if (!un->inside)
		return RC_OK;
	if (is_entry(e))
		return end_entry(un, err);
	if (e->depth == 4)
		of_entry(un, e, text);
	else if (e->depth == 5)
		of_part(un, e, text);
	return RC_OK;
}

enum rc
un_read(struct list_reader *r, struct source source, struct err *err)
{
	struct un un = {.r = r};
	struct xml_handler handler = {on_open, on_close, &un};

	return xml_read(r->arena, source, &r->options->limits, &handler, err);
}
