#include "match/linkage/fields.h"

#include "base/arena.h"
#include "base/vec.h"

/* clang-format off */
static const struct field_row {
	const char *name;
	enum link_kind kind;
	const char *headings; /* lower case, _ for space and hyphen */
} rows[LINK_FIELD_COUNT] = {
	[LINK_GIVEN]       = { "given",       LINK_TEXT,  "given_name given given_names first_name firstname first forename fname prs_firstname" },
	[LINK_MIDDLE]      = { "middle",      LINK_TEXT,  "middle_name middlename middle second_name prs_middlename" },
	[LINK_FAMILY]      = { "family",      LINK_TEXT,  "surname family_name family last_name lastname last lname prs_secondname" },
	[LINK_NAME]        = { "name",        LINK_NAMES, "name names full_name fullname whole_name" },
	[LINK_BIRTH_DATE]  = { "birth_date",  LINK_DATE,  "date_of_birth birth_date birthdate dob dobs dateofbirth born birthday prs_birthdate" },
	[LINK_SEX]         = { "sex",         LINK_CODE,  "sex gender prs_gender" },
	[LINK_NUMBER]      = { "number",      LINK_CODE,  "street_number house_number housenumber street_no" },
	[LINK_STREET]      = { "street",      LINK_TEXT,  "address_1 address1 address_line_1 street street_address street_name address prs_mailingstreet" },
	[LINK_PLACE]       = { "place",       LINK_TEXT,  "address_2 address2 address_line_2" },
	[LINK_CITY]        = { "city",        LINK_TEXT,  "suburb city town locality municipality village prs_mailingcity" },
	[LINK_POSTCODE]    = { "postcode",    LINK_CODE,  "postcode post_code postal_code zip zip_code zipcode prs_mailingpostalcode" },
	[LINK_STATE]       = { "state",       LINK_CODE,  "state province region county district prs_mailingstate" },
	[LINK_COUNTRY]     = { "country",     LINK_CODES, "country countries nationality citizenship country_code prs_citizenship" },
	[LINK_BIRTH_PLACE] = { "birth_place", LINK_TEXT,  "birth_place place_of_birth birthplace pob" },
	[LINK_IDENTIFIER]  = { "identifier",  LINK_CODES, "soc_sec_id ssn social_security_number ids identifiers identifier id_number national_id identity_number document document_number passport passport_number prs_identitynumber" },
	[LINK_EMAIL]       = { "email",       LINK_TEXT,  "email e_mail email_address mail prs_email" },
	[LINK_PHONE]       = { "phone",       LINK_CODES, "phone phone_number telephone tel mobile mobile_phone home_phone phones prs_mobilephone prs_homephone" },
};
/* clang-format on */

static const char id_headings[] =
    "id rec_id record_id unique_id entity_id person_id row_id query_id number key";

const char *
link_field_name(enum link_field f)
{
	return rows[f].name;
}

enum link_kind
link_field_kind(enum link_field f)
{
	return rows[f].kind;
}

/* "Date of Birth" is "date_of_birth". */
static struct str
plain(struct arena *a, struct str heading)
{
	struct str s = str_lower_ascii(a, str_trim(heading));
	char *p = arena_bytes(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] == ' ' || s.p[i] == '-' || s.p[i] == '.' ? '_' : s.p[i];
	return (struct str){p, s.n};
}

static bool
is_among(struct str heading, const char *words)
{
	struct str rest = str_from(words);

	while (rest.p != NULL)
		if (str_eq(str_cut(&rest, ' '), heading))
			return true;
	return false;
}

/* Which field each column of one file is: LINK_FIELD_COUNT for the id, -1 for none. */
struct found {
	int *of;
	size_t n;
	bool has[LINK_FIELD_COUNT];
	ptrdiff_t id;
};

static int
field_named(struct str name)
{
	if (str_eq_z(name, "id"))
		return LINK_FIELD_COUNT;
	for (int f = 0; f < LINK_FIELD_COUNT; f++)
		if (str_eq_z(name, rows[f].name))
			return f;
	return -1;
}

static enum rc
map_read(struct arena *a, struct str map, struct str_list *headings, int **fields, struct err *err)
{
	int at[64];

	while (map.p != NULL && map.n > 0) {
		struct str heading = str_cut(&map, ','), name = str_cut(&heading, '=');
		int f = field_named(str_trim(name));

		if (f < 0 || heading.n == 0 || headings->n == COUNT_OF(at))
			return fail(err, RC_USAGE, "fields",
				    "takes field=heading, parted by commas; the fields are id, "
				    "given, middle, family, name, birth_date, sex, number, street, "
				    "place, city, postcode, state, country, birth_place, "
				    "identifier, email and phone");
		at[headings->n] = f;
		*VEC_ADD(a, headings) = str_trim(heading);
	}
	*fields = NEW_N(a, int, headings->n + 1);
	for (size_t i = 0; i < headings->n; i++)
		(*fields)[i] = at[i];
	return RC_OK;
}

static int
field_of(struct str heading)
{
	for (int f = 0; f < LINK_FIELD_COUNT; f++)
		if (is_among(heading, rows[f].headings))
			return f;
	return -1;
}

static void
columns_find(struct arena *a, const struct str_list *header, const struct str_list *mapped,
	     const int *fields, bool *used, struct found *out)
{
	*out = (struct found){.of = NEW_N(a, int, header->n + 1), .n = header->n, .id = -1};
	for (size_t c = 0; c < header->n; c++) {
		out->of[c] = -1;
		for (size_t i = 0; i < mapped->n; i++) {
			if (!str_eq(str_trim(header->at[c]), mapped->at[i]))
				continue;
			out->of[c] = fields[i];
			used[i] = true;
			if (fields[i] < LINK_FIELD_COUNT)
				out->has[fields[i]] = true;
			else
				out->id = (ptrdiff_t)c;
		}
	}
	/* What a map names is not looked for elsewhere. */
	for (size_t c = 0; c < header->n; c++) {
		struct str heading = plain(a, header->at[c]);
		int f = out->of[c] >= 0 ? -1 : field_of(heading);
		bool named = false;

		for (size_t i = 0; i < mapped->n; i++)
			named |= f >= 0 && fields[i] == f;
		if (f >= 0 && !named) {
			out->of[c] = f;
			out->has[f] = true;
		}
	}
	for (struct str rest = str_from(id_headings); rest.p != NULL && out->id < 0;) {
		struct str want = str_cut(&rest, ' ');

		for (size_t c = 0; c < header->n && out->id < 0; c++)
			if (out->of[c] < 0 && str_eq(plain(a, header->at[c]), want))
				out->id = (ptrdiff_t)c;
	}
	if (out->id >= 0)
		out->of[out->id] = LINK_FIELD_COUNT;
}

static void
add_columns(struct link_planned *p, int side, const struct found *found, enum link_field f)
{
	size_t most =
	    rows[f].kind == LINK_CODES || rows[f].kind == LINK_NAMES ? LINK_COLUMNS_MAX : 1;

	for (size_t c = 0; c < found->n && p->column_n[side] < most; c++)
		if (found->of[c] == (int)f)
			p->column[side][p->column_n[side]++] = c;
}

/* The whole name out of its parts; link_table joins the columns with spaces. */
static void
add_name(struct link_planned *p, int side, const struct found *found)
{
	static const enum link_field parts[] = {LINK_GIVEN, LINK_MIDDLE, LINK_FAMILY};

	if (found->has[LINK_NAME]) {
		add_columns(p, side, found, LINK_NAME);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		for (size_t c = 0; c < found->n; c++)
			if (found->of[c] == (int)parts[i] && p->column_n[side] < LINK_COLUMNS_MAX) {
				p->column[side][p->column_n[side]++] = c;
				break;
			}
}

static void
unused_list(struct arena *a, const struct link_plan *plan, int side, const struct str_list *header,
	    struct str_list *out)
{
	for (size_t c = 0; c < header->n; c++) {
		bool used = c == plan->id[side];

		for (size_t i = 0; i < plan->n; i++)
			for (size_t k = 0; k < plan->at[i].column_n[side]; k++)
				used |= plan->at[i].column[side][k] == c;
		if (!used)
			*VEC_ADD(a, out) = str_trim(header->at[c]);
	}
}

enum rc
link_plan_make(struct arena *a, struct str map, const struct str_list *left,
	       const struct str_list *right, struct link_plan *out, struct err *err)
{
	const struct str_list *headers[] = {left, right};
	struct str_list mapped = {0};
	struct found found[2];
	bool used[64] = {false}, parts[2], whole[2], as_name;
	int *fields = NULL;
	enum rc rc = map_read(a, map, &mapped, &fields, err);

	if (rc != RC_OK)
		return rc;
	*out = (struct link_plan){0};
	for (int side = 0; side < 2; side++) {
		columns_find(a, headers[side], &mapped, fields, used, &found[side]);
		if (found[side].id < 0)
			return fail(err, RC_INVALID, "id",
				    "%s file has no column of ids in its first line, such as id or "
				    "rec_id; name it with --fields id=HEADING",
				    side == 0 ? "the left" : "the right");
		out->id[side] = (size_t)found[side].id;
		parts[side] = found[side].has[LINK_GIVEN] || found[side].has[LINK_FAMILY];
		whole[side] = found[side].has[LINK_NAME];
	}
	for (size_t i = 0; i < mapped.n; i++)
		if (!used[i])
			return fail(err, RC_INVALID, "fields",
				    "a heading that --fields names is in neither file");
	/* Parts say more than the whole; but both sides have to have them. */
	as_name = !(parts[0] && parts[1]) && (parts[0] || whole[0]) && (parts[1] || whole[1]);
	for (int f = 0; f < LINK_FIELD_COUNT; f++) {
		struct link_planned *p = &out->at[out->n];
		bool part = f == LINK_GIVEN || f == LINK_MIDDLE || f == LINK_FAMILY;

		*p = (struct link_planned){.field = (enum link_field)f};
		if (f == LINK_NAME && as_name) {
			add_name(p, 0, &found[0]);
			add_name(p, 1, &found[1]);
		} else if (f != LINK_NAME && !(part && as_name)) {
			add_columns(p, 0, &found[0], p->field);
			add_columns(p, 1, &found[1], p->field);
		}
		out->n += p->column_n[0] > 0 && p->column_n[1] > 0;
	}
	if (out->n == 0)
		return fail(err, RC_INVALID, "fields",
			    "the files share no column that is known; name them with --fields "
			    "given=HEADING,family=HEADING");
	for (int side = 0; side < 2; side++)
		unused_list(a, out, side, headers[side], &out->unused[side]);
	return RC_OK;
}
